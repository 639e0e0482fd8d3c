"""One call for every plan: what compiled loops use."""

import numba

from .dense import factor_dense, solve_dense, solve_transposed_dense
from .plan import OPTIONS


@numba.njit(**OPTIONS)
def factor(plan, values, work):
    """Factorise the matrix with these CSC values (entries,) into `work`.

    Returns −1, or the unknown whose pivot failed; the factors are then of no use. On a dense plan the matrix is
    singular to rounding. On another the pivots may only be out of date: after `choose_pivots(plan, values)` and a new
    `workspace` the matrix is singular if it fails once more.
    """
    return factor_dense(plan, values, work)


@numba.njit(**OPTIONS)
def solve(plan, work, b):
    """b ← A⁻¹ b in place, for b (size,) of the type of the values."""
    solve_dense(plan, work, b)


@numba.njit(**OPTIONS)
def solve_transposed(plan, work, b):
    """b ← A⁻ᵀ b in place; nothing is conjugated."""
    solve_transposed_dense(plan, work, b)
