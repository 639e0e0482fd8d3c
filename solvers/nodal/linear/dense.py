"""Small systems as dense matrices: P A = L U by partial pivoting, pivots chosen anew by every factorisation.

A row of U is kept in pieces of eight numbers, as many as one vector instruction takes, and whole pieces are subtracted;
what that leaves to the left of the diagonal is never read. Rows whose factor is zero are left alone.
Complexity: 2/3 n³ operations for a full matrix, far less for a circuit's. Source: G. Golub, C. Van Loan, "Matrix
Computations", 2013, algorithm 3.4.1.
"""

import numba

from .magnitude import is_lost, magnitude
from .plan import OPTIONS

LANES = 8


@numba.njit(**OPTIONS)
def _place_values(plan, values, upper):
    for t in range(plan.size * plan.width):
        upper[t] = 0
    place = plan.place
    for p in range(len(place)):
        upper[place[p]] = values[p]


@numba.njit(**OPTIONS)
def _largest(upper, width, n, k):
    """The row ≥ k with the largest entry in column k, and its magnitude; −1.0 if all are NaN."""
    best, row = -1.0, k
    for i in range(k, n):
        size = magnitude(upper[i * width + k])
        if size > best:
            best, row = size, i
    return best, row


@numba.njit(**OPTIONS)
def _swap(array, a, b, count):
    for j in range(count):
        kept = array[a + j]
        array[a + j] = array[b + j]
        array[b + j] = kept


@numba.njit(**OPTIONS)
def _cancelled(lower, upper, n, width, k):
    """Σ |l_kj||u_jk| over what was subtracted from the pivot of row k."""
    total = 0.0
    for j in range(k):
        total += magnitude(lower[k * n + j]) * magnitude(upper[j * width + k])
    return total


@numba.njit(**OPTIONS)
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


@numba.njit(**OPTIONS)
def factor_dense(plan, values, work):
    """Factorise; −1, or the unknown (column) for which no row is left with a pivot."""
    n, width = plan.size, plan.width
    upper, lower, inverse, pivots = work.upper, work.lower, work.inverse, work.pivots
    _place_values(plan, values, upper)
    for k in range(n):
        best, row = _largest(upper, width, n, k)
        pivots[k] = row
        if row != k:
            first = k // LANES * LANES
            _swap(upper, k * width + first, row * width + first, width - first)
            _swap(lower, k * n, row * n, k)
        if is_lost(best, _cancelled(lower, upper, n, width, k)):
            return k
        inverse[k] = 1.0 / upper[k * width + k]
        _eliminate(lower, upper, n, width, k, inverse[k])
    return -1


@numba.njit(**OPTIONS)
def solve_dense(plan, work, b):
    """b ← A⁻¹ b."""
    n, width = plan.size, plan.width
    upper, lower, inverse, pivots = work.upper, work.lower, work.inverse, work.pivots
    for k in range(n):
        row = pivots[k]
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
        b[i] = value * inverse[i]


@numba.njit(**OPTIONS)
def solve_transposed_dense(plan, work, b):
    """b ← A⁻ᵀ b (not conjugated)."""
    n, width = plan.size, plan.width
    upper, lower, inverse, pivots = work.upper, work.lower, work.inverse, work.pivots
    for i in range(n):
        value = b[i] * inverse[i]
        b[i] = value
        for j in range(i + 1, n):
            b[j] -= upper[i * width + j] * value
    for i in range(n - 1, 0, -1):
        value = b[i]
        for j in range(i):
            b[j] -= lower[i * n + j] * value
    for k in range(n - 1, -1, -1):
        row = pivots[k]
        b[k], b[row] = b[row], b[k]
