"""Small systems as dense matrices: P A = L U by partial pivoting, pivots chosen anew by every factorisation.

There are at most eight unknowns: a row is eight numbers, as many as one vector instruction takes, and whole rows are
subtracted; what that leaves to the left of the diagonal is never read. Complexity: n²/2 such instructions. Source: G.
Golub, C. Van Loan, "Matrix Computations", 2013, algorithm 3.4.1.
"""

import numba

from .magnitude import is_lost, magnitude
from .plan import INNER

LANES = 8
"""Numbers in a row of U and of L, and the most unknowns. Rows are slices where vector instructions help, which numba's
check for negative indices would prevent, and are indexed where loops are too short for them."""

PLACE = 2
"""The part of a dense plan, behind the CSC pattern, that says where each value stands in the matrix."""


@numba.njit(**INNER)
def _place_values(plan, values, upper):
    for t in range(plan.size * LANES):
        upper[t] = 0
    place = plan.tables[PLACE]
    for p in range(len(values)):
        upper[plan.tables[place + p]] = values[p]


@numba.njit(**INNER)
def _largest(upper, n, k):
    """The row ≥ k with the largest entry in column k, and its magnitude; −1.0 if all are NaN."""
    best, row = -1.0, k
    column = upper[k:]
    for i in range(k, n):
        size = magnitude(column[i * LANES])
        if size > best:
            best, row = size, i
    return best, row


@numba.njit(**INNER)
def _swap(array, a, b):
    first, second = array[a * LANES : (a + 1) * LANES], array[b * LANES : (b + 1) * LANES]
    for j in range(LANES):
        kept = first[j]
        first[j] = second[j]
        second[j] = kept


@numba.njit(**INNER)
def _cancelled(lower, upper, k):
    """Σ |l_kj||u_jk| over what was subtracted from the pivot of row k."""
    total = 0.0
    row, column = lower[k * LANES : (k + 1) * LANES], upper[k:]
    for j in range(k):
        total += magnitude(row[j]) * magnitude(column[j * LANES])
    return total


@numba.njit(**INNER)
def _eliminate(lower, upper, n, k, inverse):
    """Subtract multiples of row k from the rows below."""
    source = upper[k * LANES : (k + 1) * LANES]
    for i in range(k + 1, n):
        target = upper[i * LANES : (i + 1) * LANES]
        factor = target[k] * inverse
        lower[i * LANES + k] = factor
        for t in range(LANES):
            target[t] -= factor * source[t]


@numba.njit(**INNER)
def factor_dense(plan, values, work):
    """Factorise; −1, or the unknown (column) for which no row is left with a pivot."""
    n, swaps = plan.size, work.swaps
    upper, lower = work.factors[: n * LANES], work.factors[n * LANES :]
    _place_values(plan, values, upper)
    for k in range(n):
        best, row = _largest(upper, n, k)
        swaps[k] = row
        if row != k:
            _swap(upper, k, row)
            _swap(lower, k, row)
        if is_lost(best, _cancelled(lower, upper, k)):
            return k
        inverse = 1.0 / upper[k * LANES + k]
        _eliminate(lower, upper, n, k, inverse)
        upper[k * LANES + k] = inverse
    return -1


@numba.njit(**INNER)
def solve_dense(plan, work, b):
    """b ← A⁻¹ b."""
    n, swaps = plan.size, work.swaps
    upper, lower = work.factors[: n * LANES], work.factors[n * LANES :]
    for k in range(n):
        row = swaps[k]
        b[k], b[row] = b[row], b[k]
    for i in range(1, n):
        value = b[i]
        for j in range(i):
            value -= lower[i * LANES + j] * b[j]
        b[i] = value
    for i in range(n - 1, -1, -1):
        value = b[i]
        for j in range(i + 1, n):
            value -= upper[i * LANES + j] * b[j]
        b[i] = value * upper[i * LANES + i]


@numba.njit(**INNER)
def solve_transposed_dense(plan, work, b):
    """b ← A⁻ᵀ b (not conjugated)."""
    n, swaps = plan.size, work.swaps
    upper, lower = work.factors[: n * LANES], work.factors[n * LANES :]
    for i in range(n):
        value = b[i] * upper[i * LANES + i]
        b[i] = value
        for j in range(i + 1, n):
            b[j] -= upper[i * LANES + j] * value
    for i in range(n - 1, 0, -1):
        value = b[i]
        for j in range(i):
            b[j] -= lower[i * LANES + j] * value
    for k in range(n - 1, -1, -1):
        row = swaps[k]
        b[k], b[row] = b[row], b[k]
