"""Small systems as dense matrices: P A = L U by partial pivoting, pivots chosen anew by every factorisation.

A row of U is kept in pieces of eight numbers, as many as one vector instruction takes, and whole pieces are subtracted;
what that leaves to the left of the diagonal is never read. Rows whose factor is zero are left alone.
Complexity: 2/3 n³ operations for a full matrix, far less for a circuit's. Source: G. Golub, C. Van Loan, "Matrix
Computations", 2013, algorithm 3.4.1.
"""

import numba

from .magnitude import is_lost, magnitude
from .plan import INNER

LANES = 8

PLACE = 2
"""The part of a dense plan, behind the CSC pattern, that says where each value stands in the matrix."""


@numba.njit(**INNER)
def _width(n):
    """The length of a row: whole pieces."""
    return (n + LANES - 1) // LANES * LANES


@numba.njit(**INNER)
def _place_values(plan, values, upper):
    for t in range(plan.size * _width(plan.size)):
        upper[t] = 0
    place = plan.tables[PLACE]
    for p in range(len(values)):
        upper[plan.tables[place + p]] = values[p]


@numba.njit(**INNER)
def _largest(upper, width, n, k):
    """The row ≥ k with the largest entry in column k, and its magnitude; −1.0 if all are NaN."""
    best, row = -1.0, k
    for i in range(k, n):
        size = magnitude(upper[i * width + k])
        if size > best:
            best, row = size, i
    return best, row


@numba.njit(**INNER)
def _swap(array, a, b, count):
    for j in range(count):
        kept = array[a + j]
        array[a + j] = array[b + j]
        array[b + j] = kept


@numba.njit(**INNER)
def _cancelled(lower, upper, n, width, k):
    """Σ |l_kj||u_jk| over what was subtracted from the pivot of row k."""
    total = 0.0
    for j in range(k):
        total += magnitude(lower[k * n + j]) * magnitude(upper[j * width + k])
    return total


@numba.njit(**INNER)
def _eliminate(lower, upper, n, width, k, inverse):
    """Subtract multiples of row k from the rows below."""
    first = k // LANES * LANES
    source = k * width
    for i in range(k + 1, n):
        target = i * width
        factor = upper[target + k] * inverse
        lower[i * n + k] = factor
        if factor != 0:
            for piece in range(first, width, LANES):
                for t in range(LANES):
                    upper[target + piece + t] -= factor * upper[source + piece + t]


@numba.njit(**INNER)
def factor_dense(plan, values, work):
    """Factorise; −1, or the unknown (column) for which no row is left with a pivot."""
    n, width, swaps = plan.size, _width(plan.size), work.swaps
    upper, lower = work.factors[: n * width], work.factors[n * width :]
    _place_values(plan, values, upper)
    for k in range(n):
        best, row = _largest(upper, width, n, k)
        swaps[k] = row
        if row != k:
            first = k // LANES * LANES
            _swap(upper, k * width + first, row * width + first, width - first)
            _swap(lower, k * n, row * n, k)
        if is_lost(best, _cancelled(lower, upper, n, width, k)):
            return k
        inverse = 1.0 / upper[k * width + k]
        _eliminate(lower, upper, n, width, k, inverse)
        upper[k * width + k] = inverse
    return -1


@numba.njit(**INNER)
def solve_dense(plan, work, b):
    """b ← A⁻¹ b."""
    n, width, swaps = plan.size, _width(plan.size), work.swaps
    upper, lower = work.factors[: n * width], work.factors[n * width :]
    for k in range(n):
        row = swaps[k]
        b[k], b[row] = b[row], b[k]
    for i in range(1, n):
        value = b[i]
        for j in range(i):
            value -= lower[i * n + j] * b[j]
        b[i] = value
    for i in range(n - 1, -1, -1):
        value = b[i]
        for j in range(i + 1, n):
            value -= upper[i * width + j] * b[j]
        b[i] = value * upper[i * width + i]


@numba.njit(**INNER)
def solve_transposed_dense(plan, work, b):
    """b ← A⁻ᵀ b (not conjugated)."""
    n, width, swaps = plan.size, _width(plan.size), work.swaps
    upper, lower = work.factors[: n * width], work.factors[n * width :]
    for i in range(n):
        value = b[i] * upper[i * width + i]
        b[i] = value
        for j in range(i + 1, n):
            b[j] -= upper[i * width + j] * value
    for i in range(n - 1, 0, -1):
        value = b[i]
        for j in range(i):
            b[j] -= lower[i * n + j] * value
    for k in range(n - 1, -1, -1):
        row = swaps[k]
        b[k], b[row] = b[row], b[k]
