"""Forward and backward substitution with the panels of a multifrontal factor, for one or many right-hand sides.

A front's later rows are gathered into (or scattered from) a contiguous buffer once, so that the inner loops run over
contiguous memory. Complexity: four operations an entry of the factor and right-hand side; the factor is read twice.
"""

import numba
import numpy as np

FAST = {"contract", "reassoc", "nsz"}


@numba.njit(cache=True, boundscheck=False, fastmath=FAST)
def _forward(panel, base, size, width, x, first, rows, begin, buffer):
    """x ← U⁻ᵀx over one front's pivots; what is owed to its later rows is subtracted from x there."""
    count = size - width
    for k in range(count):
        buffer[k] = 0.0
    for j in range(width):
        row = base + j * size
        value = x[first + j] / panel[row + j]
        x[first + j] = value
        for k in range(j + 1, width):
            x[first + k] -= panel[row + k] * value
        for k in range(count):
            buffer[k] += panel[row + width + k] * value
    for k in range(count):
        x[rows[begin + k]] -= buffer[k]


@numba.njit(cache=True, boundscheck=False, fastmath=FAST)
def _backward(panel, base, size, width, x, first, rows, begin, buffer):
    """x ← U⁻¹x over one front's pivots, its later rows being known."""
    count = size - width
    for k in range(count):
        buffer[k] = x[rows[begin + k]]
    for j in range(width - 1, -1, -1):
        row = base + j * size
        value = x[first + j]
        for k in range(j + 1, width):
            value -= panel[row + k] * x[first + k]
        for k in range(count):
            value -= panel[row + width + k] * buffer[k]
        x[first + j] = value / panel[row + j]


@numba.njit(cache=True, boundscheck=False, fastmath=FAST)
def _forward_single(panel, base, size, x, first, rows, begin):
    """`_forward` for one pivot, without a buffer."""
    value = x[first] / panel[base]
    x[first] = value
    for k in range(1, size):
        x[rows[begin + k - 1]] -= panel[base + k] * value


@numba.njit(cache=True, boundscheck=False, fastmath=FAST)
def _backward_single(panel, base, size, x, first, rows, begin):
    """`_backward` for one pivot, without a buffer."""
    value = x[first]
    for k in range(1, size):
        value -= panel[base + k] * x[rows[begin + k - 1]]
    x[first] = value / panel[base]


@numba.njit(cache=True, boundscheck=False)
def substitute(fronts, panel, x):
    """Overwrite `x` (n, in the factor's labels) with A⁻¹x."""
    buffer = np.empty(len(x))
    starts, bases, row_start, rows = fronts.first, fronts.panel_start, fronts.row_start, fronts.rows
    count = len(starts) - 1
    for s in range(count):
        first, width, begin = starts[s], starts[s + 1] - starts[s], row_start[s]
        size = width + row_start[s + 1] - begin
        if width == 1:
            _forward_single(panel, bases[s], size, x, first, rows, begin)
        else:
            _forward(panel, bases[s], size, width, x, first, rows, begin, buffer)
    for s in range(count - 1, -1, -1):
        first, width, begin = starts[s], starts[s + 1] - starts[s], row_start[s]
        size = width + row_start[s + 1] - begin
        if width == 1:
            _backward_single(panel, bases[s], size, x, first, rows, begin)
        else:
            _backward(panel, bases[s], size, width, x, first, rows, begin, buffer)


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
