"""Large systems by dense fronts: a multifrontal LU factorisation with fixed pivots.

The pattern is taken as symmetric. Each front of `panels.py` adds up its entries of the matrix and what its children in
the elimination tree left over, eliminates its pivots and leaves a remainder to its parent (I. Duff, J. Reid, "The
multifrontal solution of unsymmetric sets of linear equations", SIAM J. Sci. Stat. Comput. 5 (1984),
doi:10.1137/0905045). Trivial pivots come first and are done by columns, and so are their rows in all columns.

These functions are called by address (calling.py), with everything they need in arrays, so that loops for small
circuits do not compile them.
"""

from typing import NamedTuple

import numba
import numpy as np

from .magnitude import is_lost, magnitude
from .panels import ROUTINE, Block, eliminate, subtract_row
from .plan import INNER


class FrontTables(NamedTuple):
    """The parts of a plan's tables.

    Up to `rows` as in columns.py, for the entries outside of the core: of a column of the core, only those of U.
    Front s has pivots `first[s]`…, numbered within the core, and later rows `front_rows` from `row_start[s]`; where
    these stand in its parent says `relative`. Its panels begin at `panel[s]` in the factors, its remainder at
    `remainder[s]` in the scratch; its children are `children` from `child_start[s]`.
    """

    indptr: np.ndarray
    indices: np.ndarray
    row_order: np.ndarray
    column_order: np.ndarray
    place: np.ndarray
    absent: np.ndarray
    start: np.ndarray
    diagonal: np.ndarray
    rows: np.ndarray
    first: np.ndarray
    row_start: np.ndarray
    front_rows: np.ndarray
    relative: np.ndarray
    panel: np.ndarray
    remainder: np.ndarray
    child_start: np.ndarray
    children: np.ndarray


class Front(NamedTuple):
    """One front: where its pivots begin in the core, its width and rest, its later rows, and its panels."""

    first: np.int64
    width: np.int64
    rest: np.int64
    rows: np.ndarray
    upper: np.ndarray
    lower: np.ndarray


@numba.njit(**INNER)
def _tables(t):
    return FrontTables(
        t[t[0] : t[1]],
        t[t[1] : t[2]],
        t[t[2] : t[3]],
        t[t[3] : t[4]],
        t[t[4] : t[5]],
        t[t[5] : t[6]],
        t[t[6] : t[7]],
        t[t[7] : t[8]],
        t[t[8] : t[9]],
        t[t[9] : t[10]],
        t[t[10] : t[11]],
        t[t[11] : t[12]],
        t[t[12] : t[13]],
        t[t[13] : t[14]],
        t[t[14] : t[15]],
        t[t[15] : t[16]],
        t[t[16] : t[17]],
    )


@numba.njit(**INNER)
def _front(parts, factors, s):
    first, begin, panel = np.int64(parts.first[s]), np.int64(parts.row_start[s]), np.int64(parts.panel[s])
    width, rest = np.int64(parts.first[s + 1]) - first, np.int64(parts.row_start[s + 1]) - begin
    middle = panel + width * (width + rest)
    rows = parts.front_rows[begin : begin + rest]
    return Front(first, width, rest, rows, factors[panel:middle], factors[middle : middle + width * rest])


@numba.njit(**INNER)
def _outside(parts):
    """How many trivial pivots there are."""
    return len(parts.row_order) - np.int64(parts.first[len(parts.panel)])


@numba.njit(**ROUTINE)
def _place_values(parts, values, factors):
    """Put values into place; the unknown whose diagonal should be absent and is not zero, or −1."""
    for p in range(len(factors)):
        factors[p] = 0
    for p in range(len(values)):
        factors[parts.place[p]] = values[p]
    for p in parts.absent:
        if values[p] != 0:
            return np.int64(parts.indices[p])
    return -1


@numba.njit(**ROUTINE)
def _trivial_pivots(parts, factors, count):
    """Invert the trivial pivots and divide their columns by them; −1, or the position of one that is lost."""
    for k in range(count):
        pivot = np.int64(parts.diagonal[k])
        if is_lost(magnitude(factors[pivot]), 0.0):
            return k
        inverse = 1.0 / factors[pivot]
        factors[pivot] = inverse
        for s in range(pivot + 1, np.int64(parts.start[k + 1])):
            factors[s] *= inverse
    return -1


@numba.njit(**INNER)
def _add_run(target, first, values):
    run = target[first : first + len(values)]
    for k in range(len(values)):
        run[k] += values[k]


@numba.njit(**INNER)
def _add_at(target, places, shift, values, is_run):
    """target[places − shift] += values; places that are a run are next to each other."""
    if is_run:
        _add_run(target, np.int64(places[0]) - shift, values)
    else:
        for k in range(len(values)):
            target[np.int64(places[k]) - shift] += values[k]


@numba.njit(**INNER)
def _is_run(places):
    """Whether ascending places, of which there is one at least, are next to each other."""
    return len(places) > 0 and np.int64(places[-1]) - np.int64(places[0]) == len(places) - 1


@numba.njit(**ROUTINE)
def _add_child(parts, s, child, front, factors, scratch, remainder, buffer, cancelled):
    """Add a child's remainder to its parent's three parts; that of a leaf is multiplied only now, row by row."""
    width, size, rest = front.width, front.width + front.rest, child.rest
    begin, start = np.int64(parts.row_start[s]), np.int64(parts.remainder[s])
    places = parts.relative[begin : begin + rest]
    inside = 0
    while inside < rest and places[inside] < width:
        inside += 1
    is_leaf, all_run, run = _is_leaf(parts, s), _is_run(places), _is_run(places[inside:])
    left = Block(child.lower, 0, 1, rest)
    right = Block(child.upper, child.width, child.width + rest, 1)
    for i in range(rest):
        own = scratch[start + i * rest : start + (i + 1) * rest]
        if is_leaf:
            own = buffer[:rest]
            for k in range(rest):
                own[k] = 0
            subtract_row(own, left, i, right, child.width)
        cancelled[child.rows[i]] += magnitude(own[i])
        row = np.int64(places[i])
        if i < inside:
            _add_at(front.upper[row * size : (row + 1) * size], places, 0, own, all_run)
            continue
        row -= width
        for j in range(inside):
            front.lower[np.int64(places[j]) * front.rest + row] += own[j]
        _add_at(remainder[row * front.rest : (row + 1) * front.rest], places[inside:], width, own[inside:], run)


@numba.njit(**INNER)
def _is_leaf(parts, s):
    return parts.child_start[s] == parts.child_start[s + 1]


@numba.njit(**ROUTINE)
def factor_fronts(tables, weights, values, factors, scratch, squares, sums):
    """Factorise; −1, or the unknown whose pivot is lost or too small beside its column.

    `weights` as in columns.py; `scratch`: a column and the remainders; `squares` (3 BLOCK, BLOCK); `sums` (2 size,):
    reals.
    """
    parts = _tables(tables)
    n, outside = len(parts.row_order), _outside(parts)
    failed = _place_values(parts, values, factors)
    if failed >= 0:
        return failed
    failed = _trivial_pivots(parts, factors, outside)
    if failed >= 0:
        return np.int64(parts.column_order[failed])
    cancelled, weight = sums[:n], sums[n : 2 * n]
    for k in range(n):
        cancelled[k] = 0.0
    for s in range(len(parts.panel)):
        front = _front(parts, factors, s)
        width, rest, first, place = front.width, front.rest, outside + front.first, np.int64(parts.remainder[s])
        remainder = scratch[place : place + (0 if _is_leaf(parts, s) else rest * rest)]
        for k in range(len(remainder)):
            remainder[k] = 0
        for c in range(parts.child_start[s], parts.child_start[s + 1]):
            child = _front(parts, factors, parts.children[c])
            _add_child(parts, parts.children[c], child, front, factors, scratch, remainder, scratch[:n], cancelled)
        for k in range(width):
            weight[k] = weights[first + k]
        for k in range(rest):
            weight[width + k] = weights[outside + np.int64(front.rows[k])]
        limit = weights[n + first : n + first + width]
        failed = eliminate(front, remainder, cancelled[front.first :], weight, limit, squares)
        if failed >= 0:
            return np.int64(parts.column_order[first + failed])
    return -1
