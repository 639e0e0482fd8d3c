"""`tellegen verify`: what was learned, run by the real ngspice on held-out samples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import RunFolder, run_folder
from .exits import BAD_NEWS, Misuse
from .farms import Scheduler, farm_at
from .progress import counting

if TYPE_CHECKING:
    from ..netlist import Circuit
    from ..spice_export.farm import Farm


def verify(
    folder: RunFolder,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Held-out samples to run.", show_default="50; 6 of a circuit in time")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="ngspice processes side by side.", show_default="cores")
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Largest difference of an output, as a share of the outputs' swing.",
            show_default="0.001; 0.01 over time",
        ),
    ] = None,
    dies: Annotated[
        int | None,
        typer.Option(
            min=1, help="Dies that meet every sample, of a circuit in time.", show_default="4 where it spreads"
        ),
    ] = None,
    scheduler: Scheduler = None,
) -> None:
    """Run a learned circuit in ngspice on held-out samples and compare node by node, or in time waveform by waveform.

    Exits 1 when they disagree, 2 when ngspice is missing, 3 when it finds no solution of any sample.
    """
    run_folder(folder)
    with farm_at(scheduler, 1) as farm:
        _verify(folder, samples, jobs, tolerance, dies, farm if scheduler else None)


def _verify(
    folder: Path, samples: int | None, jobs: int | None, tolerance: float | None, dies: int | None, farm: Farm | None
) -> None:
    from ..training import load_run

    run = load_run(folder)
    with counting("ngspice") as told:
        if in_time(run.circuit):
            from .time_verification import SAMPLES, TOLERANCE, verified_in_time

            limit = TOLERANCE if tolerance is None else tolerance
            found = verified_in_time(run, samples or SAMPLES, dies, jobs, limit, told, farm)
            table, agrees = found.table(), found.agrees
        else:
            from .verification import verified

            if dies is not None:
                raise Misuse(f"{folder} has no .tran card, and --dies is for circuits in time; leave it out")
            found = verified(run, samples or 50, jobs, 1e-3 if tolerance is None else tolerance, told, farm)
            table, agrees = found.agreement.table(), found.agreement.agrees
    found.save(folder)
    typer.echo(table)
    if not agrees:
        raise typer.Exit(BAD_NEWS)


def in_time(circuit: Circuit) -> bool:
    """Whether the circuit is one to follow in time: it has a `.tran` card."""
    return any(card.keyword == "tran" for card in circuit.analyses)
