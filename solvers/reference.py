"""The cross-check: the same QP written for CVXPY (Diamond and Boyd 2016). The only file with it.

It shares nothing with our methods but the arrays: the energy is written branch by branch, not as a Laplacian. Clarabel
(interior point) answers first; where it stays short, at diodes that neither block nor conduct, OSQP with its polish.
"""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import numpy as np

from ..netlist.errors import CircuitError, NumericalError
from .methods.method import certified
from .qp import QP, Solution

NAME = "cvxpy"
GOOD = 1e-9
ATTEMPTS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("CLARABEL", {"tol_gap_abs": t, "tol_gap_rel": t, "tol_feas": t}) for t in (1e-13, 1e-12, 1e-10, 1e-8)),
    ("OSQP", {"eps_abs": 1e-10, "eps_rel": 1e-10, "max_iter": 50_000, "polish": True}),
)


def reference_solution(problem: QP) -> Solution:
    """The steady state by CVXPY: the best of its attempts, usually with a residual of 1e-9 to 1e-14 of the scale.

    Raises:
        CircuitError: CVXPY calls the problem infeasible or unbounded, or a conductance is negative.
        NumericalError: it gives no answer.
    """
    import cvxpy
    from cvxpy.error import SolverError

    if np.any(problem.conductance < 0):
        raise CircuitError("a load has a negative conductance, which CVXPY does not take as convex; use interior_point")
    graph = problem.topology
    unit = float(np.max(problem.conductance, initial=0.0)) or 1.0
    x = cvxpy.Variable(graph.nodes)
    weighted = cvxpy.multiply(np.sqrt(problem.conductance / unit), graph.resistors.matrix @ x + problem.offset)
    energy = 0.5 * cvxpy.sum_squares(weighted) - (problem.injection / unit) @ x
    blocking: list[Any] = [graph.diodes.matrix @ x <= problem.drop] if len(problem.drop) else []
    program = cvxpy.Problem(cvxpy.Minimize(energy), blocking)
    best, statuses = None, []
    for solver, settings in ATTEMPTS:
        with warnings.catch_warnings(), contextlib.suppress(SolverError):
            warnings.simplefilter("ignore")
            program.solve(solver=solver, **settings)
            statuses.append(str(program.status))
            if x.value is not None and program.status.startswith("optimal"):
                currents = unit * np.asarray(blocking[0].dual_value) if blocking else np.zeros(0)
                found = certified(problem, np.asarray(x.value), currents, 0, NAME)
                best = found if best is None or found.residual < best.residual else best
        if best is not None and best.residual <= GOOD:
            return best
        if statuses and ("infeasible" in statuses[-1] or "unbounded" in statuses[-1]):
            raise CircuitError(f"CVXPY calls the problem {statuses[-1]}")
    if best is None:
        raise NumericalError(f"CVXPY gives no answer: {', '.join(statuses) or 'every solver failed'}")
    return best
