"""One call for every plan: what compiled loops use."""

import numba

from .calling import call_kernel
from .columns import factor_columns, solve_columns, solve_transposed_columns
from .dense import factor_dense, solve_dense, solve_transposed_dense
from .panels import SQUARES
from .plan import DENSE, FRONTS, INNER, KERNEL


@numba.njit(**INNER)
def _kernel(plan, values, number):
    """The address of a kernel for values of this type: real ones have 8 bytes, complex ones 16."""
    return plan.kernels[number + 3 * (values.itemsize // 16)]


@numba.njit(**KERNEL)
def factor(plan, values, work):
    """Factorise the matrix with these CSC values (entries,) into `work`.

    Returns −1, or the unknown whose pivot failed; the factors are then of no use. On a dense plan the matrix is
    singular to rounding. On another the pivots may only be out of date, or chosen for values of another type: after
    `choose_pivots(plan, values)` and a new `workspace` the matrix is singular if it fails once more.
    """
    if plan.method == DENSE:
        return factor_dense(plan, values, work)
    if plan.method == FRONTS:
        address = _kernel(plan, values, 0)
        squares = work.scratch[len(work.scratch) - SQUARES :]
        arrays = (plan.tables, plan.weights, values, work.factors, work.scratch, squares, work.sums)
        return call_kernel(address, arrays) if address != 0 else 0
    return factor_columns(plan, values, work)


@numba.njit(**KERNEL)
def solve(plan, work, b):
    """b ← A⁻¹ b in place, for b (size,) of the type of the values."""
    if plan.method == DENSE:
        solve_dense(plan, work, b)
    elif plan.method == FRONTS:
        call_kernel(_kernel(plan, b, 1), (plan.tables, work.factors, b, work.scratch))
    else:
        solve_columns(plan, work, b)


@numba.njit(**KERNEL)
def solve_transposed(plan, work, b):
    """b ← A⁻ᵀ b in place; nothing is conjugated."""
    if plan.method == DENSE:
        solve_transposed_dense(plan, work, b)
    elif plan.method == FRONTS:
        call_kernel(_kernel(plan, b, 2), (plan.tables, work.factors, b, work.scratch))
    else:
        solve_transposed_columns(plan, work, b)
