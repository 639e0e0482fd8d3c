"""Sparse systems by columns with fixed pivots: every product of the elimination knows where it is subtracted.

Column k of P A Q = L U is found from the columns of L before it, in the order in which U's entries become known (the
left-looking elimination of J. Gilbert, T. Peierls, "Sparse partial pivoting in time proportional to arithmetic
operations", SIAM J. Sci. Stat. Comput. 9 (1988), doi:10.1137/0909058), as circuit simulators do for one Newton step
after another (T. Davis, E. Palamadai Natarajan, "Algorithm 907: KLU", ACM Trans. Math. Softw. 37 (2010),
doi:10.1145/1824801.1824814). Instead of their dense work vector there is one index for each product, so that an entry
of the factors is written where it stays. Complexity: the products, of which a circuit has a few for each unknown.
"""

from typing import NamedTuple

import numba
import numpy as np

from .magnitude import is_lost, magnitude
from .plan import INNER


class Columns(NamedTuple):
    """P A Q = L U by columns: position k has row `row_order[k]` of A, and column `column_order[k]`.

    Column k of the factors begins at `start[k]`: U above the diagonal in an order in which it can be eliminated, the
    pivot at `diagonal[k]`, and L below it; `rows` are the positions of the entries' rows, `place` (entries of A) says
    where each value stands. `target`: for each entry of U in turn, and each entry of the column of L that it
    multiplies, the entry from which the product is subtracted. `lower` and `upper` from `pair_start[k]`: entries of L
    and U whose products are subtracted from pivot k. `absent`: entries of A that are left out, for as long as they are
    zero. The pattern of A is `indptr`, `indices`.
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
    target: np.ndarray
    pair_start: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@numba.njit(**INNER)
def columns_of(tables):
    """The parts of a plan's tables."""
    return Columns(
        tables[tables[0] : tables[1]],
        tables[tables[1] : tables[2]],
        tables[tables[2] : tables[3]],
        tables[tables[3] : tables[4]],
        tables[tables[4] : tables[5]],
        tables[tables[5] : tables[6]],
        tables[tables[6] : tables[7]],
        tables[tables[7] : tables[8]],
        tables[tables[8] : tables[9]],
        tables[tables[9] : tables[10]],
        tables[tables[10] : tables[11]],
        tables[tables[11] : tables[12]],
        tables[tables[12] : tables[13]],
    )


@numba.njit(**INNER)
def _place_values(parts, values, factors):
    """Put values into place; the first column in which one that should be absent is not zero, or −1."""
    for p in range(len(factors)):
        factors[p] = 0
    for p in range(len(values)):
        factors[parts.place[p]] = values[p]
    for p in parts.absent:
        if values[p] != 0:
            return parts.indices[p]
    return -1


@numba.njit(**INNER)
def _cancelled(parts, factors, k):
    """Σ |l||u| over what was subtracted from pivot k."""
    total = 0.0
    for p in range(parts.pair_start[k], parts.pair_start[k + 1]):
        total += magnitude(factors[parts.lower[p]]) * magnitude(factors[parts.upper[p]])
    return total


@numba.njit(**INNER)
def _divide(parts, weights, factors, k):
    """Divide column k of L by its pivot, which becomes its inverse; whether an entry is too large then."""
    rows, pivot, n = parts.rows, parts.diagonal[k], len(parts.diagonal)
    inverse = 1.0 / factors[pivot]
    factors[pivot] = inverse
    limit = weights[n + k]
    too_large = False
    for s in range(pivot + 1, parts.start[k + 1]):
        factors[s] *= inverse
        too_large |= not magnitude(factors[s]) * weights[rows[s]] <= limit
    return too_large


@numba.njit(**INNER)
def factor_columns(plan, values, work):
    """Factorise; −1, or the unknown whose pivot is lost or too small beside its column.

    `plan.weights` (2 size,): a factor l in row i and column k is too large if |l| weights[i] > weights[size + k].
    """
    parts, weights, factors = columns_of(plan.tables), plan.weights, work.factors
    start, diagonal, rows, target = parts.start, parts.diagonal, parts.rows, parts.target
    failed = _place_values(parts, values, factors)
    if failed >= 0:
        return failed
    product = 0
    for k in range(len(diagonal)):
        for p in range(start[k], diagonal[k]):
            upper = factors[p]
            for s in range(diagonal[rows[p]] + 1, start[rows[p] + 1]):
                factors[target[product]] -= factors[s] * upper
                product += 1
        if is_lost(magnitude(factors[diagonal[k]]), _cancelled(parts, factors, k)):
            return parts.column_order[k]
        if _divide(parts, weights, factors, k):
            return parts.column_order[k]
    return -1


@numba.njit(**INNER)
def solve_columns(plan, work, b):
    """b ← A⁻¹ b."""
    parts, factors, x = columns_of(plan.tables), work.factors, work.scratch
    start, diagonal, rows = parts.start, parts.diagonal, parts.rows
    n = len(diagonal)
    for k in range(n):
        x[k] = b[parts.row_order[k]]
    for k in range(n):
        known = x[k]
        for s in range(diagonal[k] + 1, start[k + 1]):
            x[rows[s]] -= factors[s] * known
    for k in range(n - 1, -1, -1):
        known = x[k] * factors[diagonal[k]]
        b[parts.column_order[k]] = known
        for p in range(start[k], diagonal[k]):
            x[rows[p]] -= factors[p] * known


@numba.njit(**INNER)
def solve_transposed_columns(plan, work, b):
    """b ← A⁻ᵀ b (not conjugated)."""
    parts, factors, x = columns_of(plan.tables), work.factors, work.scratch
    start, diagonal, rows = parts.start, parts.diagonal, parts.rows
    n = len(diagonal)
    for k in range(n):
        value = b[parts.column_order[k]]
        for p in range(start[k], diagonal[k]):
            value -= factors[p] * x[rows[p]]
        x[k] = value * factors[diagonal[k]]
    for k in range(n - 1, -1, -1):
        value = x[k]
        for s in range(diagonal[k] + 1, start[k + 1]):
            value -= factors[s] * x[rows[s]]
        x[k] = value
        b[parts.row_order[k]] = value
