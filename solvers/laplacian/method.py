"""The engine for large circuits as a method: exact on any topology, in the time of a few sparse factorisations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..methods.convexity import refuse_indefinite
from ..methods.method import finished
from ..qp import QP, Solution
from .active_set import STEPS, State, iterate
from .network import Layout
from .rescue import rescued
from .springs import likely
from .statement import NAME, stated

TOUCHING = 1e-12


@dataclass(frozen=True)
class GraphLaplacian:
    """Primal-dual active set on weighted graph Laplacians, with an interior point where it does not settle."""

    name: str = NAME

    def accepts(self, problem: QP) -> str | None:
        """Every problem."""
        return None

    def solve(self, problem: QP, *, start: np.ndarray | None = None, tolerance: float = 1e-10) -> Solution:
        """See Method.solve. Five to eight factorisations as a rule; from a start near the solution two or three."""
        if not Layout.of(problem.topology).crowded:
            # conjugate gradients, which serve there, refuse every negative conductance themselves
            refuse_indefinite(problem)
        found, loose = solve_directly(problem, start, tolerance)
        if found.residual > tolerance:
            found = rescued(problem, found, tolerance)
            loose = True
        if found.residual <= tolerance and not loose:
            return found
        return finished(problem, found.v, found.diode_currents, found.iterations, self.name, tolerance)


def solve_directly(problem: QP, start: np.ndarray | None, tolerance: float) -> tuple[Solution, bool]:
    """The best point of the active-set iteration, and whether the resistors leave a part without ground."""
    layout = Layout.of(problem.topology)
    network = layout.network(problem)
    x = np.zeros(problem.topology.nodes + 1)
    if start is None:
        on = likely(network)
    else:
        x[:-1] = start[layout.order]
        on = x[network.anode] - x[network.cathode] - network.drop >= -TOUCHING * np.max(np.abs(x), initial=0.0)
    state = iterate(
        network, on, State(x, np.zeros(len(on)), np.inf, int(start is None and len(on) > 0), None), tolerance, STEPS
    )
    return stated(problem, layout, state, tolerance), network.loose
