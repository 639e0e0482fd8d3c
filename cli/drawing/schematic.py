"""The schematic of a small circuit: rails, links with symbols, what hangs to ground."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from ...netlist import Circuit, Traces
from ...netlist.element import Element
from ...netlist.graph import Hub
from .geometry import BOX, ROW, Geometry
from .hanging import DOWN, LENGTH, draw_hang, draw_rack, hang_width
from .ink import caption, dot, name_and_value, net_name, stamp, text, wire
from .labels import label_width, value_text
from .plan import GROUND, Hang, Link, Place
from .resistors import conductance_or_none
from .sheet import fit, sheet
from .style import COLOURS, FILL, INK, TEXT, WIDTH, WIRE
from .symbols import GROUND as GROUND_SYMBOL
from .symbols import symbol
from .tones import Voltages, Widths

HANG_TOP = -0.9
_MARGIN = 0.7


def draw_schematic(circuit: Circuit, path: Path, traces: Traces | None) -> None:
    """Draw a circuit without arrays, of up to a few dozen elements."""
    with sheet(path) as axes:
        _Schematic(axes, circuit, traces).draw()


class _Schematic:
    """One schematic while it is drawn."""

    def __init__(self, axes: Axes, circuit: Circuit, traces: Traces | None):
        self.axes = axes
        self.circuit = circuit
        self.volts = Voltages.of(traces)
        self.geometry = Geometry.of(circuit, lambda net: max(net, self.volts.text(net), key=len))
        self.widths = Widths.of(filter(None, map(conductance_or_none, circuit.elements)))

    def draw(self) -> None:
        for place in self.geometry.plan.places:
            if not isinstance(place, Hub):
                self._rail(place)
        for link, height in self.geometry.rows.items():
            self._link(link, height)
        for hang, x in self.geometry.hang_x.items():
            self._hang(hang, x)
        for hub, element in self.geometry.plan.boxes.items():
            self._box(hub, element)
        self._frame()

    def _colour(self, place: Place) -> str | np.ndarray:
        return WIRE if isinstance(place, Hub) else self.volts.colour(self.volts.at(place))

    def _rail(self, net: str) -> None:
        """The vertical wire of a net with its name on top, down to what hangs below it."""
        x, colour = self.geometry.x[net], self._colour(net)
        reach = self.geometry.reach(net)
        hangs = [hang for hang in self.geometry.plan.hangs if hang.rail == net]
        low, high = reach or (0.0, 0.0)
        bottom = HANG_TOP if hangs else low
        if bottom < high:
            wire(self.axes, [(x, bottom), (x, high)], colour)
        draw_rack(self.axes, x, [self.geometry.hang_x[hang] for hang in hangs], HANG_TOP, colour)
        for height in self._joints(net, bool(hangs), low, high):
            dot(self.axes, (x, height), colour)
        shown = self.volts.text(net)
        net_name(self.axes, (x, high + (0.3 if shown else 0.12)), net, shown)

    def _joints(self, net: str, hanging: bool, low: float, high: float) -> list[float]:
        """The heights where three or more wires meet on a rail, or where a rail is a mere end."""
        links = [(link, height) for link, height in self.geometry.rows.items() if net in (link.first, link.second)]
        heights = sorted({height for _, height in links})
        joints = []
        for height in heights:
            arms = sum(each == height for _, each in links)
            arms += (height > low or hanging) + (height < high)
            if arms != 2:
                joints.append(height)
        return joints or ([] if hanging and heights else [high])

    def _link(self, link: Link, height: float) -> None:
        x = self.geometry.x
        if link.port is not None:
            self._port_wire(link, height, link.port)
            return
        start, stop = x[link.first], x[link.second]
        centre = self._symbol_place(start, stop)
        facing = 1.0 if stop > start else -1.0
        wire(self.axes, [(start, height), (centre - 0.5 * facing, height)], self._colour(link.first))
        wire(self.axes, [(centre + 0.5 * facing, height), (stop, height)], self._colour(link.second))
        self._symbol(link.element, (centre, height), 0.0 if facing > 0 else np.pi)
        label = centre, height + (0.3 if link.element.kind == "R" else 0.4)
        name_and_value(self.axes, label, link.element.name, value_text(link.element), stacked=False)

    def _symbol_place(self, start: float, stop: float) -> float:
        """The middle of the gap between neighbouring rails that is nearest to the link's own middle."""
        between = sorted(x for x in self.geometry.x.values() if min(start, stop) <= x <= max(start, stop))
        gaps = [(a + b) / 2 for a, b in pairwise(between) if b - a >= 1.0]
        return min(gaps, key=lambda x: abs(x - (start + stop) / 2), default=(start + stop) / 2)

    def _symbol(self, element: Element, centre: tuple[float, float], angle: float) -> None:
        siemens = conductance_or_none(element)
        width = float(self.widths.of_conductance(siemens)) if siemens else WIDTH
        stamp(
            self.axes,
            symbol(element, upright=abs(np.sin(angle)) > 0.5),
            centre,
            angle,
            COLOURS.get(element.kind, INK),
            width,
        )

    def _port_wire(self, link: Link, height: float, port: str) -> None:
        x = self.geometry.x
        side = BOX if x[link.second] > x[link.first] else -BOX
        edge = x[link.first] + side
        wire(self.axes, [(edge, height), (x[link.second], height)], self._colour(link.second))
        align = "right" if side > 0 else "left"
        text(self.axes, (edge - 0.07 * float(np.sign(side)), height), port, align, "center")

    def _hang(self, hang: Hang, x: float) -> None:
        if hang.port is None:
            draw_hang(self.axes, hang, (x, HANG_TOP), self._colour, self._symbol)
            return
        foot = (self.geometry.reach(hang.rail) or (0.0, 0.0))[0] - 0.45 * ROW
        wire(self.axes, [(x, foot), (x, foot - 0.2)], self._colour(GROUND))
        stamp(self.axes, GROUND_SYMBOL, (x, foot - 0.2), DOWN, self._colour(GROUND))
        text(self.axes, (x, foot + 0.06), hang.port)

    def _box(self, hub: Hub, element: Element) -> None:
        x = self.geometry.x[hub]
        low, high = self.geometry.reach(hub) or (0.0, 0.0)
        corner, size = (x - BOX, low - 0.45 * ROW), (2 * BOX, high - low + 0.9 * ROW)
        style = {"facecolor": FILL, "edgecolor": INK, "linewidth": WIDTH, "zorder": 2}
        box = FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=0.12", **style)
        self.axes.add_patch(box)
        name_and_value(self.axes, (x, corner[1] + size[1] + 0.1), element.name, value_text(element), stacked=False)

    def _frame(self) -> None:
        """Title, colour bar and the couplings that have no place of their own; then cut the sheet to size."""
        geometry = self.geometry
        sides = {place: BOX if isinstance(place, Hub) else 0.0 for place in geometry.plan.places}
        left = min((x - sides[place] for place, x in geometry.x.items()), default=0.0)
        right = max((x + sides[place] for place, x in geometry.x.items()), default=0.0)
        tops = [reach[1] for place in geometry.plan.places if (reach := geometry.reach(place))]
        top = max(tops, default=0.0) + 0.75
        bottom = HANG_TOP - LENGTH - 0.4 if self.geometry.plan.hangs else -0.5
        notes = [
            f"{element.name} couples {' and '.join(element.controls)}: {value_text(element)}"
            for element in self.circuit.elements
            if not element.nodes
        ]
        for note in notes:
            bottom -= 0.4
            caption(self.axes, (left - 0.4, bottom), note)
        if self.volts.known:
            bottom -= 0.75
            self.volts.bar(self.axes, left - 0.2, bottom + 0.25, 3.2)
        if self.circuit.title:
            caption(self.axes, (left - 0.4, top + 0.25), self.circuit.title, TEXT + 1.5, INK, "bold")
            top += 0.65
        right = max([right + 0.4, *(x + hang_width(hang) for hang, x in geometry.hang_x.items())])
        right = max(right, left + label_width(self.circuit.title) + 1.0, left + 3.6)
        fit(self.axes, left - _MARGIN, right + 0.2, bottom - 0.35, top)
