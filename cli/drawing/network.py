"""The drawing of a large circuit: nodes and branches, without a symbol for each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba

from ...netlist import Circuit, Traces
from ...netlist.element import Element
from ...netlist.graph import Hub
from .embedding import embedded
from .ink import caption, text
from .labels import label_width
from .legend import draw_legend
from .plan import Plan
from .resistors import conductance_or_none
from .sheet import fit, sheet
from .style import COLOURS, FAINT, INCHES, INK, NODE, PAPER, SMALL, TEXT, WIRE
from .tones import Voltages, Widths

_NAMED_NODES = 80
_NAMED_BRANCHES = 120
_AS_PICTURE = 20_000
_LARGEST_SIDE = 15.0
_LONGEST_BRANCH = 0.62
_ARROW = 0.13
_BACKGROUND = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.75, "pad": 0.4}


def draw_network(circuit: Circuit, path: Path, traces: Traces | None) -> None:
    """Draw a circuit of any number of scalar elements as a graph."""
    with sheet(path) as axes:
        _Network(axes, circuit, traces).draw()


class _Network:
    """One drawing while it is made."""

    def __init__(self, axes: Axes, circuit: Circuit, traces: Traces | None):
        self.axes = axes
        self.circuit = circuit
        self.plan = Plan.of(circuit)
        self.volts = Voltages.of(traces)
        known = (None if isinstance(place, Hub) else self.volts.at(str(place)) for place in self.plan.places)
        self.potentials = np.array([np.nan if volts is None else float(volts) for volts in known])
        self.widths = Widths.of(g for g in map(conductance_or_none, circuit.elements) if g is not None)
        self.number = {place: k for k, place in enumerate(self.plan.places)}
        self.tails = np.array([self.number[link.first] for link in self.plan.links], dtype=np.intp)
        self.heads = np.array([self.number[link.second] for link in self.plan.links], dtype=np.intp)
        self.at = embedded(len(self.number), self.tails, self.heads)
        self.low, self.high = self.at.min(axis=0) - 0.6, self.at.max(axis=0) + 0.6
        self.inches = min(_LONGEST_BRANCH, _LARGEST_SIDE / float((self.high - self.low).max()))
        self.scale = float(np.clip(self.inches / _LONGEST_BRANCH, 0.12, 1.0))
        self.size = max(0.6, 6.5 * self.scale)

    def draw(self) -> None:
        for kind in dict.fromkeys(link.element.kind for link in self.plan.links):
            self._branches(kind)
        self._grounded()
        self._nodes()
        self._names()
        self._frame()

    def _branches(self, kind: str) -> None:
        chosen = [k for k, link in enumerate(self.plan.links) if link.element.kind == kind]
        start, stop = self.at[self.tails[chosen]], self.at[self.heads[chosen]]
        widths = self._line_widths([self.plan.links[k].element for k in chosen]) * self.scale
        paths = list(np.stack([start, stop], axis=1))
        colour = COLOURS.get(kind, WIRE)
        shown = self._between(chosen) if kind == "R" and self.volts.known else colour
        lines = LineCollection(paths, linewidths=widths, colors=shown, zorder=1 if kind == "R" else 2)
        lines.set_rasterized(len(chosen) > _AS_PICTURE)
        self.axes.add_collection(lines)
        if kind == "D":
            arrows = PolyCollection(list(_triangles(start, stop)), facecolors=colour, edgecolors="none", zorder=3)
            arrows.set_rasterized(len(chosen) > _AS_PICTURE)
            self.axes.add_collection(arrows)

    def _between(self, chosen: list[int]) -> np.ndarray:
        """The colours of branches: those of the voltages half-way along them."""
        volts = (self.potentials[self.tails[chosen]] + self.potentials[self.heads[chosen]]) / 2
        return np.asarray(self.volts.colour(volts))

    def _line_widths(self, elements: list[Element]) -> np.ndarray:
        siemens = [conductance_or_none(element) for element in elements]
        if any(each is None for each in siemens):
            return np.full(len(elements), 1.2)
        return self.widths.of_conductance(np.array(siemens, dtype=float))

    def _grounded(self) -> None:
        """A ring in the colour of its kind round every node with an element to ground, wider for each further kind."""
        by_kind: dict[str, set[int]] = {}
        for hang in self.plan.hangs:
            by_kind.setdefault(hang.element.kind, set()).add(self.number[hang.rail])
        for order, kind in enumerate(sorted(by_kind, key=lambda kind: kind == "R")):
            rows = self.at[sorted(by_kind[kind])]
            style = {"facecolors": "none", "edgecolors": COLOURS.get(kind, WIRE), "linewidths": 1.5 * self.scale}
            self.axes.scatter(*rows.T, s=(self.size * (1.8 + 0.5 * order)) ** 2, zorder=3, **style)

    def _nodes(self) -> None:
        boxes = np.array([isinstance(place, Hub) for place in self.plan.places])
        colours = self._node_colours()
        edge, width = (INK, 0.8 * self.scale) if self.scale > 0.25 else ("none", 0.0)
        for marker, chosen in (("o", ~boxes), ("s", boxes)):
            if chosen.any():
                style = {"c": colours[chosen], "edgecolors": edge, "linewidths": width, "zorder": 4}
                nodes = self.axes.scatter(*self.at[chosen].T, s=self.size**2, marker=marker, **style)
                nodes.set_rasterized(len(boxes) > _AS_PICTURE)

    def _node_colours(self) -> np.ndarray:
        if not self.volts.known:
            return np.tile(to_rgba(PAPER if self.scale > 0.25 else WIRE), (len(self.number), 1))
        colours = np.array(self.volts.colour(np.nan_to_num(self.potentials)))
        colours[np.isnan(self.potentials)] = to_rgba(FAINT)
        return colours

    def _names(self) -> None:
        """Names of nodes and branches where there is room for them."""
        if len(self.plan.links) <= _NAMED_BRANCHES:
            middles = (self.at[self.tails] + self.at[self.heads]) / 2
            for link, (x, y) in zip(self.plan.links, middles.tolist(), strict=True):
                text(
                    self.axes,
                    (x, y),
                    link.element.name,
                    "center",
                    "center",
                    size=SMALL - 2,
                    color=INK,
                    bbox=_BACKGROUND,
                )
        if len(self.number) <= _NAMED_NODES:
            for place, (x, y) in zip(self.plan.places, self.at.tolist(), strict=True):
                name = place.element if isinstance(place, Hub) else str(place)
                text(self.axes, (x + 0.1, y + 0.08), name, "left", style="italic", color=NODE)

    def _frame(self) -> None:
        unit = INCHES / self.inches
        left, right = float(self.low[0]), float(self.high[0])
        right = max(right, left + unit * max(7.0, label_width(self.circuit.title) + 1.0))
        bottom, top = float(self.low[1]) - 0.4 * unit, float(self.high[1])
        bottom = draw_legend(self.axes, self.plan, (left, bottom), right, unit)
        if self.volts.known:
            bottom -= 0.7 * unit
            self.volts.bar(self.axes, left + 0.4 * unit, bottom, 3.2 * unit, unit)
        if self.circuit.title:
            caption(self.axes, (left, top), self.circuit.title, TEXT + 1.5, INK, "bold")
            top += 0.6 * unit
        fit(self.axes, left - 0.3 * unit, right, bottom - 0.7 * unit, top, self.inches)


def _triangles(start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Small triangles (branches, corners, 2) in the middle of branches, pointing from start to stop."""
    along = stop - start
    length = np.linalg.norm(along, axis=1, keepdims=True)
    along = along / np.where(length > 0, length, 1.0) * _ARROW
    across = np.column_stack([-along[:, 1], along[:, 0]])
    middle = (start + stop) / 2
    return np.stack([middle + along, middle - along + across, middle - along - across], axis=1)
