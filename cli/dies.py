"""`tellegen dies`: many dies, or all corners, of a circuit that spreads: one table of what each does at rest."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
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
        Path | None, typer.Option("-o", "--output", metavar="FILE.csv", help="Every die's signals, a row each.")
    ] = None,
) -> None:
    """Solve dies of a circuit as its `*@ mismatch` lines spread it, at rest; the same draws that decks carry.

    Shown are the outputs, or all signals where the deck names none. Exits 1 when a die has no answer.
    """
    if engine not in ENGINES:
        raise Misuse(f"there is no engine {engine} for dies; {nearest(engine, ENGINES)}")
    if output is not None:
        writable(output)
    circuit = circuit_of(file, settings)
    variants = _variants(circuit, file, count, seed, corners)
    with counting("dies") as told:
        if engine == ENGINES[0]:
            from ..solvers.nodal.dies import operating_points_of_dies

            found = operating_points_of_dies(variants, told)
        else:
            with farm_at(scheduler, 1) as farm:
                found = _by_ngspice(variants, jobs, told, farm if scheduler else None)
    signals = _wanted(circuit, found)
    if output is not None:
        write_file(output, _csv(signals))
    emit(render(COLUMNS, _summary(signals), numbers=range(1, len(COLUMNS))), None)
    failed = found.about.get("failed")
    if failed and isinstance(failed, dict):
        complain(f"{len(failed)} of {len(variants)} dies have no answer; die {min(failed)}: {failed[min(failed)]}")
        raise typer.Exit(BAD_NEWS)


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


def _by_ngspice(
    variants: Sequence[Circuit], jobs: int | None, told: Callable[[int, int], None], farm: Farm | None
) -> Traces:
    from ..spice_export import operating_points_of

    return operating_points_of(variants, jobs=jobs, progress=told, farm=farm)


def _wanted(circuit: Circuit, found: Traces) -> dict[str, np.ndarray]:
    """The outputs' scalar signals over the dies; all of them where the deck names no output."""
    signals = dict(found.scalars())
    outputs = [name if "(" in name else f"v({name})" for name in circuit.expand().outputs]
    chosen = [name for name in outputs if name in signals]
    return {name: signals[name] for name in chosen} if chosen else signals


def _summary(signals: dict[str, np.ndarray]) -> list[tuple[str, ...]]:
    import numpy as np

    from .answers import engineering

    rows = []
    for name, values in signals.items():
        numbers = (np.nanmean(values), np.nanstd(values), np.nanmin(values), np.nanmax(values))
        rows.append((name, *(engineering(float(each), unit_of(name)) for each in numbers)))
    return rows


def _csv(signals: dict[str, np.ndarray]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("die", *signals))
    for die, values in enumerate(zip(*signals.values(), strict=True)):
        rows.writerow((die, *(repr(float(value)) for value in values)))
    return text.getvalue()
