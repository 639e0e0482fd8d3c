"""The progress of a training: a bar with rate and time left on a terminal, one line an epoch elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from ..training.progress import Event


_STAGES = {
    "data": "reading",
    "compile": "compiling",
    "train": "training",
    "saved": "training",
    "interrupted": "stopped",
    "finished": "done",
}


def watcher() -> Bar | Lines:
    """A bar where stderr is a terminal, lines where it is not."""
    return Bar() if sys.stderr.isatty() else Lines()


def numbers(event: Event) -> str:
    """Loss and errors of the epoch just done, as a person reads them."""
    row = event.row
    parts = [f"loss {row['train_loss']:.4g}"] if "train_loss" in row else []
    for key, word in (("train_error", "train error"), ("test_error", "test error")):
        if key in row and row[key] == row[key]:
            parts.append(f"{word} {100 * row[key]:.2f} %")
    if row.get("unsettled", 0.0) > 0.0:
        parts.append(f"unsettled {100 * row['unsettled']:.2g} %")
    return ", ".join(parts)


class Lines:
    """One line an epoch on stderr, for logs."""

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *failure: object) -> None:
        pass

    def __call__(self, event: Event) -> None:
        if event.row:
            seconds = event.row.get("seconds", 0.0)
            typer.echo(f"epoch {event.done}/{event.total}: {numbers(event)}, {seconds:.2f} s", err=True)
        elif event.text:
            typer.echo(event.text, err=True)


class Bar:
    """Bar, epochs done, rate, time left and the last epoch's error, in the 80 columns of the narrowest terminal."""

    def __init__(self, console: Console | None = None) -> None:
        from rich import progress
        from rich.console import Console

        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=16),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[rate]}"),
            progress.TimeRemainingColumn(),
            progress.TextColumn("left {task.fields[last]}"),
            console=console or Console(stderr=True),
        )
        self._task = self._bar.add_task("reading", total=None, rate="", last="")
        self._seconds = 0.0
        self._epochs = 0

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._bar.stop()

    def __call__(self, event: Event) -> None:
        changes: dict[str, Any] = {"description": _STAGES.get(event.stage, event.stage)}
        if event.row:
            self._epochs += 1
            self._seconds += event.row.get("seconds", 0.0)
            speed = self._epochs / self._seconds if self._seconds else 0.0
            rate = f"{speed:.2f} epochs/s" if speed >= 0.1 else f"{60 * speed:.2f} epochs/min"
            changes |= {"rate": rate, "last": numbers(event).rpartition(", ")[2]}
        elif event.stage == "interrupted":
            self._bar.console.print(event.text, highlight=False)
        self._bar.update(self._task, completed=event.done, total=event.total, **changes)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where that is a terminal, for work told by calls with (done, total)."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    columns = ("[progress.description]{task.description}", progress.BarColumn(bar_width=30))
    with progress.Progress(
        *columns,
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
