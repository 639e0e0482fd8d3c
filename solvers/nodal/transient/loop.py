"""The loop over time: try a step, accept it or cut it, choose the next. Compiled; it stops where Python must help."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from ..compiling import INNER, LEAN, PART
from ..lockstep import Eight
from ..newton import CONVERGED, SINGULAR
from ..switches import move_switches
from ..waveforms import next_corner_of_all
from . import eight_truncation, truncation
from .choice import either
from .correction import restart, try_point
from .delays import forget, next_arrival, send
from .events import crossing
from .formulas import place
from .problem import DEPTH, Extent, History, Problem, Record, Settings, State
from .truncation import SHORT, growth

REACHED, PAUSED, FULL, FAILED, PIVOTS, CHATTERS = range(6)
"""Why the loop stopped: the time is reached; as many steps as asked are done; the record or the lines' history has no
room; no step, however small, converges; the matrix has no pivot where the plan wants one; switches do nothing but move.
"""

MOST_MOVES = 10_000
"""Of one switch, within one longest step."""

CUT = 0.125
"""What becomes of a step that Newton's method fails at."""
WIDEST = 1e3
"""Growth of a step behind a corner, where nothing is known yet."""


allow_charges = either(truncation.allow_charges, eight_truncation.allow_charges)
allow_unknowns = either(truncation.allow_unknowns, eight_truncation.allow_unknowns)
error = either(truncation.error, eight_truncation.error)
first_error = either(truncation.first_error, eight_truncation.first_error)
widen = either(truncation.widen, eight_truncation.widen)


@njit(**LEAN, nogil=True)
def advance(problem: Problem, state: State, record: Record, until: float, most: int) -> int:
    """Go on to a time, or for so many accepted steps."""
    clock, waves = state.clock[0], state.waves
    for _ in range(most):
        if clock.time >= until:
            return REACHED
        if clock.recorded >= len(record.times):
            return FULL
        if clock.sent >= len(waves.times):
            clock.sent = forget(waves, clock.sent, clock.time - problem.lines.longest)
            if 2 * clock.sent > len(waves.times):
                return FULL
        for k in range(len(state.closed)):
            record.closed[clock.recorded, k] = state.closed[k]
        status = _one_step(problem, state)
        if status != REACHED:
            return status
        record.times[clock.recorded] = clock.time
        for k in range(record.x.shape[1]):
            record.x[clock.recorded, k] = state.history.x[clock.head, k]
        record.orders[clock.recorded] = clock.used
        clock.recorded += 1
        if clock.moves > MOST_MOVES * len(state.closed):
            return CHATTERS
    return REACHED if clock.time >= until else PAUSED


@njit(**PART)
def _one_step(problem: Problem, state: State) -> int:
    """Accept one step, after as many attempts as that takes."""
    clock, settings = state.clock[0], problem.settings
    while True:
        begin = clock.begin > 0
        wanted = min(clock.step, settings.largest, problem.lines.shortest, clock.switch - clock.time)
        if clock.count == 1 and not settings.fixed:  # how voltages bend that no charge depends on is not known yet
            wanted = min(wanted, SHORT * settings.largest)
        time = _landing(clock.time, min(settings.first, wanted) if begin else wanted, clock.corner, begin, settings)
        order = 1 if begin else settings.order if settings.trapezoidal else min(clock.order, clock.count)
        status = try_point(problem, state, time, order)
        taken, shorter = time - clock.time, 0.0
        if status != CONVERGED:
            clock.failed += 1
            shorter = CUT * taken
            if status == SINGULAR:
                return PIVOTS
            if begin or shorter < settings.smallest:
                return FAILED
        elif not begin:
            shorter = _judge(problem, state, taken, order)
        if shorter == 0.0:
            _accept(problem, state, time, 0 if begin else order)
            return REACHED
        clock.step = shorter
        restart(problem.eight, problem, state)


@njit(**INNER)
def _landing(now: float, wanted: float, corner: float, begin: bool, settings: Settings) -> float:
    """The time of the point to try: no corner is passed, none is left closely ahead."""
    left = corner - now
    if begin:
        return now + min(wanted, 0.1 * left)
    if wanted >= left * (1.0 - 1e-9):
        return corner
    return now + (0.5 * left if wanted > 0.5 * left and not settings.fixed else wanted)


@njit(**PART)
def _judge(problem: Problem, state: State, taken: float, order: int) -> float:
    """0 for a step that is fine, with the next step and order set; else the step to try in its place."""
    clock, settings, history = state.clock[0], problem.settings, state.history
    equations, charges, unknowns, head = problem.equations, state.charges, state.unknowns, state.clock[0].head
    found, able = 0.0, order
    if not settings.fixed:
        now, capacitance, voltages = place(head, -1), state.work.capacitance, equations.voltages
        allow_charges(problem.eight, settings, charges, history.charge[now], capacitance, problem.diagonal, voltages)
        allow_unknowns(problem.eight, settings, unknowns, history.x[now], voltages, taken)
        able = min(order, max(clock.count - 1, 1))
        if clock.count == 1:
            found = first_error(problem.eight, history, head, charges)
        else:
            found = error(problem.eight, history, head, able, settings.trapezoidal, charges, unknowns, state.weights)
    factor = growth(found, able)
    if found > 1.0 and taken > settings.smallest:
        clock.rejected += 1
        return taken * max(factor, 0.05)
    if len(state.closed) > 0:
        tables, effective = equations.tables, equations.numbers.effective
        old, new = history.x[head], history.x[place(head, -1)]
        share = crossing(equations.switches, effective, tables.plus, tables.minus, state.closed, old, new)
        if share * taken + settings.first < taken:
            clock.switch = clock.time + share * taken + 0.5 * settings.first
            return clock.switch - clock.time
    clock.switch = math.inf
    _choose(problem.eight, clock, settings, history, charges, unknowns, state.weights, taken, factor, order)
    return 0.0


@njit(**PART)
def _choose(
    eight: Eight | None,
    clock: Any,
    settings: Settings,
    history: History,
    charges: Extent,
    unknowns: Extent,
    weights: np.ndarray,
    taken: float,
    factor: float,
    order: int,
) -> None:
    """Set the next step, and of backward differentiation the next order: the one that allows the longest."""
    if settings.fixed:
        clock.step, clock.order = settings.largest, settings.order
        return
    chosen = order
    if not settings.trapezoidal:
        if order > 1 and clock.count >= order:
            lower = growth(error(eight, history, clock.head, order - 1, False, charges, unknowns, weights), order - 1)
            if lower > factor:
                chosen, factor = order - 1, lower
        if chosen == order and order < settings.order and clock.count >= order + 2:
            higher = growth(error(eight, history, clock.head, order + 1, False, charges, unknowns, weights), order + 1)
            if higher > 1.1 * factor:
                chosen, factor = order + 1, higher
    clock.order = chosen
    most = WIDEST if clock.count < 3 else 2.0 if chosen < 3 else 1.3
    clock.step = max(taken * min(factor, most) if not 1.0 <= factor <= 1.2 else taken, settings.smallest)


@njit(**PART)
def _accept(problem: Problem, state: State, time: float, used: int) -> None:
    """Make the tried point the newest one; `used` is its order, 0 behind a corner."""
    clock, history, now = state.clock[0], state.history, place(state.clock[0].head, -1)
    widen(problem.eight, state.unknowns, history.x[now])
    widen(problem.eight, state.charges, history.charge[now])
    if len(problem.lines.delay) > 0:
        longest = problem.settings.largest
        send(problem.lines, state.waves, clock.sent, time, history.x[now], used == 0, longest)
        clock.sent += 1
    clock.head, clock.time, clock.used = now, time, used
    clock.count = 1 if used == 0 else min(clock.count + 1, DEPTH - 1)
    clock.accepted += 1
    at_corner, clock.begin = time >= clock.corner, max(clock.begin - 1, 0)
    if len(state.closed) > 0:
        equations = problem.equations
        if move_switches(equations.switches, equations.tables, equations.numbers, history.x[now], state.closed):
            clock.begin, clock.order = 1, 1
            if time > clock.since + problem.settings.largest:
                clock.since, clock.moves = time, 0
            clock.moves += 1
    if at_corner or used == 0:
        gap = 10.0 * problem.settings.smallest
        source = next_corner_of_all(problem.sources, time, gap)
        corner = min(source, next_arrival(problem.lines, state.waves, clock.sent, time + gap))
        clock.corner = corner if corner < problem.stop - gap else problem.stop
    if at_corner:
        clock.begin, clock.order = 1, 1
