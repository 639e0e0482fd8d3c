"""Detours to an operating point, for circuits where Newton's method alone runs astray; each is reported.

gmin stepping         a conductance from every node to ground, from 10 mS down to nothing (Ho, Ruehli, Brennan 1975)
source stepping       all sources from nothing up to what they are (Nagel 1975)
pseudo-transient      every node as if it had a capacitor, in steps of time that grow (Kelley and Keyes 1998)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .newton import CONVERGED, Outcome

STAGE = 40
"""Newton's steps of a stage."""
GENTLEST, FIRST, STIFFEST = 1e-13, 1e-3, 1e9
"""Conductances in S: below the first no detour is left, at the second the third begins, at the last it gives up."""
STAGES = 2000

Way = Callable[[Any, np.ndarray, np.ndarray, np.ndarray, bool], Outcome]
"""(solver, x (n,), states of switches, sources' values, whether nothing is known): solves in place."""


def with_leaks(solver: Any, x: np.ndarray, closed: np.ndarray, sources: np.ndarray, fresh: bool) -> Outcome:
    """A leak that shrinks by a factor that adapts, and then none."""
    x[:] = 0.0
    leak, factor, steps = 1e-2, 10.0, 0
    outcome = solver.run(x, closed, sources, leak, fresh=True)
    if outcome.status != CONVERGED:
        return outcome
    while leak > GENTLEST:
        good, states = x.copy(), closed.copy()
        outcome = solver.run(x, closed, sources, leak / factor, most=STAGE)
        steps += outcome.steps
        if outcome.status == CONVERGED:
            leak /= factor
            factor = min(factor * (2.0 if outcome.steps < 10 else 1.0), 1e3)
        elif factor < 1.02:
            return outcome._replace(steps=steps)
        else:
            x[:], closed[:], factor = good, states, factor**0.5
    outcome = solver.run(x, closed, sources)
    return outcome._replace(steps=outcome.steps + steps)


def with_rising_sources(solver: Any, x: np.ndarray, closed: np.ndarray, sources: np.ndarray, fresh: bool) -> Outcome:
    """Sources that rise by a step that adapts."""
    x[:] = 0.0
    reached, rise, steps = 0.0, 0.1, 0
    outcome = solver.run(x, closed, np.zeros_like(sources), fresh=True)
    if outcome.status != CONVERGED:
        return outcome
    while reached < 1.0:
        good, states = x.copy(), closed.copy()
        aim = min(reached + rise, 1.0)
        outcome = solver.run(x, closed, aim * sources, most=STAGE)
        steps += outcome.steps
        if outcome.status == CONVERGED:
            reached, rise = aim, rise * (1.5 if outcome.steps < 15 else 1.0)
        elif rise < 1e-7:
            return outcome._replace(steps=steps)
        else:
            x[:], closed[:], rise = good, states, rise / 4.0
    return outcome._replace(steps=steps)


def settling(solver: Any, x: np.ndarray, closed: np.ndarray, sources: np.ndarray, fresh: bool) -> Outcome:
    """A leak from every node to where it last was: backward Euler steps of a circuit with a capacitor at every node."""
    x[:] = 0.0
    leak, steps = FIRST, 0
    outcome = solver.run(x, closed, np.zeros_like(sources), fresh=True)
    if outcome.status != CONVERGED:
        x[:] = 0.0
    for _ in range(STAGES):
        good, states = x.copy(), closed.copy()
        outcome = solver.run(x, closed, sources, leak, most=STAGE, towards=good)
        steps += outcome.steps
        if outcome.status == CONVERGED:
            leak *= 0.3 if outcome.steps < 6 else 0.7
        else:
            x[:], closed[:], leak = good, states, 10.0 * leak
        if not GENTLEST < leak < STIFFEST:
            break
    outcome = solver.run(x, closed, sources)
    return outcome._replace(steps=outcome.steps + steps)


HOMOTOPIES: Mapping[str, Way] = {
    "gmin stepping": with_leaks,
    "source stepping": with_rising_sources,
    "pseudo-transient": settling,
}
