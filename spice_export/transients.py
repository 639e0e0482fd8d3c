"""Transients of many circuits, each in an ngspice process of its own, read at the same times."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.errors import NoAnswer, SpiceError
from ..netlist.traces import Traces
from .analysis import Analysis
from .deck import Deck, deck
from .farm import Farm, Job, Progress, run_farm
from .log import engine, failure
from .outputs import output_nodes
from .process import TIME_LIMIT, Finished
from .raw import read_raw
from .script import transient_script
from .waveforms import on_grid, since

_NO_CURRENTS = "the answer has no {signal}; ngspice keeps no such current"


def transients(
    circuits: Iterable[Circuit],
    signals: Sequence[str],
    times: np.ndarray,
    *,
    jobs: int | None = None,
    options: Mapping[str, object] | None = None,
    time_limit: float = TIME_LIMIT,
    progress: Progress | None = None,
    farm: Farm | None = None,
) -> Traces:
    """What ngspice makes of each circuit's `.tran`: the signals over the axes `run` and `time`.

    Parameters:
        circuits: variants of one circuit: its dies, its samples.
        signals: `v(node)`, `v(a,b)` or `i(element)`, one line each.
        times: seconds at which the answers are read, linear between ngspice's own points.
        time_limit: seconds for each process.

    Returns:
        Signals [runs, times], NaN where a run failed; `about["failed"]` has the reason by its number.

    Raises:
        SpiceError: no `.tran`, a signal that a circuit does not have, or ngspice missing.
        NoAnswer: ngspice ran and no run came to its end.
    """
    made = [deck(circuit, options=options) for circuit in circuits]
    if not made:
        raise SpiceError("there is no circuit to follow in time; give at least one")
    asked = [_transient(each) for each in made]
    work = [
        Job(each.body, transient_script(analysis, *_vectors(each, signals)))
        for each, analysis in zip(made, asked, strict=True)
    ]
    started = time.perf_counter()
    results = run_farm(work, jobs=jobs, time_limit=time_limit, progress=progress, farm=farm)
    seconds = time.perf_counter() - started
    found = np.full((len(signals), len(made), len(times)), np.nan)
    failed: dict[int, SpiceError] = {}
    for run, (each, result) in enumerate(zip(made, results, strict=True)):
        try:
            found[:, run] = _read(each, result, signals, times)
        except SpiceError as error:
            failed[run] = error
    if len(failed) == len(made):
        raise _nothing(failed)
    first = next(result for result in results if isinstance(result, Finished))
    about = {
        "engine": engine(first),
        "analysis": asked[0].command,
        "runs": len(made),
        "seconds": seconds,
        "failed": {run: str(error) for run, error in failed.items()},
        **made[0].about(),
    }
    axes = {"run": np.arange(len(made)), "time": np.asarray(times, dtype=float)}
    return Traces(dict(zip(signals, found, strict=True)), axes, about)


def _transient(made: Deck) -> Analysis:
    found = next((each for each in made.analyses if each.keyword == "tran"), None)
    if found is None:
        raise SpiceError("the circuit has no .tran card to carry out; write .tran step stop")
    return found


def _vectors(made: Deck, signals: Sequence[str]) -> tuple[list[str], list[str]]:
    """What ngspice shall keep: the nodes of the signals, and where one is a current, all currents too."""
    nodes = dict.fromkeys(
        node for signal in signals if signal.startswith("v(") for node in output_nodes(signal) if node != "0"
    )
    lacking = next((node for node in nodes if node not in made.layout.nodes.to_spice), None)
    if lacking is not None:
        raise SpiceError(f"the circuit has no node {lacking} to follow")
    currents = made.layout.saved_currents() if any(signal.startswith("i(") for signal in signals) else []
    return [] if currents else [f"v({made.layout.nodes.to_spice[node]})" for node in nodes], currents


def _read(made: Deck, result: Finished | SpiceError, signals: Sequence[str], times: np.ndarray) -> np.ndarray:
    """The signals [signals, times] of one run."""
    if isinstance(result, SpiceError):
        raise result
    content = result.files.get("a0.raw")
    plot = read_raw(content)[0] if content else None
    if plot is None or plot.names[0] != "time" or plot.values[-1, 0] < times[-1] * (1.0 - 1e-9):
        raise failure(result, made.layout, "tran")
    vectors = dict(zip(plot.names, plot.values.T, strict=True))
    whole = Traces(made.layout.signals(vectors, any(signal.startswith("i(") for signal in signals)))
    lines = {signal: _line(whole, signal) for signal in signals}
    read = on_grid(since(Traces(lines, {"time": np.real(plot.values[:, 0])}), times), times)
    return np.stack([read.signals[signal] for signal in signals])


def _line(whole: Traces, signal: str) -> np.ndarray:
    if signal.startswith("v("):
        nodes = [node for node in output_nodes(signal) if node != "0"]
        found = [whole[f"v({node})"] for node in nodes]
        lead = -1.0 if output_nodes(signal)[0] == "0" else 1.0
        return found[0] - found[1] if len(found) == 2 else lead * found[0]
    if signal not in whole:
        raise SpiceError(_NO_CURRENTS.format(signal=signal))
    return whole[signal]


def _nothing(failed: Mapping[int, SpiceError]) -> SpiceError:
    """The error where no run has an answer, with the first one's reason."""
    kind = NoAnswer if all(isinstance(error, NoAnswer) for error in failed.values()) else SpiceError
    return kind(f"none of {len(failed)} runs came to its end; the first: {failed[0]}")
