"""Multifrontal Cholesky factorisation of a sparse symmetric positive definite matrix, and solves with it.

Each front assembles its entries of the matrix and the remainders that its children left, eliminates its pivots and
leaves its own remainder to its parent (I. Duff, J. Reid, "The multifrontal solution of indefinite sparse symmetric
linear equations", ACM Trans. Math. Softw. 9 (1983), doi:10.1145/356044.356047). Remainders live on a stack.
"""

import numba
import numpy as np

from .dense import BLOCK, PRODUCT, TILE, eliminate


@numba.njit(cache=True)
def _stack_size(fronts):
    """Largest number of packed entries on the stack, and the largest front's size."""
    count = len(fronts.first) - 1
    top, most, size = 0, 0, 1
    held = np.zeros(count, np.int64)
    for s in range(count):
        width, rows = fronts.first[s + 1] - fronts.first[s], fronts.row_start[s + 1] - fronts.row_start[s]
        remainder = rows * (rows + 1) // 2
        most = max(most, top + remainder)
        top += remainder - held[s]
        if fronts.parent[s] >= 0:
            held[fronts.parent[s]] += remainder
        else:
            top -= remainder
        size = max(size, width + rows)
    return most, size


@numba.njit(cache=True, boundscheck=False)
def _scatter_add(target, places, shift, values):
    """target[places[b] − shift] += values[b]."""
    for b in range(len(values)):
        target[places[b] - shift] += values[b]


@numba.njit(cache=True, boundscheck=False)
def _extend_add(fronts, child, stack, at, position, local, width, panel, offset, size, target):
    """Add the packed remainder of `child` into its parent's panel and remainder."""
    begin, end = fronts.row_start[child], fronts.row_start[child + 1]
    count = end - begin
    places = local[:count]
    for a in range(count):
        places[a] = position[fronts.rows[begin + a]]
    for a in range(count):
        i = places[a]
        values = stack[at : at + count - a]
        if i < width:
            row = offset + i * size
            _scatter_add(panel[row : row + size], places[a:], np.uint32(0), values)
        else:
            r, rows = i - width, size - width
            row = target + r * rows - (r * (r - 1)) // 2
            _scatter_add(stack[row : row + size - i], places[a:], i, values)
        at += count - a


@numba.njit(cache=True, boundscheck=False)
def _assemble_entries(fronts, s, unknown, start, order, high, weight, diagonal, position, panel):
    """Put the matrix entries of the front's pivots into its zeroed panel."""
    first, last = fronts.first[s], fronts.first[s + 1]
    offset = fronts.panel_start[s]
    size = last - first + fronts.row_start[s + 1] - fronts.row_start[s]
    for c in range(first, last):
        i = unknown[c]
        base = offset + (c - first) * size
        panel[base + c - first] += diagonal[i]
        for p in range(start[i], start[i + 1]):
            e = order[p]
            panel[base + position[fronts.label[high[e]]]] -= weight[e]


@numba.njit(cache=True, boundscheck=False)
def _move_down(target, values):
    for k in range(len(values)):
        target[k] = values[k]


@numba.njit(cache=True)
def factorise(fronts, start, order, high, weight, diagonal):
    """Return the panels of the factor of A, where A[i, i] = diagonal[i] and A[low, high] = −weight, and the number
    of the front that met a pivot that is not positive (−1: none).

    `start`, `order`: the entries grouped by `low`, as `elimination.analyse` returns them.
    """
    count = len(fronts.first) - 1
    most, largest = _stack_size(fronts)
    panel = np.zeros(fronts.panel_start[-1])
    stack = np.empty(most)
    work, product = np.empty(BLOCK * largest), np.empty(TILE * PRODUCT)
    unknown = np.empty(len(diagonal), np.int32)
    for i in range(len(diagonal)):
        unknown[fronts.label[i]] = i
    position = np.empty(len(diagonal), np.uint32)
    local = np.empty(largest, np.uint32)
    place = np.empty(count, np.int64)
    pending = np.empty(count, np.int32)
    depth, top = 0, np.int64(0)
    for s in range(count):
        first, last = fronts.first[s], fronts.first[s + 1]
        width, rows = last - first, fronts.row_start[s + 1] - fronts.row_start[s]
        size, offset, target = width + rows, fronts.panel_start[s], top
        for c in range(width):
            position[first + c] = c
        for k in range(rows):
            position[fronts.rows[fronts.row_start[s] + k]] = width + k
        _assemble_entries(fronts, s, unknown, start, order, high, weight, diagonal, position, panel)
        remainder = rows * (rows + 1) // 2
        stack[target : target + remainder] = 0.0
        while depth > 0 and fronts.parent[pending[depth - 1]] == s:
            depth -= 1
            child = pending[depth]
            top = place[child]
            _extend_add(fronts, child, stack, top, position, local, width, panel, offset, size, target)
        if not eliminate(panel, offset, size, width, stack, target, work, product):
            return panel, s
        if top < target:
            _move_down(stack[top : top + remainder], stack[target : target + remainder])
        if rows > 0:
            place[s] = top
            pending[depth] = s
            depth += 1
            top += remainder
    return panel, -1
