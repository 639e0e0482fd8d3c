"""The branches of an array between two buses: straight wires whose strength shows the conductance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from ...netlist.broadcast import field_shape
from ...netlist.buses import part_of_bus
from ...netlist.element import Element
from .resistors import conductance_or_none

MOST_WIRES = 700
_EQUAL = 0.55
_SAMPLED = 2_000_000
_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, eq=False)
class Bundle:
    """The strongest branches of an element: from which line of its first bus to which of its second, how strongly.

    `strength` is 0 to 1, relative to the largest conductance of the element; the same for all where all are equal.
    """

    tails: np.ndarray
    heads: np.ndarray
    strength: np.ndarray

    @classmethod
    def of(cls, element: Element, most: int = MOST_WIRES) -> Bundle:
        """Open resistors are left out, and all but the `most` strongest; equal ones, and of millions, are sampled."""
        siemens = conductance_or_none(element)
        given = np.ones(1) if siemens is None else np.asarray(siemens, dtype=float).ravel()
        total = int(np.prod(element.shape))
        if given.size == 1:
            chosen = _spread(total, most)
            shown = np.broadcast_to(given, len(chosen))
        else:
            chosen = _spread(total, _SAMPLED)
            shown = given[chosen]
        kept = np.flatnonzero(shown > 0)
        if len(kept) > most:
            kept = kept[np.argpartition(shown[kept], -most)[-most:]]
        kept = kept[np.argsort(shown[kept], kind="stable")]
        chosen, shown = chosen[kept], shown[kept]
        equal = len(shown) > 1 and shown[0] == shown[-1]
        tails, heads = (_lines(element, position, chosen) for position in (0, 1))
        return cls(tails, heads, np.full(len(shown), _EQUAL) if equal else shown / shown.max(initial=0.0))


def _spread(total: int, most: int) -> np.ndarray:
    """All of 0 … total−1, or about `most` of them spread as evenly as multiples of the golden ratio."""
    if total <= most:
        return np.arange(total)
    return np.unique((np.arange(most) * _GOLDEN % 1.0 * total).astype(np.intp))


def _lines(element: Element, position: int, chosen: np.ndarray) -> np.ndarray:
    """The line of the bus at which each chosen branch ends; 0 at a plain net."""
    field = element.nodes[position]
    part = part_of_bus(field, {field.partition("[")[0]: 0})
    if part is None:
        return np.zeros(len(chosen), dtype=np.intp)
    axes = field_shape(element, position)
    if max(axes, default=1) == 1:
        return np.full(len(chosen), part.start)
    return part.start + np.unravel_index(chosen, element.shape)[int(np.argmax(axes))]


def draw_wires(axes: Axes, paths: np.ndarray, strength: np.ndarray, colour: str) -> None:
    """Wires (count, points, 2), weaker ones thinner and paler, all of them paler where there are many."""
    crowd = min(1.0, 40.0 / max(len(paths), 1)) ** 0.5
    colours = np.tile(to_rgba(colour), (len(paths), 1))
    colours[:, 3] = 0.04 + (0.12 + 0.7 * crowd) * strength**1.5
    widths = (0.3 + 1.7 * strength) * (0.35 + 0.65 * crowd)
    axes.add_collection(LineCollection(list(paths), colors=colours, linewidths=widths, zorder=1))


def curves(start: np.ndarray, stop: np.ndarray, bow: float) -> np.ndarray:
    """Paths (wires, points, 2) from start to stop: straight, or as cubic Bézier curves bent upwards by `bow`."""
    if not bow:
        return np.stack([start, stop], axis=1)
    at = np.linspace(0.0, 1.0, 24)[None, :, None]
    lift = np.array([0.0, bow])
    first, second = start + 0.25 * (stop - start) + lift, stop - 0.25 * (stop - start) + lift
    parts = (1 - at) ** 3 * start[:, None], 3 * at * (1 - at) ** 2 * first[:, None]
    return parts[0] + parts[1] + 3 * at**2 * (1 - at) * second[:, None] + at**3 * stop[:, None]
