"""Pen strokes on the sheet: wires, symbols, dots and text, in one style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from .style import INK, MUTED, NODE, PAPER, SMALL, TEXT, WIDTH
from .symbols import Symbol

Colour = str | np.ndarray
Point = tuple[float, float]


def wire(axes: Axes, points: Sequence[Point], colour: Colour, width: float = WIDTH, layer: float = 1.0) -> None:
    """A polyline."""
    x, y = zip(*points, strict=True)
    axes.plot(x, y, color=colour, linewidth=width, zorder=layer)


def stamp(
    axes: Axes, symbol: Symbol, centre: Point, angle: float, colour: Colour, width: float = WIDTH, layer: float = 3.0
) -> None:
    """A symbol at a place, turned by `angle` radians."""
    for stroke in symbol:
        points = stroke.placed(centre, angle)
        if stroke.filled or stroke.paper:
            face = PAPER if stroke.paper else colour
            axes.add_patch(
                Polygon(points, facecolor=face, edgecolor=colour, linewidth=width, zorder=layer, closed=True)
            )
        else:
            axes.plot(*points.T, color=colour, linewidth=width, zorder=layer)


def dot(axes: Axes, at: Point, colour: Colour, size: float = 4.0) -> None:
    """A junction."""
    axes.plot(*at, marker="o", markersize=size, color=colour, markeredgewidth=0.0, zorder=4.0)


def text(axes: Axes, at: Point, line: str, align: str = "center", valign: str = "bottom", **style: Any) -> None:
    """A line of text, small and muted unless the style says otherwise."""
    style = {"size": SMALL, "color": MUTED, "zorder": 6} | style
    axes.text(*at, line, ha=align, va=valign, **style)


def name_and_value(axes: Axes, at: Point, name: str, value: str, stacked: bool, colour: str = INK) -> None:
    """An element's name with its value: beside each other, centred on a point, or stacked to the right of it."""
    bold = {"size": TEXT, "weight": "bold", "color": colour}
    if stacked:
        lift = 0.03 if value else -0.11
        text(axes, (at[0], at[1] + lift), name, "left", **bold)
        text(axes, (at[0], at[1] - 0.05), value, "left", "top")
    elif not value:
        text(axes, at, name, **bold)
    else:
        split = at[0] + 0.07 * (len(name) * 1.15 - len(value))
        text(axes, (split - 0.06, at[1]), name, "right", **bold)
        text(axes, (split + 0.06, at[1]), value, "left")


def net_name(axes: Axes, at: Point, name: str, volts: str = "", colour: Colour = NODE) -> None:
    """A net's name above a point, and under it its voltage."""
    text(axes, at, name, size=TEXT, style="italic", color=colour)
    if volts:
        text(axes, (at[0], at[1] - 0.02), volts, valign="top")


def caption(axes: Axes, at: Point, line: str, size: float = TEXT, colour: str = MUTED, weight: str = "normal") -> None:
    """A line of text that begins at a point."""
    text(axes, at, line, "left", size=size, color=colour, weight=weight)
