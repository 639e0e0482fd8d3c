"""`tellegen sweep`: an experiment trained at every point of a grid of settings, as a table and as pictures."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from .arguments import Settings, existing_file, pairs
from .exits import Misuse
from .grid import Point, points
from .output import emit, writable_folder, write_file
from .progress import counting
from .run_files import ABOUT, CHECKPOINT, EXPERIMENT
from .table import render

TABLE, PICTURE = "sweep.csv", "sweep"
RESULTS = ("train_loss", "train_error", "test_loss", "test_error", "seconds")

Row = dict[str, str]


def sweep(
    experiment: Annotated[
        Path, typer.Argument(metavar="EXPERIMENT.toml", help="What to learn, from which data.", show_default=False)
    ],
    over: Annotated[
        list[str],
        typer.Option("--over", metavar="NAME=VALUES", help="A setting and its values; repeat for a grid."),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="The folder of this sweep.", show_default=False)
    ],
    seeds: Annotated[str, typer.Option("--seeds", metavar="LIST", help="Seeds to repeat every point with.")] = "0",
    settings: Settings = None,
) -> None:
    """Train at every point of a grid, each in its own folder; what is done already is kept, so it can be stopped."""
    grid = points(over, seeds)
    fixed = pairs(settings)
    both = fixed.keys() & grid[0].settings.keys()
    if both:
        raise Misuse(f"{min(both)} is given by --set and by --over; keep one of them")
    existing_file(experiment, "an experiment file that ends in .toml")
    writable_folder(out).mkdir(parents=True, exist_ok=True)
    _check(experiment, out, grid, fixed)
    rows = _train(experiment, out, grid, fixed)
    from .sweep_plot import draw

    for suffix, content in draw(rows, list(grid[0].settings)).items():
        write_file(out / f"{PICTURE}.{suffix}", content)
    emit(_summary(rows, list(grid[0].settings)), None)


def _check(experiment: Path, out: Path, grid: Sequence[Point], fixed: dict[str, str]) -> None:
    """Read the experiment at every point, and refuse runs in the folder that are of another experiment."""
    from ..training import load_experiment
    from ..training.resumption import differences

    for point in grid:
        wanted = load_experiment(experiment, _settings(point, fixed))
        if not wanted.training.epochs:
            raise Misuse(f"{experiment} trains no epoch, so a sweep has nothing to show; set [training] epochs")
        there = out / point.folder / EXPERIMENT
        if there.is_file() and (different := differences(load_experiment(there), wanted)):
            raise Misuse(f"{there.parent} was trained with other settings ({different}); sweep into another folder")


def _train(experiment: Path, out: Path, grid: Sequence[Point], fixed: dict[str, str]) -> list[Row]:
    """Train what is not there yet; the table is written after every run."""
    from ..training import train

    rows: list[Row] = []
    with counting("runs") as count:
        for done, point in enumerate(grid):
            count(done, len(grid))
            folder, begin = out / point.folder, time.perf_counter()
            fresh = not _finished(folder, experiment, _settings(point, fixed))
            if fresh:
                train(experiment, folder, _settings(point, fixed), resume=(folder / CHECKPOINT).is_file())
            rows.append(_row(folder, point))
            write_file(out / TABLE, _csv(rows))
            if fresh:
                error = 100 * float(rows[-1]["test_error"])
                seconds = time.perf_counter() - begin
                typer.echo(
                    f"{done + 1}/{len(grid)} {point.folder}: test error {error:.2f} %, {seconds:.1f} s", err=True
                )
        count(len(grid), len(grid))
    return rows


def _settings(point: Point, fixed: dict[str, str]) -> dict[str, str]:
    return {**fixed, **point.settings, "seed": str(point.seed)}


def _finished(folder: Path, experiment: Path, settings: dict[str, str]) -> bool:
    """Whether a run came to its last epoch."""
    if not (folder / ABOUT).is_file():
        return False
    from ..training import load_experiment

    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return about["last"].get("epoch") == load_experiment(experiment, settings).training.epochs


def _row(folder: Path, point: Point) -> Row:
    """A run's settings and its last results."""
    last = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["last"]
    seconds = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["seconds"]["all"]
    results = {
        name: repr(float(value)) for name in RESULTS if (value := {**last, "seconds": seconds}.get(name)) is not None
    }
    return {**point.settings, "seed": str(point.seed), **results}


def _csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _summary(rows: Sequence[Row], names: Sequence[str]) -> str:
    """Mean, least and greatest test accuracy of every point over its seeds."""
    groups: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(100 * (1 - float(row["test_error"])))
    lines = [
        [*point, f"{sum(found) / len(found):.2f}", f"{min(found):.2f}", f"{max(found):.2f}", str(len(found))]
        for point, found in groups.items()
    ]
    columns = [*names, "accuracy, %", "least", "greatest", "seeds"]
    return render(columns, lines, numbers=range(len(names), len(columns)))
