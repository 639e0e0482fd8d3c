"""Newton's method on i(x, t) = 0, compiled: one linear solve a step, controls limited as SPICE limits them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from .evaluate import LIMITED, STARTED, Shape, Work, evaluate
from .linear import Plan, factor, solve
from .linear import Work as Factors
from .switches import Switches, move_switches
from .tables import Numbers, Tables

CONVERGED, EXHAUSTED, SINGULAR, BROKEN = 0, 1, 2, 3
"""How it ended: converged; too many steps; a pivot failed; something is not a number."""

ROUNDING = 1e-13
"""The share of a law's terms below which its sum is noise."""

RELATIVE = 1e-9
"""The share of an unknown that the last step may be: the error is then about its square."""


class Equations(NamedTuple):
    """What stays the same over a solution: the compiled circuit and its numbers."""

    tables: Tables
    shape: Shape
    numbers: Numbers
    switches: Switches
    absolute: np.ndarray
    """(n,) what a step may be besides its relative share, in V or A."""
    voltages: int
    """How many of the unknowns, the first, are voltages."""


class Conditions(NamedTuple):
    """At what the laws are taken: the sources' values, the time, and what holds or helps the solution.

    `held` (n,) unknowns are kept at `at` (n,). `leak` is a conductance in S from every other node to its voltage in
    `at` (0 but in a reported homotopy).
    """

    sources: np.ndarray
    time: float
    leak: float
    held: np.ndarray
    at: np.ndarray


class Outcome(NamedTuple):
    """`status`, steps taken, and the unknown that the last step moved most in units of what it may, or that failed."""

    status: int
    steps: int
    worst: int


@njit(cache=True)
def newton(
    equations: Equations,
    conditions: Conditions,
    plan: Plan,
    factors: Factors,
    work: Work,
    closed: np.ndarray,
    x: np.ndarray,
    most: int,
    fresh: bool,
) -> Outcome:
    """Solve in place from x (n,), in at most so many steps.

    `closed` (switches,) are the switches' states, updated. With `fresh`, limited controls begin at `work.before` in the
    first step instead of at x.
    """
    size = len(x)
    step = np.empty(size)
    worst, before = 0, np.inf
    for count in range(most):
        limited = _laws(equations, conditions, work, x, STARTED if fresh and count == 0 else LIMITED)
        failed = factor(plan, work.conductance, factors)
        if failed >= 0:
            return Outcome(SINGULAR, count, failed)
        for k in range(size):
            step[k] = -work.current[k]
        solve(plan, factors, step)
        worst, largest = 0, -1.0
        for k in range(size):
            allowed = RELATIVE * max(abs(x[k]), abs(x[k] + step[k])) + equations.absolute[k]
            share = abs(step[k]) / allowed
            if not share <= 1e300:
                return Outcome(BROKEN, count, k)
            if share > largest:
                worst, largest = k, share
        stalled = not limited and largest > 0.5 * before and at_rounding(equations, work, x)
        before = largest
        for k in range(size):
            x[k] += step[k]
        moved = move_switches(equations.switches, equations.tables, equations.numbers, x, closed)
        if (largest <= 1.0 or stalled) and not limited and not moved:
            return Outcome(CONVERGED, count + 1, worst)
    return Outcome(EXHAUSTED, most, worst)


@njit(cache=True)
def at_rounding(equations: Equations, work: Work, x: np.ndarray) -> bool:
    """Whether every law holds at x as well as the sizes of its terms let numbers say; steps then only make noise.

    Devices read differences of voltages, so that each is taken for as large as the largest.
    """
    shape = equations.shape
    sizes, largest = np.zeros(len(x)), np.max(np.abs(x[: equations.voltages]))
    for column in range(len(x)):
        size = largest if column < equations.voltages else abs(x[column])
        for entry in range(shape.starts[column], shape.starts[column + 1]):
            sizes[shape.rows[entry]] += abs(work.conductance[entry]) * size
    return bool(np.all(np.abs(work.current) <= ROUNDING * sizes))


@njit(cache=True)
def _laws(equations: Equations, conditions: Conditions, work: Work, x: np.ndarray, limiting: int) -> bool:
    """The laws at x in `work`, with the leak and what is held; whether controls are limited."""
    limited = evaluate(
        equations.tables, equations.shape, equations.numbers, x, conditions.sources, conditions.time, limiting, work
    )
    if conditions.leak > 0.0:
        for k in range(equations.voltages):
            work.current[k] += conditions.leak * (x[k] - conditions.at[k])
            work.conductance[diagonal(equations.shape, k)] += conditions.leak
    if conditions.held.any():
        _hold(equations.shape, conditions, work, x)
    return limited


@njit(cache=True)
def diagonal(shape: Shape, k: int) -> int:
    """The place of a diagonal entry; every column has one."""
    for entry in range(shape.starts[k], shape.starts[k + 1]):
        if shape.rows[entry] == k:
            return entry
    return -1


@njit(cache=True)
def _hold(shape: Shape, conditions: Conditions, work: Work, x: np.ndarray) -> None:
    """Put x_k = at_k in the place of the laws of held unknowns."""
    for column in range(len(x)):
        for entry in range(shape.starts[column], shape.starts[column + 1]):
            row = shape.rows[entry]
            if conditions.held[row]:
                work.conductance[entry] = 1.0 if row == column else 0.0
    for k in range(len(x)):
        if conditions.held[k]:
            work.current[k] = x[k] - conditions.at[k]
