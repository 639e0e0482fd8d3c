"""Learning curves: errors and loss against the epoch."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..answers import engineering
from ..figure import ACCENT, SECOND, drawing
from ..results import Absent, Results
from .section import Section, Tile, picture

NAME, TITLE = "learning", "Learning curves"
MANY = 30.0
"""How many times its least value a loss has at most where its axis is linear."""


def section(results: Results) -> Section:
    """Two panels, each in training and in test: the share of wrong answers, and the loss."""
    columns, wrong = results.metrics, _wrong(results)
    with drawing(NAME, 8.0 if wrong else 4.4, 2.9, "Errors and loss against the epoch") as sheet:
        panels = sheet.figure.subplots(1, 2 if wrong else 1, squeeze=False)[0]
        if wrong:
            _curves(panels[0], columns, "error", 100.0)
            _finish(panels[0], f"Answers that are {wrong}, %")
        _curves(panels[-1], columns, "loss", 1.0)
        _finish(panels[-1], "Loss" if results.in_time else "Loss, V²", decades=True)
    return Section(NAME, TITLE, _lead(results, wrong), picture(sheet.svg), tiles=_tiles(columns, wrong))


def _wrong(results: Results) -> str:
    """What a wrong answer is: another class, or a voltage too far off; nothing where no answer is right or wrong."""
    try:
        labels = results.predictions.labels
    except Absent:
        return "wrong"
    if results.in_time:
        return "out of tolerance" if labels.size else ""
    return "wrong" if np.issubdtype(labels.dtype, np.integer) else "out of tolerance"


def _curves(axes: Axes, columns: dict[str, np.ndarray], what: str, scale: float) -> None:
    """Training as a line and test as dashes over it, so that both are seen where they meet."""
    for part, label, colour, dashes in (("train", "training", SECOND, "-"), ("test", "test", ACCENT, (0, (4, 2)))):
        values = scale * columns.get(f"{part}_{what}", np.zeros(0))
        known = np.flatnonzero(np.isfinite(values))
        if known.size:
            epochs = columns["epoch"][known]
            axes.plot(epochs, values[known], color=colour, label=label, linestyle=dashes)
            axes.plot(epochs[-1:], values[known][-1:], "o", color=colour, markersize=4, clip_on=False)


def _finish(axes: Axes, title: str, decades: bool = False) -> None:
    axes.set_title(title)
    axes.set_xlabel("epoch")
    seen = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.lines] or [np.ones(1)])
    if decades and seen.min() > 0 and seen.max() > MANY * seen.min():
        axes.set_yscale("log")
    else:
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


def _lead(results: Results, wrong: str) -> str:
    columns = results.metrics
    error, seconds = _last(columns, "test_error"), float(np.nansum(columns.get("seconds", np.zeros(1))))
    epochs = int(columns["epoch"][-1])
    end = f"; at the end {100 * error:.2f} % of the test answers are {wrong}" if error is not None and wrong else ""
    try:
        rule = "" if results.in_time else f" of {results.facts['rule']}"
    except (Absent, KeyError):
        rule = ""
    return f"{epochs} epochs{rule} in {seconds:.1f} s{end}."


def _tiles(columns: dict[str, np.ndarray], wrong: str) -> tuple[Tile, ...]:
    error, seconds = _last(columns, "test_error"), columns.get("seconds")
    tiles = []
    if error is not None and wrong:
        label = "Test accuracy" if wrong == "wrong" else "Test answers in tolerance"
        tiles.append(Tile(label, f"{100 * (1 - error):.2f} %", f"after epoch {int(columns['epoch'][-1])}"))
    if seconds is not None and np.isfinite(seconds).any():
        typical = engineering(float(np.nanmedian(seconds)), "s", 3)
        tiles.append(Tile("An epoch", typical, f"{np.nansum(seconds):.3g} s in all"))
    return tuple(tiles)
