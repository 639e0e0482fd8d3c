"""Learning curves: errors and loss against the epoch."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..answers import engineering
from ..figure import ACCENT, SECOND, drawing
from ..results import Results
from .section import Section, Tile, picture

NAME, TITLE = "learning", "Learning curves"


def section(results: Results) -> Section:
    """Two panels: the share of wrong answers, in training and in test, and the loss."""
    columns = results.metrics
    with drawing(NAME, 8.0, 2.9, "Errors and loss against the epoch") as sheet:
        left, right = sheet.figure.subplots(1, 2)
        for key, label, colour in (("train_error", "training", SECOND), ("test_error", "test", ACCENT)):
            if key in columns:
                _curve(left, columns["epoch"], 100 * columns[key], label, colour)
        _finish(left, "Wrong answers, %")
        if "train_loss" in columns:
            _curve(right, columns["epoch"], columns["train_loss"], "training", SECOND)
        _finish(right, "Loss")
    return Section(NAME, TITLE, _lead(columns), picture(sheet.svg), tiles=_tiles(columns))


def _curve(axes: Axes, epochs: np.ndarray, values: np.ndarray, label: str, colour: str) -> None:
    """One line over the rows that hold a number, its last point marked and named."""
    known = np.isfinite(values)
    if not known.any():
        return
    axes.plot(epochs[known], values[known], color=colour, label=label)
    axes.plot(epochs[known][-1:], values[known][-1:], "o", color=colour, markersize=4)


def _finish(axes: Axes, title: str) -> None:
    axes.set_title(title)
    axes.set_xlabel("epoch")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="x", visible=False)
    if len(axes.lines) > 2:
        axes.legend(loc="best")


def _last(columns: dict[str, np.ndarray], key: str) -> float | None:
    """The last number of a column, None where it has none."""
    values = columns.get(key, np.zeros(0))
    values = values[np.isfinite(values)]
    return float(values[-1]) if values.size else None


def _lead(columns: dict[str, np.ndarray]) -> str:
    error, seconds = _last(columns, "test_error"), float(np.nansum(columns.get("seconds", np.zeros(1))))
    epochs = int(columns["epoch"][-1])
    end = f"; at the end {100 * error:.2f} % of the test answers are wrong" if error is not None else ""
    return f"{epochs} epochs in {seconds:.1f} s{end}."


def _tiles(columns: dict[str, np.ndarray]) -> tuple[Tile, ...]:
    error, seconds = _last(columns, "test_error"), columns.get("seconds")
    tiles = []
    if error is not None:
        tiles.append(Tile("Test accuracy", f"{100 * (1 - error):.2f} %", f"after epoch {int(columns['epoch'][-1])}"))
    if seconds is not None and np.isfinite(seconds).any():
        typical = engineering(float(np.nanmedian(seconds)), "s", 3)
        tiles.append(Tile("An epoch", typical, f"{np.nansum(seconds):.3g} s in all"))
    return tuple(tiles)
