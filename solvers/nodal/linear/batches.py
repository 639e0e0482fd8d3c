"""Eight systems of one pattern at once, by columns, with the same pivots for all of them.

What columns.py does to a number is done to a row of eight, one for each system: an index is read once for eight
products, and a product is one vector instruction. No pivot is chosen by value; each lane says whether those of the plan
suit its values.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from ..lanes import (
    LANES,
    absolute,
    add_product,
    aligned_rows,
    load,
    mark_unless_above,
    multiply,
    reciprocal,
    spread,
    store,
    subtract_product,
)
from .columns import columns_of
from .magnitude import EPSILON, TINY
from .plan import COLUMNS, INNER, KERNEL, Plan


class BatchWork(NamedTuple):
    """The factors (entries, LANES), scratch (size, LANES), and marks (1, LANES)."""

    factors: np.ndarray
    scratch: np.ndarray
    marks: np.ndarray


def batch_workspace(plan: Plan) -> BatchWork:
    """Room for eight systems of a plan by columns.

    Raises:
        ValueError: the plan goes another way; see `analyse_batch`.
    """
    if plan.method != COLUMNS:
        raise ValueError("only a plan by columns can factorise batches; make one by analyse_batch")
    return BatchWork(aligned_rows(plan.factor_size), aligned_rows(plan.size), aligned_rows(1))


@numba.njit(**INNER)
def _cancelled_lanes(parts, factors, k):
    """TINY + ε Σ |l||u| over what was subtracted from pivot k."""
    total = spread(TINY)
    for p in range(parts.pair_start[k], parts.pair_start[k + 1]):
        product = multiply(load(factors, parts.lower[p]), load(factors, parts.upper[p]))
        total = add_product(total, absolute(product), spread(EPSILON))
    return total


@numba.njit(**INNER)
def _place_lanes(parts, values, factors, marks):
    """Put values into place; marks of the lanes in which one that should be absent is not zero."""
    for p in range(len(factors)):
        store(factors, p, spread(0.0))
    for p in range(len(parts.place)):
        store(factors, parts.place[p], load(values, p))
    for p in parts.absent:
        marks = mark_unless_above(marks, spread(TINY), absolute(load(values, p)))
    return marks


@numba.njit(**KERNEL)
def factor_batch(plan, values, work):
    """Factorise eight matrices with values (entries, LANES); True if all went well.

    Otherwise `work.marks[0]` is 1.0 in the lanes whose pivots are lost or too small, whose factors are of no use, and
    0.0 in the others.
    """
    parts, weights, factors = columns_of(plan.tables), plan.weights, work.factors
    start, diagonal, rows, target = parts.start, parts.diagonal, parts.rows, parts.target
    n = len(diagonal)
    marks = _place_lanes(parts, values, factors, spread(0.0))
    product = 0
    for k in range(n):
        for p in range(start[k], diagonal[k]):
            upper = load(factors, p)
            for s in range(diagonal[rows[p]] + 1, start[rows[p] + 1]):
                place = target[product]
                store(factors, place, subtract_product(load(factors, place), load(factors, s), upper))
                product += 1
        pivot = load(factors, diagonal[k])
        marks = mark_unless_above(marks, absolute(pivot), _cancelled_lanes(parts, factors, k))
        inverse = reciprocal(pivot)
        store(factors, diagonal[k], inverse)
        limit = spread(weights[n + k])
        for s in range(diagonal[k] + 1, start[k + 1]):
            factor = multiply(load(factors, s), inverse)
            store(factors, s, factor)
            marks = mark_unless_above(marks, limit, multiply(absolute(factor), spread(weights[rows[s]])))
    store(work.marks, 0, marks)
    worst = 0.0
    for lane in range(LANES):
        worst = max(worst, work.marks[0, lane])
    return worst == 0.0


@numba.njit(**KERNEL)
def solve_batch(plan, work, b):
    """b (size, LANES) ← A⁻¹ b in every lane."""
    parts, factors, x = columns_of(plan.tables), work.factors, work.scratch
    start, diagonal, rows = parts.start, parts.diagonal, parts.rows
    n = len(diagonal)
    for k in range(n):
        store(x, k, load(b, parts.row_order[k]))
    for k in range(n):
        known = load(x, k)
        for s in range(diagonal[k] + 1, start[k + 1]):
            store(x, rows[s], subtract_product(load(x, rows[s]), load(factors, s), known))
    for k in range(n - 1, -1, -1):
        known = multiply(load(x, k), load(factors, diagonal[k]))
        store(b, parts.column_order[k], known)
        for p in range(start[k], diagonal[k]):
            store(x, rows[p], subtract_product(load(x, rows[p]), load(factors, p), known))


@numba.njit(**KERNEL)
def solve_transposed_batch(plan, work, b):
    """b (size, LANES) ← A⁻ᵀ b in every lane."""
    parts, factors, x = columns_of(plan.tables), work.factors, work.scratch
    start, diagonal, rows = parts.start, parts.diagonal, parts.rows
    n = len(diagonal)
    for k in range(n):
        value = load(b, parts.column_order[k])
        for p in range(start[k], diagonal[k]):
            value = subtract_product(value, load(factors, p), load(x, rows[p]))
        store(x, k, multiply(value, load(factors, diagonal[k])))
    for k in range(n - 1, -1, -1):
        value = load(x, k)
        for s in range(diagonal[k] + 1, start[k + 1]):
            value = subtract_product(value, load(factors, s), load(x, rows[s]))
        store(x, k, value)
        store(b, parts.row_order[k], value)
