"""A crossbar's conductances as a picture: one row a line of the first bus, one column a line of the second."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from ...netlist.element import Element
from .ink import text, wire
from .labels import quantity
from .style import FAINT

SIEMENS = LinearSegmentedColormap.from_list("siemens", ["#f8fafc", "#fdba74", "#c2410c", "#431407"])
_SIDE = 2.3
_MOST = 360


def draw_map(axes: Axes, element: Element, siemens: np.ndarray, middle: float, top: float) -> float:
    """Draw the map below `top` around x = `middle`; returns the lowest height it takes."""
    rows, columns = siemens.shape
    wide, high = _SIDE * min(1.0, max(0.45, columns / rows)), _SIDE * min(1.0, max(0.45, rows / columns))
    extent = (middle - wide / 2, middle + wide / 2, top - high, top)
    largest = float(siemens.max()) or 1.0
    style = {"aspect": "equal", "interpolation": "nearest", "cmap": SIEMENS, "zorder": 2}
    axes.imshow(pooled(siemens), extent=extent, vmin=0.0, vmax=largest, **style)
    corners = [(extent[k], extent[j]) for k, j in ((0, 2), (1, 2), (1, 3), (0, 3), (0, 2))]
    wire(axes, corners, FAINT, 0.8, 3.0)
    first, second = (field.partition("[")[0] for field in element.nodes)
    text(axes, (middle, top + 0.08), f"{element.name}: {second} →")
    text(axes, (extent[0] - 0.1, top - high / 2), f"← {first}", "right", "center", rotation=90)
    open_share = float(np.mean(siemens == 0))
    note = f"0 … {quantity(largest, 'S', 3)}" + (f", {open_share:.0%} open" if open_share else "")
    text(axes, (middle, top - high - 0.1), note, valign="top")
    return top - high - 0.5


def pooled(matrix: np.ndarray, most: int = _MOST) -> np.ndarray:
    """A matrix of at most `most` rows and columns, by means over blocks."""
    for axis in (0, 1):
        length = matrix.shape[axis]
        if length > most:
            starts = np.linspace(0, length, most, endpoint=False).astype(np.intp)
            counts = np.diff(np.append(starts, length))
            matrix = np.add.reduceat(matrix, starts, axis=axis) / np.expand_dims(counts, 1 - axis)
    return matrix
