"""The picture of a sweep: test accuracy against each setting, every run a dot and the means a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from .picture import rendered, style

_LINE, _DOT = "#d9631e", "#2f6fde"


def draw(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> dict[str, bytes]:
    """The files' contents by suffix, `png` and `svg`: one panel a setting, over all values of the others."""
    with mpl.rc_context(style("sweep")):
        figure = Figure(figsize=(4.2 * len(names), 3.2), constrained_layout=True)
        panels = figure.subplots(1, len(names), squeeze=False, sharey=True)[0]
        for axes, name in zip(panels, names, strict=True):
            _panel(axes, name, [row[name] for row in rows], [100 * (1 - float(row["test_error"])) for row in rows])
        panels[0].set_ylabel("test accuracy, %")
        return {ending: rendered(figure, ending) for ending in ("png", "svg")}


def _panel(axes: Axes, name: str, values: Sequence[str], accuracy: Sequence[float]) -> None:
    order = list(dict.fromkeys(values))
    places, ticks = _places(order)
    found = [[each for value, each in zip(values, accuracy, strict=True) if value == wanted] for wanted in order]
    axes.plot(places, [float(np.mean(each)) for each in found], color=_LINE, linewidth=1.6)
    for place, each in zip(places, found, strict=True):
        axes.plot([place] * len(each), each, "o", color=_DOT, alpha=0.6, markersize=4.5, markeredgewidth=0)
    axes.set_xticks(places, ticks)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(name)


def _places(values: Sequence[str]) -> tuple[list[float], list[str]]:
    """Where values stand: as numbers where they are, evenly in their order where they are words or span decades."""
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        numbers = []
    positive = [number for number in numbers if number > 0]
    if not numbers or (positive and max(positive) > 50 * min(positive)):
        return [float(place) for place in range(len(values))], list(values)
    return numbers, list(values)
