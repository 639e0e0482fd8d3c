"""Forward and backward substitution with the panels of a multifrontal factor, for one or many right-hand sides.

A front's later rows are gathered into (or scattered from) a contiguous buffer once, so that the inner loops run over
contiguous memory. Complexity: four operations an entry of the factor and right-hand side; the factor is read twice.
"""

import numba
import numpy as np

FAST = {"contract", "reassoc", "nsz"}


@numba.njit(cache=True, boundscheck=False, fastmath=FAST)
def _forward(panel, width, x, count, buffer):
    """x ← U⁻ᵀx over one front's pivots, `x` beginning there; what its `count` later rows owe goes to `buffer`."""
    size = width + count
    owed, own = buffer[:count], x[:width]
    owed[:] = 0.0
    for j in range(width):
        row = panel[j * size : (j + 1) * size]
        value = own[j] / row[j]
        own[j] = value
        later, rest = own[j + 1 :], row[j + 1 : width]
        for k in range(len(rest)):
            later[k] -= rest[k] * value
        tail = row[width:]
        for k in range(len(tail)):
            owed[k] += tail[k] * value


@numba.njit(cache=True, boundscheck=False, fastmath=FAST)
def _backward(panel, width, x, count, buffer):
    """x ← U⁻¹x over one front's pivots, `x` beginning there; `buffer` holds its `count` later rows."""
    size = width + count
    known, own = buffer[:count], x[:width]
    for j in range(width - 1, -1, -1):
        row = panel[j * size : (j + 1) * size]
        value = own[j]
        later, rest = own[j + 1 :], row[j + 1 : width]
        for k in range(len(rest)):
            value -= rest[k] * later[k]
        tail = row[width:]
        for k in range(len(tail)):
            value -= tail[k] * known[k]
        own[j] = value / row[j]


@numba.njit(cache=True, boundscheck=False)
def substitute(fronts, panel, x):
    """Overwrite `x` (n, in the factor's labels) with A⁻¹x. Fronts of one pivot, the most, are done in place."""
    buffer = np.empty(len(x))
    starts, bases, row_start, rows = fronts.first, fronts.panel_start, fronts.row_start, fronts.rows
    count = len(starts) - 1
    for s in range(count):
        first, base, begin, end = starts[s], bases[s], row_start[s], row_start[s + 1]
        if starts[s + 1] == first + 1:
            value = x[first] / panel[base]
            x[first] = value
            for k in range(end - begin):
                x[rows[begin + k]] -= panel[base + 1 + k] * value
            continue
        _forward(panel[base : bases[s + 1]], starts[s + 1] - first, x[first:], end - begin, buffer)
        for k in range(end - begin):
            x[rows[begin + k]] -= buffer[k]
    for s in range(count - 1, -1, -1):
        first, base, begin, end = starts[s], bases[s], row_start[s], row_start[s + 1]
        if starts[s + 1] == first + 1:
            value = x[first]
            for k in range(end - begin):
                value -= panel[base + 1 + k] * x[rows[begin + k]]
            x[first] = value / panel[base]
            continue
        for k in range(end - begin):
            buffer[k] = x[rows[begin + k]]
        _backward(panel[base : bases[s + 1]], starts[s + 1] - first, x[first:], end - begin, buffer)


@numba.njit(cache=True, boundscheck=False, fastmath=FAST)
def _axpy(x, target, source, factor):
    for r in range(x.shape[1]):
        x[target, r] -= factor * x[source, r]


@numba.njit(cache=True, boundscheck=False, fastmath=FAST)
def _scale(x, row, factor):
    for r in range(x.shape[1]):
        x[row, r] *= factor


@numba.njit(cache=True, boundscheck=False)
def substitute_many(fronts, panel, x):
    """Overwrite the columns of `x` (n, right-hand sides; in the factor's labels) with A⁻¹x."""
    count = len(fronts.first) - 1
    for step in range(2 * count):
        s = step if step < count else 2 * count - 1 - step
        first, width, begin = fronts.first[s], fronts.first[s + 1] - fronts.first[s], fronts.row_start[s]
        size = width + fronts.row_start[s + 1] - begin
        for t in range(width):
            j = t if step < count else width - 1 - t
            base = fronts.panel_start[s] + j * size
            if step < count:
                _scale(x, first + j, 1.0 / panel[base + j])
            for k in range(j + 1, size):
                other = first + k if k < width else fronts.rows[begin + k - width]
                if step < count:
                    _axpy(x, other, first + j, panel[base + k])
                else:
                    _axpy(x, first + j, other, panel[base + k])
            if step >= count:
                _scale(x, first + j, 1.0 / panel[base + j])
