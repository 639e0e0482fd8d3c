"""Forward and backward substitution with the fronts of a large system.

A front's later rows are gathered into (or scattered from) a contiguous column once, so that the inner loops run over
contiguous memory. Complexity: two operations an entry of the factors.
"""

import numba
import numpy as np

from .fronts import _front, _outside, _tables
from .panels import ROUTINE
from .plan import INNER

SUMS = {**INNER, "fastmath": {"contract", "nsz", "reassoc"}}


@numba.njit(**SUMS)
def _dot(a, b):
    """Σ a b over the length of a."""
    total = b.dtype.type(0)
    for k in range(len(a)):
        total += a[k] * b[k]
    return total


@numba.njit(**INNER)
def _add_multiple(target, factor, source):
    for k in range(len(target)):
        target[k] += factor * source[k]


@numba.njit(**ROUTINE)
def _forward(front, x, column):
    """x ← L⁻¹ x over one front's pivots, with scratch for a column."""
    width, size, rest = front.width, front.width + front.rest, front.rest
    own, owed = x[front.first : front.first + width], column[:rest]
    for k in range(rest):
        owed[k] = 0
    for k in range(width):
        own[k] -= _dot(front.upper[k * size : k * size + k], own)
        _add_multiple(owed, own[k], front.lower[k * rest : (k + 1) * rest])
    for k in range(rest):
        x[front.rows[k]] -= owed[k]


@numba.njit(**ROUTINE)
def _backward(front, x, column):
    """x ← U⁻¹ x over one front's pivots."""
    width, size, rest = front.width, front.width + front.rest, front.rest
    own, known = x[front.first : front.first + width], column[:rest]
    for k in range(rest):
        known[k] = x[front.rows[k]]
    for k in range(width - 1, -1, -1):
        row = front.upper[k * size : (k + 1) * size]
        value = own[k] - _dot(row[k + 1 : width], own[k + 1 :]) - _dot(row[width:], known)
        own[k] = value * row[k]


@numba.njit(**ROUTINE)
def solve_fronts(tables, factors, b, x):
    """b ← A⁻¹ b, with scratch x (size and a column,)."""
    parts = _tables(tables)
    start, diagonal, rows = parts.start, parts.diagonal, parts.rows
    n, outside = len(parts.row_order), _outside(parts)
    for k in range(n):
        x[k] = b[parts.row_order[k]]
    for k in range(outside):
        for s in range(np.int64(diagonal[k]) + 1, np.int64(start[k + 1])):
            x[rows[s]] -= factors[s] * x[k]
    for s in range(len(parts.panel)):
        _forward(_front(parts, factors, s), x[outside:n], x[n:])
    for s in range(len(parts.panel) - 1, -1, -1):
        _backward(_front(parts, factors, s), x[outside:n], x[n:])
    for k in range(n - 1, -1, -1):
        if k < outside:
            x[k] *= factors[diagonal[k]]
        for p in range(start[k], diagonal[k]):
            x[rows[p]] -= factors[p] * x[k]
        b[parts.column_order[k]] = x[k]


@numba.njit(**ROUTINE)
def _forward_transposed(front, x, column):
    """x ← U⁻ᵀ x over one front's pivots, with scratch for a column."""
    width, size, rest = front.width, front.width + front.rest, front.rest
    own, owed = x[front.first : front.first + width], column[:rest]
    for k in range(rest):
        owed[k] = 0
    for k in range(width):
        row = front.upper[k * size : (k + 1) * size]
        own[k] *= row[k]
        _add_multiple(own[k + 1 :], -own[k], row[k + 1 : width])
        _add_multiple(owed, own[k], row[width:])
    for k in range(rest):
        x[front.rows[k]] -= owed[k]


@numba.njit(**ROUTINE)
def _backward_transposed(front, x, column):
    """x ← L⁻ᵀ x over one front's pivots."""
    width, size, rest = front.width, front.width + front.rest, front.rest
    own, known = x[front.first : front.first + width], column[:rest]
    for k in range(rest):
        known[k] = x[front.rows[k]]
    for k in range(width - 1, -1, -1):
        own[k] -= _dot(front.lower[k * rest : (k + 1) * rest], known)
        _add_multiple(own[:k], -own[k], front.upper[k * size : k * size + k])


@numba.njit(**ROUTINE)
def solve_transposed_fronts(tables, factors, b, x):
    """b ← A⁻ᵀ b (not conjugated), with scratch x (size and a column,)."""
    parts = _tables(tables)
    start, diagonal, rows = parts.start, parts.diagonal, parts.rows
    n, outside = len(parts.row_order), _outside(parts)
    for k in range(n):
        value = b[parts.column_order[k]]
        for p in range(start[k], diagonal[k]):
            value -= factors[p] * x[rows[p]]
        x[k] = value * factors[diagonal[k]] if k < outside else value
    for s in range(len(parts.panel)):
        _forward_transposed(_front(parts, factors, s), x[outside:n], x[n:])
    for s in range(len(parts.panel) - 1, -1, -1):
        _backward_transposed(_front(parts, factors, s), x[outside:n], x[n:])
    for k in range(n - 1, -1, -1):
        if k < outside:
            for s in range(np.int64(diagonal[k]) + 1, np.int64(start[k + 1])):
                x[k] -= factors[s] * x[rows[s]]
        b[parts.row_order[k]] = x[k]
