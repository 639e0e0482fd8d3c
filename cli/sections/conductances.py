"""Conductance maps: what was learned, crossbar by crossbar, and what a hidden node looks at."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.ticker import NullFormatter

from ...netlist import Circuit, Element
from ...netlist.resistance import conductance
from ..answers import engineering
from ..figure import ACCENT, DIVERGING, SEQUENTIAL, bare, drawing
from ..results import Absent, Results
from .section import Section, picture, table

NAME, TITLE = "conductances", "Conductance maps"
_PIXELS, _ACROSS, _DOWN = 480, 12, 2


def crossbars(circuit: Circuit) -> list[Element]:
    """The resistor arrays between two buses, in the deck's order."""
    return [element for element in circuit.of_kind("R") if len(element.ranges) == 2]


def side(width: int) -> tuple[int, bool] | None:
    """The side of the square image that `width` lines carry, and whether each pixel comes with both signs."""
    for pixels, signed in ((width // 2, True), (width, False)):
        edge = math.isqrt(pixels)
        if edge >= 4 and edge * edge == pixels and (not signed or width % 2 == 0):
            return edge, signed
    return None


def section(results: Results) -> Section:
    """A map and a histogram a crossbar; receptive fields where the first bus is an image; a list of lone resistors."""
    circuit = results.circuit
    bars = crossbars(circuit)
    if not circuit.of_kind("R"):
        raise Absent("The learned circuit has no resistor.")
    if not bars:
        return Section(NAME, TITLE, "The learned conductance of every resistor.", _lone(circuit))
    values = {element.name: np.asarray(conductance(element), dtype=float) for element in bars}
    parts = [picture(_maps(values), _caption(bars[0]))]
    fields = _fields(bars[0], values[bars[0].name])
    if fields:
        parts.append(picture(fields, "Receptive fields: the conductance from each pixel, less that of its negative."))
    total = sum(value.size for value in values.values())
    zero = sum(int((value == 0).sum()) for value in values.values())
    lead = f"{total:,} conductances in {len(bars)} crossbars; {100 * zero / total:.0f} % of them have settled at zero."
    return Section(NAME, TITLE, lead, "".join(parts))


def _caption(first: Element) -> str:
    return f"From left to right the first bus ({first.nodes[0]} for {first.name}), from top to bottom the second."


def _maps(values: dict[str, np.ndarray]) -> str:
    count = len(values)
    with drawing("maps", 8.0, 2.5 * count + 0.2, "Conductances as maps and histograms") as sheet:
        grid = sheet.figure.subplots(count, 2, squeeze=False, width_ratios=(3, 1.4))
        for (image_axes, histogram_axes), (name, value) in zip(grid, values.items(), strict=True):
            top = float(value.max()) or 1.0
            small = reduced(value.T)
            image_axes.imshow(small, cmap=SEQUENTIAL, vmin=0, vmax=top, aspect="auto", interpolation="nearest")
            bare(image_axes)
            image_axes.set_title(f"{name}   {value.shape[0]} × {value.shape[1]}, up to {engineering(top, 'S', 3)}")
            positive = value[value > 0]
            if positive.size:
                histogram_axes.hist(positive, bins=40, color=ACCENT)
            histogram_axes.set_yscale("log")
            histogram_axes.yaxis.set_minor_formatter(NullFormatter())
            histogram_axes.set_xlabel("siemens, those above zero")
            histogram_axes.set_title("how many")
    return sheet.svg


def reduced(image: np.ndarray, most: int = _PIXELS) -> np.ndarray:
    """The image with neither side longer than `most`, each pixel the mean of its block."""
    for axis in (0, 1):
        if image.shape[axis] > most:
            starts = np.linspace(0, image.shape[axis], most, endpoint=False).astype(np.int64)
            sizes = np.diff(np.append(starts, image.shape[axis]))
            image = np.add.reduceat(image, starts, axis=axis) / np.expand_dims(sizes, 1 - axis)
    return image


def _fields(element: Element, value: np.ndarray) -> str:
    """The strongest hidden nodes' weights as one mosaic of images; nothing where the first bus is no image."""
    square = side(value.shape[0])
    if square is None or value.shape[1] < 2:
        return ""
    edge, signed = square
    weights = value[: edge * edge] - value[edge * edge :] if signed else value
    strongest = np.sort(np.argsort(-np.square(weights).sum(axis=0))[: _ACROSS * _DOWN])
    rows, gap, label = math.ceil(len(strongest) / _ACROSS), max(1, edge // 6), edge / 3
    mosaic = np.full((math.ceil(rows * (edge + gap + label)), _ACROSS * (edge + gap)), np.nan)
    bus = element.nodes[1].partition("[")[0]
    with drawing("fields", 8.0, 8.0 * mosaic.shape[0] / mosaic.shape[1], "Receptive fields of hidden nodes") as sheet:
        axes = sheet.figure.subplots()
        bare(axes)
        for place, node in enumerate(strongest):
            top, left = round(place // _ACROSS * (edge + gap + label) + label), place % _ACROSS * (edge + gap)
            image = weights[:, node].reshape(edge, edge)
            mosaic[top : top + edge, left : left + edge] = image / (np.abs(image).max() or 1.0)
            centre = (left + edge / 2 - 0.5, top - 0.7)
            axes.text(*centre, f"{bus}[{node}]", fontsize=6, ha="center", va="bottom")
        axes.imshow(mosaic, cmap=DIVERGING, vmin=-1, vmax=1, interpolation="nearest")
    return sheet.svg


def _lone(circuit: Circuit) -> str:
    rows = []
    for element in circuit.of_kind("R"):
        value = np.asarray(conductance(element), dtype=float)
        low, high = float(value.min()), float(value.max())
        text = engineering(low, "S") if low == high else f"{engineering(low, 'S')} … {engineering(high, 'S')}"
        rows.append((element.name, " – ".join(element.nodes), text))
    return table(("resistor", "between", "conductance"), rows)
