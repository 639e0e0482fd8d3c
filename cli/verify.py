"""`tellegen verify`: what was learned, run by the real ngspice on held-out samples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import RunFolder, run_folder
from .exits import BAD_NEWS
from .farms import Scheduler, farm_at
from .progress import counting

if TYPE_CHECKING:
    from ..spice_export.farm import Farm


def verify(
    folder: RunFolder,
    samples: Annotated[int, typer.Option(min=1, help="Held-out samples to run.")] = 50,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="ngspice processes side by side.", show_default="cores")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Largest difference of an output, as a share of the outputs' swing.")
    ] = 1e-3,
    scheduler: Scheduler = None,
) -> None:
    """Run a learned circuit in ngspice on held-out samples and compare node by node.

    Exits 1 when they disagree, 2 when ngspice is missing, 3 when it finds no solution of any sample.
    """
    run_folder(folder)
    with farm_at(scheduler, 1) as farm:
        _verify(folder, samples, jobs, tolerance, farm if scheduler else None)


def _verify(folder: Path, samples: int, jobs: int | None, tolerance: float, farm: Farm | None) -> None:
    from ..training import load_run
    from .verification import verified

    run = load_run(folder)
    with counting("ngspice") as told:
        found = verified(run, samples, jobs, tolerance, told, farm)
    found.save(folder)
    typer.echo(found.agreement.table())
    if not found.agreement.agrees:
        raise typer.Exit(BAD_NEWS)
