"""`tellegen dies`: many dies, or all corners, of a circuit that spreads: one table of what they do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Netlist, Settings, circuit_of, nearest
from .exits import BAD_NEWS, Misuse, complain
from .farms import Scheduler, farm_at
from .output import emit, writable, write_file
from .progress import counting
from .table import render
from .units import unit_of

if TYPE_CHECKING:
    import numpy as np

    from ..netlist import Circuit, Mismatch, Traces
    from ..spice_export.farm import Farm
    from .dies_in_time import Measures

ENGINES = ("nodal", "ngspice")
COLUMNS = ("signal", "mean", "deviation", "least", "most")


def dies(
    file: Netlist,
    count: Annotated[int, typer.Option("--dies", min=1, help="How many dies.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The seed that dies are drawn from.")] = 0,
    corners: Annotated[
        float | None,
        typer.Option(min=0.0, metavar="SIGMAS", help="All corners at so many deviations, in place of dies."),
    ] = None,
    engine: Annotated[str, typer.Option(help="Who solves them: nodal or ngspice.")] = "nodal",
    settings: Settings = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="ngspice processes side by side.", show_default="cores")
    ] = None,
    scheduler: Scheduler = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.csv", help="Every die's numbers, a row each.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the dies into an SVG or PNG file.")
    ] = None,
) -> None:
    """Solve dies of a circuit as its `*@ mismatch` lines spread it; the same draws that decks carry.

    A deck with a `.tran` card is followed in time, any other solved at rest. Shown are what `.measure tran` cards read
    and the outputs (in time where they end), or all signals where the deck names none. Exits 1 when a die has no answer
    or a measure has no value.
    """
    if engine not in ENGINES:
        raise Misuse(f"there is no engine {engine} for dies; {nearest(engine, ENGINES)}")
    for path in (output, plot):
        if path is not None:
            writable(path)
    if plot is not None:
        from .picture import picture_file

        picture_file(plot)
    circuit = circuit_of(file, settings)
    variants = _variants(circuit, file, count, seed, corners)
    moving = any(card.keyword == "tran" for card in circuit.analyses)
    with counting("dies") as told, farm_at(scheduler, 1) as farm:
        solve = _in_time if moving else _at_rest
        found = solve(variants, engine, jobs, told, farm if scheduler else None)
    signals, measures = _wanted(circuit, found), None
    if moving:
        from .dies_in_time import measures_of

        measures = measures_of(variants, found)
    last = {f"{name} at the end": values[:, -1] for name, values in signals.items()} if moving else signals
    numbers = {**(measures.values if measures else {}), **last}
    if output is not None:
        write_file(output, _csv(numbers))
    if plot is not None:
        _draw(signals, found, plot)
    emit(render(COLUMNS, _summary(numbers, measures.values if measures else {}), numbers=range(1, len(COLUMNS))), None)
    _complain(found, len(variants), measures)


def _complain(found: Traces, count: int, measures: Measures | None) -> None:
    """Say which dies have no answer and which measures no value, and exit where there are any."""
    failed = found.about.get("failed")
    if failed and isinstance(failed, dict):
        complain(f"{len(failed)} of {count} dies have no answer; die {min(failed)}: {failed[min(failed)]}")
    missing = measures.failures if measures else {}
    for name, (many, reason) in missing.items():
        complain(f"the measure {name} has no value on {many} of {count} dies; {reason}")
    if failed or missing:
        raise typer.Exit(BAD_NEWS)


def _at_rest(
    variants: Sequence[Circuit],
    engine: str,
    jobs: int | None,
    told: Callable[[int, int], None],
    farm: Farm | None,
) -> Traces:
    if engine == ENGINES[0]:
        from ..solvers.nodal.dies import operating_points_of_dies

        return operating_points_of_dies(variants, told)
    from ..spice_export import operating_points_of

    return operating_points_of(variants, jobs=jobs, progress=told, farm=farm)


def _in_time(
    variants: Sequence[Circuit],
    engine: str,
    jobs: int | None,
    told: Callable[[int, int], None],
    farm: Farm | None,
) -> Traces:
    from .dies_in_time import by_ngspice, by_nodal_analysis, wanted

    signals = wanted(variants[0])
    if engine == ENGINES[0]:
        return by_nodal_analysis(variants, signals, told)
    return by_ngspice(variants, signals, told, jobs, farm)


def _draw(signals: dict[str, np.ndarray], found: Traces, path: Path) -> None:
    from ..netlist import Traces
    from .curve_plot import plot
    from .dies_plot import histograms

    if "time" in found.axes:
        plot([Traces(signals, found.axes)], path, tuple(signals))
    else:
        histograms(signals, path)


def _variants(circuit: Circuit, file: Path, count: int, seed: int, corners: float | None) -> list[Circuit]:
    from ..netlist import Mismatch

    mismatch = Mismatch.of(circuit)
    if not mismatch.spreads:
        raise Misuse(f"nothing in {file} spreads from die to die; add a line such as *@ mismatch r* sigma=0.1")
    if corners is None:
        return [mismatch.with_die(seed, die) for die in range(count)]
    return [_cornered(mismatch, draws) for draws in mismatch.corners(corners).T]


def _cornered(mismatch: Mismatch, draws: np.ndarray) -> Circuit:
    return mismatch.with_draw(dict(zip(mismatch.targets, draws.tolist(), strict=True)))


def _wanted(circuit: Circuit, found: Traces) -> dict[str, np.ndarray]:
    """The outputs' scalar signals over the dies; all of them where the deck names no output."""
    signals = dict(found.scalars())
    outputs = [name if "(" in name else f"v({name})" for name in circuit.expand().outputs]
    chosen = [name for name in outputs if name in signals]
    return {name: signals[name] for name in chosen} if chosen else signals


def _summary(numbers: Mapping[str, np.ndarray], measures: Collection[str]) -> list[tuple[str, ...]]:
    import numpy as np

    from .answers import engineering

    rows = []
    for name, values in numbers.items():
        found = (np.nanmean(values), np.nanstd(values), np.nanmin(values), np.nanmax(values))
        shown = (f"{each:.6g}" if name in measures else engineering(float(each), unit_of(name)) for each in found)
        rows.append((name, *shown))
    return rows


def _csv(signals: Mapping[str, np.ndarray]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("die", *signals))
    for die, values in enumerate(zip(*signals.values(), strict=True)):
        rows.writerow((die, *(repr(float(value)) for value in values)))
    return text.getvalue()
