"""A x = b for the matrices of circuits: unsymmetric, zeros on the diagonal, factorised again and again.

    plan = analyse(n, indptr, indices)            the CSC pattern, once
    work = workspace(plan, values)                room for the factors, float64 or complex128
    failed = factor(plan, values, work)           −1, or the unknown whose pivot failed
    plan = choose_pivots(plan, values)            other pivots, when that happens; then a new workspace
    solve(plan, work, b)                          in place, as often as needed; `solve_transposed` for Aᵀ

All but `analyse` and `choose_pivots` can be called from compiled loops, with the plan and the work as arguments. A plan
made without values expects pivots on the diagonal, and fails at the first voltage source: choose then.

plan            the two records that loops carry
factorisation   one call for all plans
dense           small systems, pivots anew each time
columns         sparse systems, pivots fixed; products: what they do, in a list
analysis        patterns and values to plans
core            what trivial pivots leave; matching: rows to divide by; ordering: little fill
pivoting        threshold partial pivoting
magnitude       when a pivot is lost
"""

from .analysis import analyse, choose_pivots
from .factorisation import factor, solve, solve_transposed
from .plan import Plan, Work, workspace

__all__ = ["Plan", "Work", "analyse", "choose_pivots", "factor", "solve", "solve_transposed", "workspace"]
