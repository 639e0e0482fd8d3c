"""Operating points of many circuits, each in an ngspice process of its own: dies, corners."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.errors import NoAnswer, SpiceError
from ..netlist.traces import Traces
from .analysis import OPERATING_POINT
from .batch import answer_of
from .deck import Deck, deck
from .farm import Farm, Job, Progress, run_farm
from .process import TIME_LIMIT, Finished
from .script import analyses_script


def operating_points_of(
    circuits: Iterable[Circuit],
    *,
    jobs: int | None = None,
    options: Mapping[str, object] | None = None,
    time_limit: float = TIME_LIMIT,
    progress: Progress | None = None,
    farm: Farm | None = None,
) -> Traces:
    """All signals at rest over the axis `die`; NaN where a circuit has no answer, `about["failed"]` has the reason by
    its number.

    Parameters:
        circuits: variants of one circuit, the same but for their numbers.
        jobs: processes side by side, by default the cores there are.
        time_limit: seconds for each process.
        farm: who runs the processes; by default this machine.

    Raises:
        SpiceError: no circuit, or ngspice missing.
        NoAnswer: ngspice ran and none of the circuits has an answer.
    """
    made = [deck(circuit.replace(analyses=()), options=options) for circuit in circuits]
    if not made:
        raise SpiceError("there is no die to solve; give at least one")
    work = [Job(each.body, analyses_script((OPERATING_POINT,), each.layout.saved_currents())) for each in made]
    started = time.perf_counter()
    results = run_farm(work, jobs=jobs, time_limit=time_limit, progress=progress, farm=farm)
    found: dict[int, Traces] = {}
    failed: dict[int, SpiceError] = {}
    for die, (each, result) in enumerate(zip(made, results, strict=True)):
        try:
            found[die] = _answer(each, result)
        except SpiceError as error:
            failed[die] = error
    if not found:
        kind = NoAnswer if all(isinstance(error, NoAnswer) for error in failed.values()) else SpiceError
        raise kind(f"none of {len(made)} dies has an operating point; the first: {failed[0]}")
    signals = {}
    for name, first in next(iter(found.values())).signals.items():
        signals[name] = np.full((len(made), *np.shape(first)), np.nan)
        for die, traces in found.items():
            signals[name][die] = traces.signals[name]
    about = {
        "engine": next(iter(found.values())).about["engine"],
        "dies": len(made),
        "seconds": time.perf_counter() - started,
        "failed": {die: str(error) for die, error in failed.items()},
    }
    return Traces(signals, {"die": np.arange(len(made))}, about)


def _answer(made: Deck, result: Finished | SpiceError) -> Traces:
    if isinstance(result, SpiceError):
        raise result
    return answer_of(made, OPERATING_POINT, result.files.get("a0.raw"), result)
