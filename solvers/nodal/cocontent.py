"""Newton's method downhill on the co-content, for circuits of monotone branches: it converges from anywhere.

Where every branch is a resistor, a source or a two-terminal device whose current never falls with its voltage, the
voltages at rest minimise a convex function, the co-content Σ ∫ i dv (Millar 1951, doi:10.1080/14786445108561361) under
the voltage sources' constraints. Newton's step is a direction of descent, along which the slope of the co-content is
the power of the step in the currents, Σ i_k(x + t·d)·d_k, and rises; the step goes to its zero, found by bracketing.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ..devices.passive import RESISTOR, VALUE
from .evaluate import FREE, Work, evaluate
from .linear import Plan, factor, solve
from .linear import Work as Factors
from .network import Network
from .newton import (
    BROKEN,
    CONVERGED,
    EXHAUSTED,
    RELATIVE,
    SINGULAR,
    Conditions,
    Equations,
    Outcome,
    at_rounding,
    diagonal,
)

SMALLEST = 1e-14
"""The first conductance that is added to a tangent that is singular, in units of its largest."""
FLAT = 0.1
"""The share of its slope at the start at which a line search stops."""
MOST_DOUBLINGS, MOST_TRIES = 30, 60


def is_monotone(network: Network) -> bool:
    """Whether every branch is monotone, so that there is a convex co-content."""
    if network.lines.elements or not all(group.device.monotone for group in set(network.groups)):
        return False
    resistors = (each.raw for each in network.instances if each.device is RESISTOR)
    return all(raw.get(VALUE, raw.get("g", 0.0)) >= 0.0 for raw in resistors)


@njit(cache=True)
def descend(
    equations: Equations, conditions: Conditions, plan: Plan, factors: Factors, work: Work, x: np.ndarray, most: int
) -> Outcome:
    """Solve in place from x (n,), where the voltage sources have their values."""
    size, worst, before = len(x), 0, np.inf
    step, trial = np.empty(size), np.empty(size)
    _laws(equations, conditions, work, x)
    for count in range(most):
        failed = _factor_positive(equations, plan, factors, work)
        if failed >= 0:
            return Outcome(SINGULAR, count, failed)
        step[:] = -work.current
        solve(plan, factors, step)
        share = _length(equations, conditions, work, x, step, trial)
        largest = -1.0
        for k in range(size):
            moved = share * step[k]
            allowed = RELATIVE * max(abs(x[k]), abs(x[k] + moved)) + equations.absolute[k]
            if not abs(moved) / allowed <= 1e300:
                return Outcome(BROKEN, count, k)
            if abs(step[k]) / allowed > largest:
                worst, largest = k, abs(step[k]) / allowed
            x[k] += moved
        _laws(equations, conditions, work, x)
        stalled = largest > 0.5 * before and at_rounding(equations, work, x)
        before = largest
        if largest <= 1.0 or stalled:
            return Outcome(CONVERGED, count + 1, worst)
    return Outcome(EXHAUSTED, most, worst)


@njit(cache=True)
def _factor_positive(equations: Equations, plan: Plan, factors: Factors, work: Work) -> int:
    """Factorise the tangent conductances; where they are singular to rounding, with a little more at every node.

    This changes the step (Levenberg 1944), which stays one of descent, and not the solution: currents are as they are.
    """
    failed = factor(plan, work.conductance, factors)
    share = SMALLEST
    while failed >= 0 and share < 1.0:
        for k in range(equations.voltages):
            work.conductance[diagonal(equations.shape, k)] += share * np.max(np.abs(work.conductance))
        share *= 100.0
        failed = factor(plan, work.conductance, factors)
    return failed


@njit(cache=True)
def _laws(equations: Equations, conditions: Conditions, work: Work, x: np.ndarray) -> None:
    evaluate(equations.tables, equations.shape, equations.numbers, x, conditions.sources, conditions.time, FREE, work)


@njit(cache=True)
def _slope(
    equations: Equations,
    conditions: Conditions,
    work: Work,
    x: np.ndarray,
    step: np.ndarray,
    trial: np.ndarray,
    t: float,
) -> float:
    """d/dt of the co-content at x + t·step, in W."""
    for k in range(len(x)):
        trial[k] = x[k] + t * step[k]
    _laws(equations, conditions, work, trial)
    found = 0.0
    for k in range(equations.voltages):
        found += work.current[k] * step[k]
    return found


@njit(cache=True)
def _length(
    equations: Equations, conditions: Conditions, work: Work, x: np.ndarray, step: np.ndarray, trial: np.ndarray
) -> float:
    """How far along the step the co-content's slope is small; 1 where that is good enough."""
    begin = 0.0
    for k in range(equations.voltages):
        begin += work.current[k] * step[k]
    enough = FLAT * abs(begin)
    low, high = 0.0, 1.0
    at = _slope(equations, conditions, work, x, step, trial, high)
    for _ in range(MOST_DOUBLINGS):
        if not at < -enough:
            break
        low, high = high, 2.0 * high
        at = _slope(equations, conditions, work, x, step, trial, high)
    if abs(at) <= enough:
        return high
    for _ in range(MOST_TRIES):
        middle = 0.5 * (low + high)
        at = _slope(equations, conditions, work, x, step, trial, middle)
        if abs(at) <= enough:
            return middle
        if at < 0.0:
            low = middle
        else:
            high = middle
    return low if low > 0.0 else high
