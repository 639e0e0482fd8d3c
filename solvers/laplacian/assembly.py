"""What a front is made of before its pivots are eliminated: entries of the matrix, and what its children left."""

from typing import NamedTuple

import numba
import numpy as np

# Fewer rows than this are added one by one: slices, which let a loop be vectorised, cost more than they save.
SHORT = 12


class Entries(NamedTuple):
    """A symmetric matrix A: A[i, i] = diagonal[i], A[i, high[e]] = −weight[e] for e in order[start[i] : start[i + 1]].

    `unknown` is the inverse of the fronts' labels.
    """

    start: np.ndarray
    order: np.ndarray
    high: np.ndarray
    weight: np.ndarray
    diagonal: np.ndarray
    unknown: np.ndarray


@numba.njit(cache=True, boundscheck=False)
def _scatter_add(target, places, shift, values):
    """target[places[b] − shift] += values[b]."""
    for b in range(len(values)):
        target[places[b] - shift] += values[b]


@numba.njit(cache=True, boundscheck=False)
def extend_add(fronts, child, stack, at, position, local, width, panel, offset, size, target):
    """Add the packed remainder of `child`, at stack[at:], into its parent's panel and its remainder at `target`."""
    begin, end = fronts.row_start[child], fronts.row_start[child + 1]
    count = end - begin
    places = local[:count]
    for a in range(count):
        places[a] = position[fronts.rows[begin + a]]
    rows = size - width
    for a in range(count):
        i = places[a]
        inside = i < width
        row = (
            offset + i * size if inside else target + (i - width) * rows - ((i - width) * (i - width + 1)) // 2 - width
        )
        if count <= SHORT:
            into = panel if inside else stack
            for b in range(a, count):
                into[row + places[b]] += stack[at + b - a]
        elif inside:
            _scatter_add(panel[row : row + size], places[a:], np.uint32(0), stack[at : at + count - a])
        else:
            into = stack[row + i : row + size]
            _scatter_add(into, places[a:], i, stack[at : at + count - a])
        at += count - a


@numba.njit(cache=True, boundscheck=False)
def assemble_entries(fronts, s, matrix, position, panel):
    """Put the matrix entries of the pivots of front s into its zeroed panel; `position`: see `set_positions`."""
    first, last = fronts.first[s], fronts.first[s + 1]
    offset = fronts.panel_start[s]
    size = last - first + fronts.row_start[s + 1] - fronts.row_start[s]
    for c in range(first, last):
        i = matrix.unknown[c]
        base = offset + (c - first) * size
        panel[base + c - first] += matrix.diagonal[i]
        for p in range(matrix.start[i], matrix.start[i + 1]):
            e = matrix.order[p]
            panel[base + position[fronts.label[matrix.high[e]]]] -= matrix.weight[e]


@numba.njit(cache=True, boundscheck=False)
def set_positions(fronts, s, position):
    """Write where each unknown of front s stands in it: pivots first, then the later rows."""
    first, last, begin = fronts.first[s], fronts.first[s + 1], fronts.row_start[s]
    for c in range(first, last):
        position[c] = c - first
    for k in range(begin, fronts.row_start[s + 1]):
        position[fronts.rows[k]] = last - first + k - begin
