"""Elements that hang below a rail from a wire, each with a ground symbol of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from ...netlist.element import Element
from .ink import Colour, Point, dot, name_and_value, stamp, text, wire
from .labels import label_width, shape_text, value_text
from .plan import GROUND, Hang, Place
from .style import MUTED, SMALL, TEXT
from .symbols import GROUND as GROUND_SYMBOL

LENGTH = 1.3
DOWN = -np.pi / 2
_GAP = 1.0
_PORT_GAP = 0.7


def second_line(element: Element) -> str:
    """What stands under the name: a scalar's value, an array's lines and what it is made of."""
    if not element.ranges:
        return value_text(element)
    field = next((node for node in element.nodes if node != GROUND), GROUND)
    return f"{field}  {value_text(element)}"


def hang_width(hang: Hang) -> float:
    """The room that one element takes, with its label to the right."""
    if hang.port is not None:
        return _PORT_GAP
    return _GAP + max(0.3, *(label_width(text) for text in (hang.element.name, second_line(hang.element))))


def group_width(hangs: Sequence[Hang]) -> float:
    """The room that all elements of a rail take."""
    return sum(map(hang_width, hangs))


def hang_positions(groups: Mapping[Place, Sequence[Hang]], x: Mapping[Place, float]) -> dict[Hang, float]:
    """The first of a group straight below its rail, the others to its right; a box's ports about its middle."""
    found: dict[Hang, float] = {}
    for place, hangs in groups.items():
        ports = sum(hang.port is not None for hang in hangs)
        at = x[place] - max(0, ports - 1) / 2 * _PORT_GAP
        for hang in hangs:
            found[hang] = at
            at += hang_width(hang)
    return found


def draw_rack(axes: Axes, x: float, places: Sequence[float], top: float, colour: Colour) -> None:
    """The wire from which a rail's elements hang."""
    if len(places) > 1:
        wire(axes, [(x, top), (places[-1], top)], colour)
        for place in places[:-1]:
            dot(axes, (place, top), colour)


def draw_hang(
    axes: Axes,
    hang: Hang,
    at: Point,
    colour_of: Callable[[Place], Colour],
    draw_symbol: Callable[[Element, Point, float], None],
) -> None:
    """One element from a point of the rack down to ground (or to a named net)."""
    x, top = at
    centre, foot = (x, top - LENGTH / 2), top - LENGTH
    wire(axes, [(x, top), (x, centre[1] + 0.5)], colour_of(hang.rail))
    draw_symbol(hang.element, centre, DOWN if hang.forward else -DOWN)
    wire(axes, [(x, centre[1] - 0.5), (x, foot)], colour_of(hang.below))
    if hang.element.ranges:
        _slash(axes, (x, top), shape_text(hang.element))
    if hang.below == GROUND:
        stamp(axes, GROUND_SYMBOL, (x, foot), DOWN, colour_of(GROUND))
    else:
        text(axes, (x, foot - 0.05), hang.below, valign="top", size=TEXT, style="italic")
    side = 0.28 if hang.element.kind in "RL" else 0.42
    name_and_value(axes, (x + side, centre[1]), hang.element.name, second_line(hang.element), stacked=True)


def _slash(axes: Axes, at: Point, count: str) -> None:
    """The stroke through a wire that says how many wires it stands for."""
    x, y = at
    wire(axes, [(x - 0.09, y - 0.14), (x + 0.09, y + 0.04)], MUTED, 1.0, 5.0)
    text(axes, (x + 0.13, y + 0.02), count, "left", size=SMALL - 1)
