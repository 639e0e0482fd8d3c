"""Forward and backward substitution with the panels of a multifrontal factor, for one or many right-hand sides.

A front's later rows are gathered into (or scattered from) a contiguous buffer once, so that the inner loops run over
contiguous memory. Complexity: four operations an entry of the factor and right-hand side; the factor is read twice.
"""

import numba
import numpy as np

FAST = {"contract", "reassoc", "nsz"}


@numba.njit(cache=True, boundscheck=False, fastmath=FAST)
def _forward(panel, width, x, rows, buffer):
    """x ← U⁻ᵀx over one front's pivots, `x` beginning there; what its later rows owe goes to `buffer`."""
    size = width + len(rows)
    owed, own = buffer[: len(rows)], x[:width]
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
def _backward(panel, width, x, rows, buffer):
    """x ← U⁻¹x over one front's pivots, `x` beginning there; `buffer` holds its later rows."""
    size = width + len(rows)
    known, own = buffer[: len(rows)], x[:width]
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
    """Overwrite `x` (n, in the factor's labels) with A⁻¹x."""
    buffer = np.empty(len(x))
    starts, bases, row_start = fronts.first, fronts.panel_start, fronts.row_start
    count = len(starts) - 1
    for s in range(count):
        rows = fronts.rows[row_start[s] : row_start[s + 1]]
        _forward(panel[bases[s] : bases[s + 1]], starts[s + 1] - starts[s], x[starts[s] :], rows, buffer)
        for k in range(len(rows)):
            x[rows[k]] -= buffer[k]
    for s in range(count - 1, -1, -1):
        rows = fronts.rows[row_start[s] : row_start[s + 1]]
        for k in range(len(rows)):
            buffer[k] = x[rows[k]]
        _backward(panel[bases[s] : bases[s + 1]], starts[s + 1] - starts[s], x[starts[s] :], rows, buffer)


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
