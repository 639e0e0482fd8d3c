"""`tellegen verify`: what was learned, run by the real ngspice on held-out samples."""

from __future__ import annotations

from typing import Annotated

import typer

from .arguments import RunFolder, run_folder
from .exits import BAD_NEWS
from .progress import counting


def verify(
    folder: RunFolder,
    samples: Annotated[int, typer.Option(min=1, help="Held-out samples to run.")] = 50,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="ngspice processes side by side.", show_default="cores")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Largest difference of an output, as a share of the outputs' swing.")
    ] = 1e-3,
) -> None:
    """Run a learned circuit in ngspice on held-out samples and compare node by node. Exits 1 when they disagree."""
    run_folder(folder)
    from ..training import load_run
    from .verification import verified

    run = load_run(folder)
    with counting("ngspice") as told:
        found = verified(run, samples, jobs, tolerance, told)
    found.save(folder)
    typer.echo(found.agreement.table())
    if not found.agreement.agrees:
        raise typer.Exit(BAD_NEWS)
