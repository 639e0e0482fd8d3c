"""The drawing of a circuit with buses: a column a bus, a bundle of wires an array, a map a crossbar."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from ...netlist import Circuit, Traces
from ...netlist.buses import bus_widths
from ...netlist.element import Element
from ...netlist.graph import Hub
from .bundle import Bundle, curves, draw_wires
from .columns import ordered_places
from .hanging import LENGTH, draw_hang, draw_rack, group_width, hang_positions, hang_width
from .ink import Colour, Point, caption, name_and_value, net_name, stamp, text, wire
from .labels import label_width, quantity, shape_text, value_text
from .maps import draw_map
from .plan import Hang, Link, Place, Plan
from .resistors import conductance_or_none
from .sheet import fit, sheet
from .style import COLOURS, FAINT, FILL, INK, NODE, PAPER, TEXT, WIDTH, WIRE
from .symbols import symbol
from .tones import Voltages

_MOST_DOTS = 24
_TALLEST = 7.0
_NARROWEST = 4.8
_BACKGROUND = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.8}


def draw_layers(circuit: Circuit, path: Path, traces: Traces | None) -> None:
    """Draw a circuit with arrays: deep resistive networks, crossbars."""
    with sheet(path) as axes:
        _Layers(axes, circuit, traces).draw()


def _bus_height(width: int) -> float:
    return 0.0 if width == 1 else float(np.clip(0.42 * width, 1.2, _TALLEST))


class _Layers:
    """One drawing while it is made."""

    def __init__(self, axes: Axes, circuit: Circuit, traces: Traces | None):
        self.axes = axes
        self.circuit = circuit
        self.volts = Voltages.of(traces)
        self.plan = Plan.of(circuit)
        widths = bus_widths(circuit)
        self.width = {place: widths.get(str(place), 1) if isinstance(place, str) else 1 for place in self.plan.places}
        outputs = {name.partition("[")[0] for name in circuit.outputs}
        self.order = ordered_places(self.plan, outputs)
        self.groups = {place: [hang for hang in self.plan.hangs if hang.rail == place] for place in self.order}
        self.x = _columns(self.order, self.groups)
        self.hang_x = hang_positions(self.groups, self.x)
        self.tallest = max((_bus_height(width) for width in self.width.values()), default=0.0)
        self.rack = -self.tallest / 2 - 0.7

    def draw(self) -> None:
        for link in self.plan.links:
            self._bundle(link)
        for place in self.order:
            self._column(place)
        for hang, x in self.hang_x.items():
            draw_hang(self.axes, hang, (x, self.rack), self._colour, self._symbol)
        foot = self.rack - (LENGTH + 0.5 if self.plan.hangs else 0.0)
        self._frame(self._maps(foot))

    def _lines(self, place: Place) -> np.ndarray:
        """The heights of a column's lines, line 0 on top."""
        width = self.width[place]
        return -((np.arange(width) + 0.5) / width - 0.5) * _bus_height(width)

    def _colour(self, place: Place) -> Colour:
        volts = self.volts.at(place) if isinstance(place, str) else None
        return self.volts.colour(volts) if volts is not None and volts.ndim == 0 else WIRE

    def _column(self, place: Place) -> None:
        x, width = self.x[place], self.width[place]
        height = _bus_height(width)
        hangs = self.groups[place]
        if hangs:
            wire(self.axes, [(x, -height / 2), (x, self.rack)], self._colour(place), 2.2 if width > 1 else WIDTH)
            draw_rack(self.axes, x, [self.hang_x[hang] for hang in hangs], self.rack, self._colour(place))
        name = place.element if isinstance(place, Hub) else str(place)
        if width > 1:
            self._bus(str(place), x, height)
            net_name(self.axes, (x, height / 2 + 0.55), f"{name}[0:{width - 1}]")
        else:
            self.axes.plot(x, 0.0, "o", markersize=7, color=self._colour(place), markeredgecolor=INK, zorder=5)
            net_name(self.axes, (x, 0.4), name, self.volts.text(name))

    def _bus(self, bus: str, x: float, height: float) -> None:
        """Dots for a few lines, a strip of colour for many."""
        style = {"facecolor": FILL, "edgecolor": NODE, "linewidth": 1.0, "zorder": 4}
        corner, size = (x - 0.24, -height / 2 - 0.2), (0.48, height + 0.4)
        self.axes.add_patch(FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=0.24", **style))
        volts, lines = self.volts.of_bus(bus, self.width[bus]), self._lines(bus)
        if self.width[bus] > _MOST_DOTS:
            self._strip(x, height, volts)
            return
        colours = np.asarray(self.volts.colour(volts)) if volts is not None else PAPER
        self.axes.scatter(np.full(len(lines), x), lines, s=44, c=colours, edgecolors=INK, linewidths=0.8, zorder=5)
        if bus == self.order[-1]:
            for index, y in enumerate(lines):
                shown = "" if volts is None else f"   {quantity(float(volts[index]), 'V', 3)}"
                text(self.axes, (x + 0.36, float(y)), f"{bus}[{index}]{shown}", "left", "center")

    def _strip(self, x: float, height: float, volts: np.ndarray | None) -> None:
        extent = (x - 0.15, x + 0.15, -height / 2, height / 2)
        if volts is not None:
            image = np.asarray(self.volts.colour(volts))[:, None, :]
            self.axes.imshow(image, extent=extent, aspect="equal", interpolation="nearest", zorder=5)
            return
        for y in np.linspace(-height / 2, height / 2, 40):
            wire(self.axes, [(x - 0.13, float(y)), (x + 0.13, float(y))], FAINT, 0.8, 5.0)

    def _bundle(self, link: Link) -> None:
        """The wires of an element between two columns, with its name over their middle."""
        if link.port is not None:
            wire(self.axes, [(self.x[link.first], 0.0), (self.x[link.second], 0.0)], WIRE)
            return
        bundle = Bundle.of(link.element)
        ends = ((link.first, bundle.tails), (link.second, bundle.heads))
        start, stop = (np.column_stack([np.full(len(at), self.x[place]), self._lines(place)[at]]) for place, at in ends)
        bow = self._bow(link)
        paths = curves(start, stop, bow)
        draw_wires(self.axes, paths, bundle.strength, COLOURS.get(link.element.kind, INK))
        if len(paths):
            self._bundle_label(link.element, paths, float(stop[0, 0] - start[0, 0]))

    def _bow(self, link: Link) -> float:
        """How far a bundle that passes other columns is bent upwards."""
        between = abs(self.order.index(link.first) - self.order.index(link.second)) - 1
        return (self.tallest / 2 + 1.2 * between + 0.6) if between else 0.0

    def _bundle_label(self, element: Element, paths: np.ndarray, direction: float) -> None:
        """Name, shape and value over the middle of the wires, and the symbol of what is no array of resistors."""
        half = paths.shape[1] // 2
        middles = paths[:, half] if paths.shape[1] > 2 else paths.mean(axis=1)
        x, top = float(middles[:, 0].mean()), float(middles[:, 1].max()) + 0.3
        if element.kind != "R" or not element.ranges:
            centre = x, float(middles[:, 1].mean())
            self.axes.add_patch(Circle(centre, 0.42, color=PAPER, zorder=2))
            self._symbol(element, centre, 0.0 if direction > 0 else np.pi, upright=False)
            top = max(top, centre[1] + 0.4)
        value = value_text(element)
        if element.ranges:
            text(self.axes, (x, top), f"{shape_text(element)}   {value}".strip(), bbox=_BACKGROUND)
            top, value = top + 0.28, ""
        name_and_value(self.axes, (x, top), element.name, value, stacked=False)

    def _symbol(self, element: Element, centre: Point, angle: float, upright: bool = True) -> None:
        stamp(self.axes, symbol(element, upright), centre, angle, COLOURS.get(element.kind, INK))

    def _maps(self, top: float) -> float:
        """Pictures of the crossbars' conductances below their bundles; returns the lowest height used."""
        foot = top
        for link in self.plan.links:
            siemens = conductance_or_none(link.element)
            if link.port is None and isinstance(siemens, np.ndarray) and siemens.ndim == 2 and siemens.size > 1:
                middle = (self.x[link.first] + self.x[link.second]) / 2
                foot = min(foot, draw_map(self.axes, link.element, siemens, middle, top - 0.55))
        return foot

    def _frame(self, bottom: float) -> None:
        left, right = min(self.x.values(), default=0.0), max(self.x.values(), default=0.0)
        right = max([right + 2.2, *(x + hang_width(hang) for hang, x in self.hang_x.items())])
        bows = [self._bow(link) for link in self.plan.links]
        top = max(self.tallest / 2 + 1.1, 0.75 * max(bows, default=0.0) + self.tallest / 2 + 1.0)
        if self.volts.known:
            bottom -= 0.8
            self.volts.bar(self.axes, left - 0.2, bottom + 0.25, 3.2)
        if self.circuit.title:
            caption(self.axes, (left - 0.6, top + 0.2), self.circuit.title, TEXT + 1.5, INK, "bold")
            top += 0.65
            right = max(right, left + label_width(self.circuit.title) + 1.0)
        fit(self.axes, left - 1.2, right, bottom - 0.35, top)


def _columns(order: list[Place], groups: Mapping[Place, list[Hang]]) -> dict[Place, float]:
    """Left to right, with room for what hangs below each column."""
    x: dict[Place, float] = {}
    at = 0.0
    for place in order:
        x[place] = at
        at += max(_NARROWEST, group_width(groups[place]) + 0.4)
    return x
