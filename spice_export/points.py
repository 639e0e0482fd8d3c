"""Many operating points of one circuit: decks loaded once in several processes, and changed there by `alter`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.errors import NoAnswer, SpiceError
from ..netlist.traces import Traces
from .deck import deck
from .farm import Farm, Job, Progress, available_cores, run_farm
from .inputs import alterations, checked_inputs
from .log import engine, failure, homotopies, unsound
from .process import TIME_LIMIT, Finished
from .raw import read_raw
from .script import sweep_script
from .signals import Layout

_SMALL = 5000
_PER_PROCESS = 64


def operating_points(
    circuit: Circuit,
    inputs: Mapping[str, np.ndarray],
    *,
    jobs: int | None = None,
    diodes: str | None = None,
    diode_conductance: float | None = None,
    folded: bool = False,
    currents: bool = False,
    options: Mapping[str, object] | None = None,
    time_limit: float = TIME_LIMIT,
    progress: Progress | None = None,
    failures: str = "raise",
    farm: Farm | None = None,
) -> Traces:
    """The operating point of every sample, by ngspice.

    Parameters:
        inputs: values in volts or amperes by source name: [samples, width] for an array, [samples] for one source.
        jobs: processes side by side, by default the cores there are.
        folded: see `deck`; the answer then lacks the held nodes.
        currents: ask for all branch currents too.
        time_limit: seconds for each process, which takes several samples.
        progress: called with (samples done, samples).
        failures: `raise` an error for a sample without an operating point, or `report` it: its signals are NaN and
            `about["failed"]` has the reason by its number.
        farm: who runs the processes; by default this machine.

    Returns:
        Traces with the axis `sample`.

    Raises:
        SpiceError: an input that does not fit, ngspice missing or out of time.
        NoAnswer: ngspice ran and found no operating point, for any sample when failures are reported.
    """
    if failures not in ("raise", "report"):
        raise SpiceError(f"failures is {failures!r}; write 'raise' or 'report'")
    still = circuit.replace(analyses=())
    made = deck(still, diodes=diodes, diode_conductance=diode_conductance, folded=folded, options=options)
    change = alterations(made, checked_inputs(made.layout.circuit, inputs))
    samples = len(change.values)
    pieces = _pieces(samples, jobs or (farm.width if farm else available_cores()), made.cards)
    wanted = made.layout.saved_currents() if currents else []
    work = [Job(made.body, sweep_script(change.names, change.base, change.values[piece], wanted)) for piece in pieces]
    started = time.perf_counter()
    results = run_farm(work, jobs=jobs, time_limit=time_limit, progress=_of_samples(progress, pieces), farm=farm)
    seconds = time.perf_counter() - started
    vectors, failed = _gathered(made.layout, pieces, results, samples)
    if failed and (failures == "raise" or len(failed) == samples):
        raise _failure(failed, samples)
    ran = [result for result in results if isinstance(result, Finished)]
    about = {
        **_run(ran, seconds),
        "samples": samples,
        "failed": {sample: str(error) for sample, error in failed.items()},
        **made.layout.forward_drops(vectors),
        **made.about(),
    }
    return Traces(made.layout.signals(vectors, currents), {"sample": np.arange(samples)}, about)


def _failure(failed: Mapping[int, SpiceError], samples: int) -> SpiceError:
    """The error of all failures, with the first one's reason."""
    first = min(failed)
    kind = NoAnswer if all(isinstance(error, NoAnswer) for error in failed.values()) else SpiceError
    return kind(f"{len(failed)} of {samples} samples failed; sample {first}: {failed[first]}")


def _run(ran: Sequence[Finished], seconds: float) -> dict[str, object]:
    """How ngspice went about it: its version, wall time, and all detours it took."""
    detours = tuple(dict.fromkeys(each for result in ran for each in homotopies(result)))
    return {
        "engine": engine(ran[0]),
        "analysis": "op",
        "processes": len(ran),
        "seconds": seconds,
        "homotopies": detours,
    }


def _of_samples(progress: Progress | None, pieces: Sequence[slice]) -> Progress | None:
    """The caller's progress in samples, from the farm's in processes."""
    if progress is None:
        return None
    return lambda done, of: progress(pieces[done - 1].stop, pieces[-1].stop)


def _pieces(samples: int, jobs: int, cards: int) -> list[slice]:
    """Which samples go to which process. A large deck is loaded as seldom as possible, a small one a few times."""
    share = -(-samples // jobs)
    length = share if cards > _SMALL else max(1, min(_PER_PROCESS, -(-share // 2)))
    return [slice(first, min(first + length, samples)) for first in range(0, samples, length)]


def _gathered(
    layout: Layout, pieces: Sequence[slice], results: Sequence[Finished | SpiceError], samples: int
) -> tuple[dict[str, np.ndarray], dict[int, SpiceError]]:
    """The vectors of all processes, [samples] each and NaN where a sample failed, and the reason of each failure."""
    names: tuple[str, ...] = ()
    rows: dict[int, np.ndarray] = {}
    failed: dict[int, SpiceError] = {}
    for piece, result in zip(pieces, results, strict=True):
        here = range(piece.start, piece.stop)
        if isinstance(result, SpiceError):
            failed |= dict.fromkeys(here, result)
            continue
        doubt = unsound(result, layout)
        if doubt:
            failed |= dict.fromkeys(here, doubt)
            continue
        for offset, sample in enumerate(here):
            content = result.files.get(f"s{offset}.raw")
            plot = read_raw(content)[0] if content else None
            if plot is None or plot.kind != "Operating Point":
                failed[sample] = failure(result, layout, "op")
            else:
                names, rows[sample] = plot.names, plot.values[0]
    table = np.full((samples, len(names)), np.nan)
    if rows:
        table[list(rows)] = list(rows.values())
    return dict(zip(names, table.T, strict=True)), failed
