"""`tellegen sweep`: an experiment trained at every point of a grid of settings, as a table and as pictures."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from .arguments import Settings, existing_file, pairs
from .exits import BAD_NEWS, Misuse, complain, sentence
from .farms import Scheduler, farm_at
from .grid import Point, points
from .output import emit, writable_folder, write_file
from .progress import counting
from .run_files import ABOUT, CHECKPOINT, EXPERIMENT
from .table import render

if TYPE_CHECKING:
    from ..spice_export.farm import Farm

TABLE, PICTURE = "sweep.csv", "sweep"
RESULTS = ("train_loss", "train_error", "test_loss", "test_error", "seconds")

Row = dict[str, str]


class Work(NamedTuple):
    """One point to train: the experiment's file, the run's folder, what is put over the experiment."""

    experiment: Path
    folder: Path
    settings: dict[str, str]


def sweep(
    experiment: Annotated[
        Path, typer.Argument(metavar="EXPERIMENT.toml", help="What to learn, from which data.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="The folder of this sweep.", show_default=False)
    ],
    over: Annotated[
        list[str] | None,
        typer.Option("--over", metavar="NAME=VALUES", help="A setting and its values; repeat for a grid."),
    ] = None,
    seeds: Annotated[str, typer.Option("--seeds", metavar="LIST", help="Seeds to repeat every point with.")] = "0",
    settings: Settings = None,
    jobs: Annotated[int, typer.Option(min=1, help="Runs side by side on this machine.")] = 1,
    scheduler: Scheduler = None,
) -> None:
    """Train at every point of a grid, each in its own folder; what is done already is kept, so it can be stopped.

    Without --over the experiment itself is trained with every seed.
    """
    grid = points(over or [], seeds)
    fixed = pairs(settings)
    both = fixed.keys() & grid[0].settings.keys()
    if both:
        raise Misuse(f"{min(both)} is given by --set and by --over; keep one of them")
    existing_file(experiment, "an experiment file that ends in .toml")
    writable_folder(out).mkdir(parents=True, exist_ok=True)
    _check(experiment, out, grid, fixed)
    names = list(grid[0].settings)
    with farm_at(scheduler, jobs) as farm:
        rows, failed = _train(experiment, out, grid, fixed, farm)
    if rows:
        from .sweep_plot import draw

        for suffix, content in draw(rows, names or ["seed"]).items():
            write_file(out / f"{PICTURE}.{suffix}", content)
        emit(_summary(rows, names), None)
    if failed:
        raise _end(failed, len(grid))


def _end(failed: dict[str, str], count: int) -> typer.Exit:
    """Say which runs failed; the way to end."""
    name, reason = next(iter(failed.items()))
    complain(f"{len(failed)} of {count} runs failed, the first is {name}: {reason}")
    return typer.Exit(BAD_NEWS)


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


def _train(
    experiment: Path, out: Path, grid: Sequence[Point], fixed: dict[str, str], farm: Farm
) -> tuple[list[Row], dict[str, str]]:
    """Train what is not there yet; the rows of all, and why some failed. The table is written after every run."""
    fresh = [point for point in grid if not _finished(out / point.folder, experiment, _settings(point, fixed))]
    work = [Work(experiment.absolute(), (out / each.folder).absolute(), _settings(each, fixed)) for each in fresh]
    failed: dict[str, str] = {}

    def table(ended: Sequence[Point]) -> list[Row]:
        missing = {point.folder for point in fresh} - {point.folder for point in ended} | failed.keys()
        rows = [_row(out / point.folder, point) for point in grid if point.folder not in missing]
        if rows:
            write_file(out / TABLE, _csv(rows))
        return rows

    with counting("runs") as count:

        def done(place: int, reason: str) -> None:
            point = fresh[place]
            if reason or not (out / point.folder / ABOUT).is_file():
                failed[point.folder] = reason or f"its worker left nothing in {out}, which it must share with us"
            table(fresh[: place + 1])
            count(len(grid) - len(fresh) + place + 1, len(grid))
            left = (time.perf_counter() - begin) / (place + 1) * (len(fresh) - place - 1)
            news = f"{_news(out, point, failed)}{f'; about {left:.0f} s left' if left else ''}"
            typer.echo(f"{grid.index(point) + 1}/{len(grid)} {point.folder}: {news}", err=True)

        begin = time.perf_counter()
        count(len(grid) - len(fresh), len(grid))
        farm.map(train_point, work, [point.folder for point in fresh], done)
    return table(fresh), failed


def train_point(work: Work) -> str:
    """Train one point into its folder, from its last checkpoint if it has one; why that failed, or nothing.

    A function of this module, so that other processes find it by its name.
    """
    from ..netlist import TellegenError
    from ..training import train

    try:
        train(work.experiment, work.folder, work.settings, resume=(work.folder / CHECKPOINT).is_file())
    except (TellegenError, OSError) as error:
        return sentence(error)
    return ""


def _news(out: Path, point: Point, failed: dict[str, str]) -> str:
    """How a run ended, in a few words."""
    if point.folder in failed:
        return f"failed: {failed[point.folder]}"
    row = _row(out / point.folder, point)
    return f"test error {100 * float(row['test_error']):.2f} %, {float(row['seconds']):.1f} s"


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
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    found = {**about["last"], "seconds": about["seconds"]["all"]}
    results = {name: repr(float(found[name])) for name in RESULTS if found.get(name) is not None}
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
