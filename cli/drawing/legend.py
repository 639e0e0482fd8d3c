"""What lines and rings of a network's drawing mean."""

from __future__ import annotations

from matplotlib.axes import Axes

from ...netlist.elements import KINDS
from .ink import Point, text, wire
from .labels import label_width
from .plan import Plan
from .style import COLOURS, WIRE

_ROW = 0.45


def draw_legend(axes: Axes, plan: Plan, corner: Point, right: float, unit: float) -> float:
    """Draw the entries in rows from the upper left corner; returns the height of the last row."""
    lines = ((kind, False) for kind in dict.fromkeys(link.element.kind for link in plan.links))
    rings = ((kind, True) for kind in dict.fromkeys(hang.element.kind for hang in plan.hangs))
    x, y = corner[0] + 0.2 * unit, corner[1]
    for kind, ring in (*lines, *rings):
        words = KINDS[kind].title + (" to ground" if ring else "")
        wide = (0.9 + 0.8 * label_width(words)) * unit
        if x + wide > right and x > corner[0] + 0.3 * unit:
            x, y = corner[0] + 0.2 * unit, y - _ROW * unit
        colour = COLOURS.get(kind, WIRE)
        if ring:
            axes.plot(x + 0.25 * unit, y, "o", markersize=6, markerfacecolor="none", color=colour)
        else:
            wire(axes, [(x, y), (x + 0.5 * unit, y)], colour, 1.6)
        text(axes, (x + 0.65 * unit, y), words, "left", "center")
        x += wide + 0.2 * unit
    return y
