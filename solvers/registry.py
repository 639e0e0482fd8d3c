"""The methods by name, and the automatic choice among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..netlist.errors import CircuitError
from .methods.active_set import ActiveSet
from .methods.coordinate_descent import CoordinateDescent
from .methods.interior_point import InteriorPoint
from .methods.method import Method, NotConverged
from .qp import QP, Solution

AUTO = "auto"
LARGE = 1500
"""From this many supernodes on, the compiled engine is quicker, the time to load it included."""


@dataclass(frozen=True)
class Laplacian:
    """The engine for large circuits (laplacian/), whose compiler is loaded when it is first used."""

    name: str = "laplacian"

    def accepts(self, problem: QP) -> str | None:
        """Everything."""
        return None

    def solve(self, problem: QP, *, start: np.ndarray | None = None, tolerance: float = 1e-10) -> Solution:
        """See Method.solve."""
        from .laplacian import GraphLaplacian

        return GraphLaplacian(self.name).solve(problem, start=start, tolerance=tolerance)


METHODS: Mapping[str, Method] = {
    method.name: method for method in (CoordinateDescent(), ActiveSet(), InteriorPoint(), Laplacian())
}


def solve(problem: QP, method: str = AUTO, *, start: np.ndarray | None = None, tolerance: float = 1e-10) -> Solution:
    """The steady state of a QP by the named method, or by the automatic choice.

    Automatic: the Laplacian engine for large circuits; active sets where all constraints are bounds; else, or where
    that does not end, the interior point.

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
    """The first method of the chain that reaches the tolerance; each begins where the one before it stopped."""
    large = problem.topology.nodes >= LARGE
    chain = [Laplacian(), InteriorPoint()] if large else [ActiveSet(), InteriorPoint(), Laplacian()]
    methods = [method for method in chain if method.accepts(problem) is None]
    best: NotConverged | None = None
    for method in methods:
        try:
            return method.solve(problem, start=start, tolerance=tolerance)
        except NotConverged as error:
            best = error if best is None or error.solution.residual < best.solution.residual else best
            start = best.solution.v
    raise best or CircuitError("no method takes this circuit")
