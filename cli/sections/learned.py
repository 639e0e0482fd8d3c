"""What a circuit in time has learned: templates as pictures, couplings on their grid, the rest within its range."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from ...netlist import Circuit, load
from ...netlist.directives import Trainable
from ..figure import ACCENT, DIVERGING, MUTED, SECOND, bare, drawing
from ..followed import couplings
from ..results import Absent, Results
from .section import Section, picture, table

NAME, TITLE = "learned", "What was learned"
_TEMPLATE = re.compile(r"([a-z]+)_(corner|edge|centre)")
_PARTS = np.array([["corner", "edge", "corner"], ["edge", "centre", "edge"], ["corner", "edge", "corner"]])
MOST = 40


def section(results: Results) -> Section:
    """Pictures of what is arranged in the plane, and every other trainable from where it started to where it is."""
    run = results.run
    start = load(run.folder / run.experiment.netlist)
    before, after = (values(circuit, run.circuit.trainables) for circuit in (start, run.circuit))
    if not after:
        raise Absent("The learned circuit has no trainable parameter.")
    kernels, edges = templates(after), couplings(run)
    lone = [each for each in run.circuit.trainables if each.target in after and not _drawn(each.target, kernels, edges)]
    parts = []
    if kernels:
        parts.append(picture(_kernels(templates(before), kernels), "Templates before learning, and learned."))
    if edges and results.followed.grid:
        parts.append(picture(_couplings(edges, results.followed.grid), "Couplings on the grid, by strength and sign."))
    if lone and len(lone) <= MOST:
        parts.append(picture(_ranges(lone, before, after), "From where it started (ring) to where it is (dot)."))
    rows = [(each.target, f"{before[each.target]:.6g}", f"{after[each.target]:.6g}") for each in lone[:MOST]]
    if rows:
        parts.append(table(("parameter", "at the start", "learned"), rows))
    moved = sum(before[name] != after[name] for name in after)
    return Section(NAME, TITLE, f"{len(after)} trainable values, of which {moved} have moved.", "".join(parts))


def values(circuit: Circuit, trainables: tuple[Trainable, ...]) -> dict[str, float]:
    """The numbers of the trainable parameters by name."""
    found = {each.target: circuit.parameters.get(each.target) for each in trainables if each.kind == "parameter"}
    return {name: float(value) for name, value in found.items() if isinstance(value, (int, float))}


def templates(found: Mapping[str, float]) -> dict[str, np.ndarray]:
    """The 3×3 templates among parameters called `a_corner`, `a_edge`, `a_centre`, by their letter."""
    letters = dict.fromkeys(match[1] for name in found if (match := _TEMPLATE.fullmatch(name)))
    whole = [each for each in letters if all(f"{each}_{part}" in found for part in ("corner", "edge", "centre"))]
    return {each: np.vectorize(lambda part, each=each: found[f"{each}_{part}"])(_PARTS) for each in whole}


def _drawn(target: str, kernels: Mapping[str, np.ndarray], edges: Mapping[tuple[int, int], float]) -> bool:
    template = _TEMPLATE.fullmatch(target)
    if template:
        return template[1] in kernels
    return bool(edges) and re.fullmatch(r"[a-z]+\d+_\d+", target) is not None


def _kernels(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> str:
    with drawing(NAME, 3.6 * len(after), 1.9, "Templates before and after learning") as sheet:
        grid = sheet.figure.subplots(1, 2 * len(after), squeeze=False)[0]
        for place, (name, kernel) in enumerate(after.items()):
            limit = float(np.abs([before[name], kernel]).max()) or 1.0
            for axes, image, word in zip(grid[2 * place :], (before[name], kernel), ("start", "learned"), strict=False):
                axes.imshow(image, cmap=DIVERGING, vmin=-limit, vmax=limit)
                bare(axes)
                axes.set_title(f"{name.upper()}, {word}")
                for row, column in np.ndindex(3, 3):
                    axes.text(column, row, f"{image[row, column]:.3g}", ha="center", va="center", fontsize=7)
    return sheet.svg


def _couplings(edges: Mapping[tuple[int, int], float], shape: tuple[int, int]) -> str:
    rows, columns = shape
    limit = max(abs(weight) for weight in edges.values()) or 1.0
    with drawing("couplings", 0.5 * columns + 0.4, 0.5 * rows + 0.4, "Learned couplings on the grid") as sheet:
        axes = sheet.figure.subplots()
        bare(axes)
        for (first, second), weight in edges.items():
            x, y = ([node % columns for node in (first, second)], [node // columns for node in (first, second)])
            axes.plot(x, y, color=ACCENT if weight > 0 else SECOND, linewidth=0.4 + 2.8 * abs(weight) / limit, zorder=1)
        places = np.arange(rows * columns)
        axes.plot(places % columns, places // columns, "o", color=MUTED, markersize=3.5, markeredgewidth=0, zorder=2)
        axes.set_aspect("equal")
        axes.invert_yaxis()
        axes.set_title("attracting orange, repelling blue")
    return sheet.svg


def _ranges(lone: list[Trainable], before: Mapping[str, float], after: Mapping[str, float]) -> str:
    with drawing("ranges", 8.0, 0.19 * len(lone) + 0.7, "Trainable values before and after learning") as sheet:
        axes = sheet.figure.subplots()
        names = [each.target for each in lone]
        for place, each in enumerate(lone):
            _moved(axes, place, each, before[each.target], after[each.target])
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
        bounded = all(each.minimum is not None and each.maximum is not None for each in lone)
        axes.set_xlabel("share of its range" if bounded else "share of its range, or its value where it has none")
    return sheet.svg


def _moved(axes: Axes, place: int, each: Trainable, start: float, end: float) -> None:
    low, high = each.minimum, each.maximum
    if low is not None and high is not None:
        start, end = ((value - low) / (high - low) for value in (start, end))
    axes.plot([start, end], [place, place], color=MUTED, linewidth=1.0)
    axes.plot([start], [place], "o", markerfacecolor="none", color=SECOND, markersize=4.5)
    axes.plot([end], [place], "o", color=ACCENT, markersize=4.5, markeredgewidth=0)
