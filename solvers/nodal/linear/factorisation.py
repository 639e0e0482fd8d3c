"""One call for every plan: what compiled loops use."""

import numba

from .columns import factor_columns, solve_columns, solve_transposed_columns
from .dense import factor_dense, solve_dense, solve_transposed_dense
from .plan import KERNEL


@numba.njit(**KERNEL)
def factor(plan, values, work):
    """Factorise the matrix with these CSC values (entries,) into `work`.

    Returns −1, or the unknown whose pivot failed; the factors are then of no use. On a dense plan the matrix is
    singular to rounding. On another the pivots may only be out of date: after `choose_pivots(plan, values)` and a new
    `workspace` the matrix is singular if it fails once more.
    """
    if plan.is_dense:
        return factor_dense(plan, values, work)
    return factor_columns(plan, values, work)


@numba.njit(**KERNEL)
def solve(plan, work, b):
    """b ← A⁻¹ b in place, for b (size,) of the type of the values."""
    if plan.is_dense:
        solve_dense(plan, work, b)
    else:
        solve_columns(plan, work, b)


@numba.njit(**KERNEL)
def solve_transposed(plan, work, b):
    """b ← A⁻ᵀ b in place; nothing is conjugated."""
    if plan.is_dense:
        solve_transposed_dense(plan, work, b)
    else:
        solve_transposed_columns(plan, work, b)
