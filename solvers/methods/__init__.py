"""Ways to solve the QP, behind one interface (method.py); all stop by the same KKT residual.

coordinate_descent  exact moves by colours, merged moves where diodes join free nodes (colouring.py)
active_set          guess and correct which diodes conduct; exact where every diode has an end at a known potential
interior_point      every topology; finished by the active-set iteration

face.py             the linear network that is left once it is known which diodes conduct
sharing.py          how conducting diodes share a current; rigid.py, the same around loops without slack
linear.py           solving with a Laplacian
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...netlist.errors import CircuitError
from ..qp import QP, Solution
from .active_set import ActiveSet
from .coordinate_descent import CoordinateDescent
from .interior_point import InteriorPoint
from .method import Method, NotConverged

METHODS: Mapping[str, Method] = {method.name: method for method in (CoordinateDescent(), ActiveSet(), InteriorPoint())}
AUTO = "auto"

__all__ = ["AUTO", "METHODS", "ActiveSet", "CoordinateDescent", "InteriorPoint", "Method", "NotConverged", "solve"]


def solve(problem: QP, method: str = AUTO, *, start: np.ndarray | None = None, tolerance: float = 1e-10) -> Solution:
    """The steady state of a QP by the named method, or by the automatic choice.

    Automatic: active sets where all constraints are bounds, else, or where that does not end, the interior point.

    Raises:
        CircuitError: no such method, one that does not take this problem, or no steady state (Infeasible, Unbounded).
        NumericalError: the tolerance was not reached.
    """
    if method == AUTO:
        return _automatic(problem, start, tolerance)
    if method not in METHODS:
        raise CircuitError(f"there is no method {method}; there are {AUTO}, {', '.join(METHODS)}")
    chosen = METHODS[method]
    if (reason := chosen.accepts(problem)) is not None:
        raise CircuitError(f"the method {method} cannot solve this circuit: {reason}")
    return chosen.solve(problem, start=start, tolerance=tolerance)


def _automatic(problem: QP, start: np.ndarray | None, tolerance: float) -> Solution:
    if problem.topology.bounds_only:
        try:
            return ActiveSet().solve(problem, start=start, tolerance=tolerance)
        except NotConverged as error:
            start = error.solution.v
    return InteriorPoint().solve(problem, start=start, tolerance=tolerance)
