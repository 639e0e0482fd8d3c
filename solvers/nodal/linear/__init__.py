"""A x = b for the matrices of circuits: unsymmetric, zeros on the diagonal, factorised again and again.

    plan = analyse(n, indptr, indices)            the CSC pattern, once
    work = workspace(plan, values)                room for the factors, float64 or complex128
    failed = factor(plan, values, work)           −1, or the unknown whose pivot failed
    plan = choose_pivots(plan, values)            other pivots, when that happens; then a new workspace
    solve(plan, work, b)                          in place, as often as needed; `solve_transposed` for Aᵀ

All but `analyse` and `choose_pivots` can be called from compiled loops, with the plan and the work as arguments. A plan
made without values expects pivots on the diagonal, and fails at the first voltage source: choose then. `LinearSystem`
does all that for callers outside of loops.

plan            the two records that loops carry
factorisation   one call for all plans
dense           few unknowns: a dense matrix, pivots anew each time
columns         little to do for each unknown: a list of products, pivots fixed; products: where the list comes from
fronts          much to do: a tree of dense fronts, pivots fixed; panels: one front; front_solves: substitution;
                front_tables, bundles: where the tree comes from; calling: how loops call what they do not compile
analysis        which of these, and with which pivots
given           the matrix as it is given; core: what trivial pivots leave; matching: rows to divide by; ordering: an
                order of little fill; pivoting: threshold partial pivoting
batches         eight systems at once, with common pivots: `analyse_batch`, `factor_batch`, …
magnitude       when a pivot is lost
system          a linear system with names, outside of loops
"""

from ..lanes import LANES, aligned_rows
from .analysis import analyse, analyse_batch, choose_pivots
from .batches import BatchWork, batch_workspace, factor_batch, solve_batch, solve_transposed_batch
from .factorisation import factor, solve, solve_transposed
from .plan import Plan, Work, is_by_columns, workspace
from .system import LinearSystem

__all__ = [
    "LANES",
    "BatchWork",
    "LinearSystem",
    "Plan",
    "Work",
    "aligned_rows",
    "analyse",
    "analyse_batch",
    "batch_workspace",
    "choose_pivots",
    "factor",
    "factor_batch",
    "is_by_columns",
    "solve",
    "solve_batch",
    "solve_transposed",
    "solve_transposed_batch",
    "workspace",
]
