"""Operating points one after the other, compiled: each by Newton's method from its neighbour, and checked."""

from __future__ import annotations

import numpy as np
from numba import njit

from .evaluate import FREE, Work, evaluate
from .linear import Plan
from .linear import Work as Factors
from .newton import CONVERGED, Conditions, Equations, newton
from .operating import ENOUGH


@njit(cache=True)
def follow(
    equations: Equations,
    conditions: Conditions,
    plan: Plan,
    factors: Factors,
    work: Work,
    closed: np.ndarray,
    x: np.ndarray,
    sources: np.ndarray,
    found: np.ndarray,
    states: np.ndarray,
    most: int,
) -> tuple[int, int, float, int]:
    """Solve for rows of sources (points, sources) in order, from x (n,), in at most so many steps each.

    `x`, `closed` (switches,) and `work` are those of the point before, and then of the last. Writes found (points, n)
    and states (points, switches). Returns how many points are done, all steps, the largest share by
    which a law is off, and whose law.
    """
    steps, largest, worst = 0, 0.0, 0
    good, before = x.copy(), closed.copy()
    for point in range(len(sources)):
        at = Conditions(sources[point], conditions.time, conditions.leak, conditions.held, conditions.at)
        outcome = newton(equations, at, plan, factors, work, closed, x, most, False)
        steps += outcome.steps
        share, place = 0.0, 0
        if outcome.status == CONVERGED:
            share, place = worst_share(equations, at, work, x)
        if outcome.status != CONVERGED or not share <= ENOUGH:
            x[:] = good
            closed[:] = before
            return point, steps, largest, worst
        if share > largest:
            largest, worst = share, place
        good[:] = x
        before[:] = closed
        found[point] = x
        states[point] = closed
    return len(sources), steps, largest, worst


@njit(cache=True)
def worst_share(equations: Equations, conditions: Conditions, work: Work, x: np.ndarray) -> tuple[float, int]:
    """The largest |sum of a law| over the sum of its terms' sizes at x, with a floor of 1 pA or 1 nV, and whose law."""
    evaluate(equations.tables, equations.shape, equations.numbers, x, conditions.sources, conditions.time, FREE, work)
    sizes = np.zeros(len(x))
    for column in range(len(x)):
        for entry in range(equations.shape.starts[column], equations.shape.starts[column + 1]):
            sizes[equations.shape.rows[entry]] += abs(work.conductance[entry] * x[column])
    largest, worst = 0.0, 0
    for k in range(len(x)):
        share = abs(work.current[k]) / (sizes[k] + (1e-3 if k < equations.voltages else 1.0))
        if not conditions.held[k] and not share <= largest:
            largest, worst = share, k
    return largest, worst
