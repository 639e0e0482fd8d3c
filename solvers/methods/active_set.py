"""Primal-dual active set: guess which diodes conduct, solve the linear network that leaves, correct the guess.

A conducting diode with a negative current is opened, a blocked one with forward voltage closed (Hintermüller, Ito,
Kunisch 2002: a semismooth Newton method). Where every diode has an end at a known potential the Laplacian is an
M-matrix under bounds and the iteration ends in a few steps at the exact answer; elsewhere it can run in a circle, which
is noticed, and another method has to bring it near first (interior_point.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contraction import consistent
from ..feasibility import resistive_parts
from ..kkt import current_scales, voltage_scale
from ..qp import QP, Solution
from .convexity import refuse_indefinite
from .face import Face
from .method import certified, finished, start_point
from .sharing import shared_currents

STEPS = 60


@dataclass(frozen=True)
class ActiveSet:
    """Exact in finitely many factorisations for diodes with one end at a known potential; a polish for all others."""

    name: str = "active_set"

    def accepts(self, problem: QP) -> str | None:
        """Only bounds, and resistors that tie everything down: else the iteration may circle or creep."""
        if not problem.topology.bounds_only:
            return "a diode joins two free supernodes; use interior_point"
        if resistive_parts(problem)[0] > 1:
            return "a part of it hangs on diodes alone; use interior_point"
        return None

    def solve(self, problem: QP, *, start: np.ndarray | None = None, tolerance: float = 1e-10) -> Solution:
        """See Method.solve. One factorisation a step, usually three to eight steps."""
        refuse_indefinite(problem)
        feasible = start_point(problem)
        x = feasible if start is None else start
        slack = problem.slack(x)
        volts = voltage_scale(problem, x)
        chosen = consistent(problem, np.flatnonzero(slack <= 0), -slack, 0.1 * tolerance * volts)
        found = polish(problem, x, chosen, np.zeros(len(slack)), tolerance)
        return finished(problem, found.v, found.diode_currents, found.iterations, self.name, tolerance)


def polish(problem: QP, x: np.ndarray, chosen: np.ndarray, currents: np.ndarray, tolerance: float) -> Solution:
    """The best point of the iteration from the conducting diodes `chosen` (indices), near x with about `currents`.

    It ends at the tolerance, at a set seen before, or after STEPS. The caller looks at the residual.
    """
    best, seen = certified(problem, x, currents, 0, ActiveSet.name), set()
    for step in range(1, STEPS + 1):
        face = Face.of(problem, chosen, x)
        currents = shared_currents(face.contraction, face.x, currents)
        found = certified(problem, face.x, currents, step, ActiveSet.name)
        if found.residual < best.residual:
            best = found
        key = chosen.tobytes()
        if found.residual <= tolerance or key in seen:
            break
        seen.add(key)
        x, chosen = face.x, corrected(problem, face.x, currents, chosen, 0.1 * tolerance)
    return best


def corrected(problem: QP, x: np.ndarray, currents: np.ndarray, chosen: np.ndarray, tolerance: float) -> np.ndarray:
    """The chosen diodes whose current is not negative, and those with forward voltage, each beyond rounding."""
    graph = problem.topology
    volts = voltage_scale(problem, x)
    scales = current_scales(problem, volts, currents)
    through = np.maximum(scales[graph.diode_a], scales[graph.diode_b])
    conducting = np.zeros(len(currents), dtype=bool)
    conducting[chosen] = currents[chosen] >= -tolerance * through[chosen]
    slack = problem.slack(x) / volts
    closed = np.flatnonzero(conducting | (slack < -tolerance))
    return consistent(problem, closed, np.maximum(-slack, 0.0), tolerance * volts)
