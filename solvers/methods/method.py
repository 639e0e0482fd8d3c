"""What a method is: it says which problems it accepts, and solves them to a stated KKT residual or raises."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from ...netlist.errors import NumericalError
from ..components import components
from ..feasibility import Infeasible, Unbounded, current_cut, feasible_point
from ..kkt import current_scales, kkt_residual, voltage_scale
from ..qp import QP, Solution


class NotConverged(NumericalError):
    """The tolerance was not reached; `solution` is the best point."""

    def __init__(self, solution: Solution, tolerance: float):
        super().__init__(
            f"the method {solution.method} stopped at a KKT residual of {solution.residual:.2e} of the scale after "
            f"{solution.iterations} iterations, more than {tolerance:.0e}; the worst supernode is {solution.worst}"
        )
        self.solution = solution


class Method(Protocol):
    """A way to solve the QP."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        ...

    def accepts(self, problem: QP) -> str | None:
        """Why this method cannot take the problem, in a sentence; None where it can."""
        ...

    def solve(self, problem: QP, *, start: np.ndarray | None = None, tolerance: float = 1e-10) -> Solution:
        """The steady state with a scaled KKT residual (kkt.py) of at most `tolerance`.

        `start` (n, volts) is a guess, for instance the solution for a neighbouring input; it need not be feasible.

        Raises:
            Infeasible, Unbounded: the circuit has no steady state; the certificate names why.
            NumericalError: the tolerance was not reached; names the worst supernode and its residual. Or a load is so
                negative that the energy has no minimum (convexity.py).
        """
        ...


def start_point(problem: QP) -> np.ndarray:
    """A point (n) with D x ≤ d of a problem that has a steady state.

    Raises:
        Infeasible, Unbounded: it has none.
    """
    x, loop = feasible_point(problem)
    if x is None:
        raise Infeasible(loop, float(problem.drop[loop].sum()))
    nodes, current = current_cut(problem)
    if len(nodes):
        raise Unbounded(nodes, current)
    return x


def certified(problem: QP, x: np.ndarray, currents: np.ndarray, iterations: int, method: str) -> Solution:
    """The point with its residual measured."""
    residual = kkt_residual(problem, x, currents)
    return Solution(x, currents, residual.scaled, iterations, method, residual.worst)


def finished(
    problem: QP, x: np.ndarray, currents: np.ndarray, iterations: int, method: str, tolerance: float
) -> Solution:
    """The certified solution, with the supernodes whose potential is not determined.

    Raises:
        NumericalError: the residual is beyond the tolerance.
    """
    solution = certified(problem, x, currents, iterations, method)
    if solution.residual <= tolerance:
        return replace(solution, undetermined=undetermined(problem, x, currents, tolerance))
    raise NotConverged(solution, tolerance)


def undetermined(problem: QP, x: np.ndarray, currents: np.ndarray, tolerance: float) -> np.ndarray:
    """The supernodes that neither resistors nor diodes that carry current tie to ground: a floating part."""
    graph = problem.topology
    scales = current_scales(problem, voltage_scale(problem, x), currents)
    carrying = currents > tolerance * np.maximum(scales[graph.diode_a], scales[graph.diode_b])
    conducting = problem.conductance != 0
    a = np.concatenate([graph.resistor_a[conducting], graph.diode_a[carrying]])
    b = np.concatenate([graph.resistor_b[conducting], graph.diode_b[carrying]])
    _, label = components(graph.nodes + 1, a, b)
    return np.flatnonzero(label[:-1] != label[-1])
