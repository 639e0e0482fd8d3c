"""From the order of elimination to the fronts of a multifrontal factorisation, and where everything stands in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...laplacian.elimination import Fronts
from ...laplacian.elimination import analyse as find_fronts
from .bundles import bundled
from .core import Sequence
from .fronts import FrontTables
from .given import Given
from .panels import SQUARES


@dataclass(frozen=True, eq=False)
class Layout:
    """The tables, the lengths of factors and scratch, and about how long a factorisation takes."""

    tables: FrontTables
    factor_size: int
    scratch_size: int
    seconds: float


def lay_out_fronts(given: Given, sequence: Sequence) -> tuple[Layout, Sequence]:
    """The fronts of a matrix, and its pivots in the order in which they need them."""
    n, outside = given.size, sequence.trivial
    row, column = sequence.positions()
    i, j = row[given.rows] - outside, column[given.columns] - outside
    inner = (i >= 0) & (j >= 0) & (i != j)
    low, high = np.minimum(i, j)[inner], np.maximum(i, j)[inner]
    fronts = bundled(find_fronts(n - outside, low.astype(np.int32), high.astype(np.int32))[0])
    sequence = sequence.renumbered(fronts.label)
    row, column = sequence.positions()
    i, j = row[given.rows], column[given.columns]
    is_outer = (i < outside) | (j < outside)
    outer, core = np.flatnonzero(is_outer), np.flatnonzero(~is_outer)
    start, diagonal, rows, outer_place = _outer_columns(n, i[outer], j[outer])
    shape = _Shape.of(fronts)
    panel = len(rows) + np.concatenate([[0], np.cumsum(shape.width * (shape.width + 2 * shape.rest))])
    place = np.full(len(given.indices), panel[-1])
    place[given.kept[outer]] = outer_place
    place[given.kept[core]] = shape.place(panel, i[core] - outside, j[core] - outside)
    remainder, room = _stacks(shape.parent, shape.rest)
    children = np.argsort(shape.parent, kind="stable")[np.count_nonzero(shape.parent < 0) :]
    child_start = np.searchsorted(shape.parent[children], np.arange(len(shape.parent) + 1))
    tables = FrontTables(
        given.indptr,
        given.indices,
        sequence.rows,
        sequence.columns,
        place,
        given.absent,
        start,
        diagonal,
        rows,
        fronts.first,
        fronts.row_start,
        fronts.rows,
        shape.relative(),
        panel[:-1],
        n + remainder,
        child_start,
        children,
    )
    return Layout(tables, int(panel[-1]) + 1, n + room + SQUARES, shape.seconds()), sequence


def _outer_columns(n: int, i: np.ndarray, j: np.ndarray) -> tuple[np.ndarray, ...]:
    """Where columns begin, where their pivots are (or end, in the core), rows, and the places of the entries."""
    order = np.lexsort((i, j))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    start = np.concatenate([[0], np.cumsum(np.bincount(j, minlength=n))])
    return start, start[:-1] + np.bincount(j[i < j], minlength=n), i[order], place


@dataclass(frozen=True, eq=False)
class _Shape:
    """Widths and rests of the fronts, their parents (−1 for roots), and local places in them."""

    fronts: Fronts
    width: np.ndarray
    rest: np.ndarray
    parent: np.ndarray

    @classmethod
    def of(cls, fronts: Fronts) -> _Shape:
        width = np.diff(fronts.first.astype(np.int64))
        return cls(fronts, width, np.diff(fronts.row_start), fronts.parent.astype(np.int64))

    def local(self, front: np.ndarray, unknown: np.ndarray) -> np.ndarray:
        """The place of unknowns of the core among the pivots and rows of the fronts."""
        size = int(self.fronts.first[-1])
        keys = np.repeat(np.arange(len(self.rest)), self.rest) * size + self.fronts.rows
        own = unknown - self.fronts.first[front]
        later = np.searchsorted(keys, front * size + unknown) - self.fronts.row_start[front] + self.width[front]
        return np.where(own < self.width[front], own, later)

    def place(self, panel: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Where the entries (i, j) of the core stand among the factors."""
        front = np.searchsorted(self.fronts.first, np.minimum(i, j), side="right") - 1
        a, b = self.local(front, i), self.local(front, j)
        width, rest = self.width[front], self.rest[front]
        upper = a * (width + rest) + b
        lower = width * (width + rest) + b * rest + a - width
        return panel[front] + np.where(a < width, upper, lower)

    def relative(self) -> np.ndarray:
        """The place of every front's later rows in its parent."""
        return self.local(np.repeat(self.parent, self.rest), self.fronts.rows.astype(np.int64))

    def seconds(self) -> float:
        """About how long a factorisation takes, as measured (benchmarks/linear)."""
        size, width = (self.width + self.rest).astype(float), self.width.astype(float)
        work = 2.0 * width * size * (size - width) + 2.0 / 3.0 * width**3
        return float(np.sum(2.5e-7 + 1e-10 * work))


def _stacks(parent: np.ndarray, rest: np.ndarray) -> tuple[np.ndarray, int]:
    """Where remainders stand: on two stacks, for even and odd depths, that fronts in postorder push on and take from.

    A front's children are the last on the other stack when it is done. Leaves leave none.
    """
    count = len(parent)
    side = np.zeros(count, np.int64)
    for s in range(count - 1, -1, -1):
        if parent[s] >= 0:
            side[s] = 1 - side[parent[s]]
    areas = rest * rest
    areas[np.bincount(parent[parent >= 0], minlength=count) == 0] = 0
    areas, place, below = areas.tolist(), [0] * count, [0] * count
    top, most = [0, 0], [0, 0]
    for s, (own, up) in enumerate(zip(side.tolist(), parent.tolist(), strict=True)):
        place[s] = top[own]
        top[own] += areas[s]
        most[own] = max(most[own], top[own])
        top[1 - own] -= below[s]
        if up >= 0:
            below[up] += areas[s]
    found = np.array(place, np.int64)
    found[side == 1] += most[0]
    return found, sum(most)
