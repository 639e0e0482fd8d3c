"""`tellegen ladder`: one network trained with ideal diodes, then with more and more real ones, each beside ngspice."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .arguments import Settings, existing_file, pairs
from .output import emit, writable_folder, write_file
from .progress import counting, watcher
from .run_files import CHECKPOINT
from .rung import COLUMNS, Rung
from .table import render

if TYPE_CHECKING:
    from ..training import Run
    from ..training.experiment import Experiment

IDEAL = "ideal"
RUNGS = ("near_ideal", "schottky", "d1n4148", "mos_diode")
TABLE, PICTURE = "ladder.csv", "ladder"


def ladder(
    experiment: Annotated[
        Path, typer.Argument(metavar="EXPERIMENT.toml", help="What to learn, from which data.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="The folder of this ladder.", show_default=False)
    ],
    rungs: Annotated[
        list[str] | None,
        typer.Option("--rung", metavar="MODEL", help="A diode model of the experiment's library, in order; repeat."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of retraining on each rung.")] = 10,
    samples: Annotated[int, typer.Option(min=1, help="Held-out samples that ngspice runs.")] = 50,
    settings: Settings = None,
) -> None:
    """Train with ideal diodes, then put real ones in their place, rung by rung, and train on from the rung before.

    Every rung is measured before and after, on the test set and in ngspice. Runs that are done are kept: call it again
    to go on.
    """
    existing_file(experiment, "an experiment file that ends in .toml")
    writable_folder(out).mkdir(parents=True, exist_ok=True)
    from ..training import load_experiment

    asked = load_experiment(experiment, pairs(settings))
    rows: list[Rung] = []
    below = ideal = _trained(asked, out / IDEAL)
    _measured(rows, out, ideal, IDEAL, "trained", samples)
    for name in rungs or RUNGS:
        carried = _trained(_on(asked, ideal, name, 0), out / f"{name}-carried-over")
        _measured(rows, out, carried, name, "carried over", samples)
        below = _trained(_on(asked, below, name, epochs), out / name)
        _measured(rows, out, below, name, "trained", samples)
    from .ladder_plot import draw

    for suffix, content in draw(rows).items():
        write_file(out / f"{PICTURE}.{suffix}", content)
    emit(render(COLUMNS, [row.cells() for row in rows], numbers=range(2, len(COLUMNS))), None)


def _on(asked: Experiment, start: Run, model: str, epochs: int) -> Experiment:
    """The experiment that goes on from a run's values with other diodes."""
    return dataclasses.replace(
        asked,
        netlist=str((start.folder / "learned.cir").absolute()),
        initial={},
        diodes=dataclasses.replace(
            asked.diodes, model=model, library=str((asked.folder / asked.diodes.library).absolute())
        ),
        training=dataclasses.replace(asked.training, epochs=epochs),
    )


def _trained(experiment: Experiment, folder: Path) -> Run:
    """The finished run in a folder, trained from its last checkpoint where it has one."""
    from ..training import load_run
    from ..training.session import Session

    typer.echo(folder.name, err=True)
    with watcher() as watch:
        session = Session.of(experiment, folder, watch)
        session.train(session.begin((folder / CHECKPOINT).is_file()))
    return load_run(folder)


def _measured(rows: list[Rung], out: Path, run: Run, diodes: str, design: str, samples: int) -> None:
    """Add what a run says of the test set, and ngspice of some samples, to the table, and write it."""
    from .held_out import output_lines
    from .verification import verified

    stored = run.predictions()
    with counting("ngspice") as told:
        found = verified(run, samples, None, 1e-3, told)
    found.save(run.folder)
    labels = found.samples.labels
    ours, theirs = (output_lines(run.circuit, traces) for traces in (found.samples.traces, found.measured))
    here, there = (_accuracy([values for _, values in lines], labels) for lines in (ours, theirs))
    apart = max(float(abs(a - b).max()) for (_, a), (_, b) in zip(ours, theirs, strict=True))
    accuracy = float((stored.predicted == stored.labels).mean())
    rows.append(Rung(diodes, design, accuracy, len(labels), here, there, apart))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([COLUMNS, *(row.cells() for row in rows)])
    write_file(out / TABLE, text.getvalue())


def _accuracy(outputs: Sequence, labels: Any) -> float:
    """The share of samples whose largest output is their class."""
    import numpy as np

    return float((np.stack(outputs, axis=1).argmax(axis=1) == np.asarray(labels)).mean())
