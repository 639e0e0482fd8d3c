"""One ngspice process for one deck: its analyses run, its answers under the circuit's own names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.errors import SpiceError
from ..netlist.traces import Traces
from .analysis import Analysis
from .deck import Deck, deck
from .log import engine, failure, homotopies, unsound
from .process import TIME_LIMIT, Finished, run_script
from .raw import RawPlot, read_raw
from .script import analyses_script


def run(made: Deck, *, currents: bool = True, time_limit: float = TIME_LIMIT) -> Traces:
    """Run a deck that has one analysis. See `run_all`.

    Raises:
        SpiceError: there is more than one analysis, or ngspice is missing, fails, or exceeds the time limit.
    """
    if len(made.analyses) > 1:
        asked = ", ".join(each.keyword for each in made.analyses)
        raise SpiceError(
            f"the deck has {len(made.analyses)} analyses ({asked}); use run_all, which returns one answer each"
        )
    return run_all(made, currents=currents, time_limit=time_limit)[0]


def run_all(made: Deck, *, currents: bool = True, time_limit: float = TIME_LIMIT) -> tuple[Traces, ...]:
    """Run every analysis of a deck in one process, in the deck's order.

    `currents` asks for all branch currents; an AC analysis has those of sources, inductors and plain resistors only.

    Raises:
        SpiceError: ngspice is missing, finds no solution (with the place, where it names one), or takes longer than
            `time_limit` seconds.
    """
    wanted = made.layout.saved_currents() if currents else []
    finished = run_script(made.body, analyses_script(made.analyses, wanted), time_limit=time_limit)
    return tuple(
        answer_of(made, each, finished.files.get(f"a{index}.raw"), finished, currents)
        for index, each in enumerate(made.analyses)
    )


def operating_point(
    circuit: Circuit,
    *,
    diodes: str | None = None,
    diode_conductance: float | None = None,
    folded: bool = False,
    currents: bool = True,
    options: Mapping[str, object] | None = None,
    time_limit: float = TIME_LIMIT,
) -> Traces:
    """The operating point that ngspice computes, whatever analyses the circuit's own cards ask for."""
    still = circuit.replace(analyses=())
    made = deck(still, diodes=diodes, diode_conductance=diode_conductance, folded=folded, options=options)
    return run(made, currents=currents, time_limit=time_limit)


def answer_of(made: Deck, asked: Analysis, content: bytes | None, finished: Finished, currents: bool = True) -> Traces:
    """The answer to one analysis from what a finished process left.

    Raises:
        SpiceError: there is none, or one that ngspice itself doubts.
    """
    plot = read_raw(content)[0] if content else None
    if plot is None or plot.kind == "Constant values" or _is_cut_short(asked, plot):
        raise failure(finished, made.layout, asked.keyword)
    doubt = unsound(finished, made.layout)
    if doubt:
        raise doubt
    about = {"engine": engine(finished), "seconds": finished.seconds, "homotopies": homotopies(finished)}
    return answer(made, asked, plot, about, currents)


def _is_cut_short(asked: Analysis, plot: RawPlot) -> bool:
    """Whether a transient ended before its time: ngspice writes what it has when a step becomes too small."""
    return asked.keyword == "tran" and float(np.real(plot.values[-1, 0])) < asked.stop * (1.0 - 1e-6)


def answer(made: Deck, asked: Analysis, plot: RawPlot, about: Mapping[str, object], currents: bool = True) -> Traces:
    """A plot of ngspice as signals of the deck's circuit, over the analysis's axes."""
    axes = _axes(asked, plot)
    shape = tuple(len(axis) for axis in axes.values())
    vectors = {name: column.reshape(shape) for name, column in zip(plot.names, plot.values.T, strict=True)}
    said = {**about, "analysis": asked.command, **made.layout.forward_drops(vectors), **made.about()}
    swept = dict(zip(axes, np.meshgrid(*axes.values(), indexing="ij"), strict=True)) if asked.grid else {}
    return Traces(made.layout.signals(vectors, currents, swept), axes, said)


def _axes(asked: Analysis, plot: RawPlot) -> dict[str, np.ndarray]:
    if not asked.grid:
        return {name: np.real(plot.values[:, 0]) for name in asked.axes}
    points = len(plot.values)
    if points == np.prod([len(axis) for axis in asked.grid]):
        return dict(zip(asked.axes, asked.grid, strict=True))
    if len(asked.grid) == 1:
        return {asked.axes[0]: np.real(plot.values[:, 0])}
    raise SpiceError(
        f"ngspice returned {points} points for `{asked.command}`; give steps that divide the ranges evenly"
    )
