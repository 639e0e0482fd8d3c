"""The nonlinear equations of one step, a₀ q(x) + past + i(x, t) = 0, by Newton's method."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ..compiling import INNER, PART
from ..evaluate import LIMITED, Shape, Work, between, evaluate
from ..linear import factor, solve
from ..newton import BROKEN, CONVERGED, EXHAUSTED, ROUNDING, SINGULAR
from ..waveforms import waveform
from . import formulas
from .choice import either
from .contraction import is_sure
from .delays import add_arriving, arrive
from .eight_correction import correct_eight, is_finite, restart_eight
from .eight_truncation import predict_eight, set_formula_eight
from .formulas import place
from .problem import TIGHTER, Extent, Problem, Settings, State

PATIENT = 20
"""So many times more of Newton's steps behind a corner, where no shorter step can help."""


@njit(**PART)
def try_point(problem: Problem, state: State, time: float, order: int) -> int:
    """Predict the point at a time and correct it; its charge and rate are filled when that converged.

    The charge is taken at the point before Newton's last step and moved along its tangent: charge is conserved to
    rounding, and no evaluation is spent on what is known to second order.
    """
    history, clock = state.history, state.clock[0]
    if clock.begin > 0:
        clock.contraction = math.inf
    history.times[place(clock.head, -1)] = time
    predict(problem.eight, history.times, history.x, clock.head, min(clock.count - 1, order + 1, 3))
    leading = set_formula(problem.eight, history, clock.head, order, problem.settings.trapezoidal, state.past)
    most = problem.settings.iterations if clock.begin == 0 else PATIENT * problem.settings.iterations
    return correct(problem.eight, problem, state, time, leading, most)


@njit(**PART)
def _correct_one(problem: Problem, state: State, time: float, leading: float, most: int) -> int:
    equations, settings, history, clock = problem.equations, problem.settings, state.history, state.clock[0]
    work, shape, now = state.work, equations.shape, place(clock.head, -1)
    arrive(problem.lines, state.waves, clock.sent, time)
    for source in range(len(state.driven)):
        state.driven[source] = waveform(problem.sources, source, time)
    x, linear, before = history.x[now], len(equations.tables.kernels) == 0, math.inf
    for count in range(most):
        clock.iterations += 1
        limited = evaluate(equations.tables, shape, equations.numbers, x, state.driven, time, LIMITED, work)
        add_arriving(problem.lines.unknowns, state.waves.arriving, work.current)
        if not linear or clock.factored != leading:
            for entry in range(len(state.matrix)):
                state.matrix[entry] = work.conductance[entry] + leading * work.capacitance[entry]
            clock.factored = leading
            clock.factorisations += 1
            failed = factor(problem.plan, state.matrix, state.factors)
            if failed >= 0:
                clock.worst, clock.factored = failed, 0.0
                return SINGULAR if is_finite(state.matrix) else BROKEN
        for k in range(len(x)):
            state.step[k] = -(leading * work.charge[k] + state.past[k] + work.current[k])
        exact = count > 2 and _is_rounding(
            shape, state.matrix, x, state.past, state.step, state.sizes, equations.voltages
        )
        solve(problem.plan, state.factors, state.step)
        largest, worst = _move(x, state.step, state.unknowns, equations.voltages, settings)
        clock.worst, clock.residual = worst, state.step[worst]
        if not largest <= 1e300:
            return BROKEN
        exact = exact and largest > 0.5 * before
        if linear or ((largest <= 1.0 or exact or is_sure(clock, count, largest, before)) and not limited):
            _finish(shape.starts, shape.rows, work, state.step, history.charge[now])
            for k in range(len(x)):
                history.rate[now, k] = leading * history.charge[now, k] + state.past[k]
            return CONVERGED
        before = largest
    clock.contraction = math.inf
    return EXHAUSTED


@njit(**INNER)
def _is_rounding(
    shape: Shape,
    matrix: np.ndarray,
    x: np.ndarray,
    past: np.ndarray,
    residual: np.ndarray,
    sizes: np.ndarray,
    voltages: int,
) -> bool:
    """Whether every law holds as well as the sizes of its terms let numbers say; steps then only make noise.

    Devices read differences of voltages, so that each is taken for as large as the largest.
    """
    largest = 0.0
    for row in range(len(sizes)):
        sizes[row] = abs(past[row])
        if row < voltages:
            largest = max(largest, abs(x[row]))
    for column in range(len(x)):
        size = largest if column < voltages else abs(x[column])
        for entry in range(shape.starts[column], shape.starts[column + 1]):
            sizes[shape.rows[entry]] += abs(matrix[entry]) * size
    worst = 0.0
    for row in range(len(sizes)):
        worst = max(worst, abs(residual[row]) - ROUNDING * sizes[row])
    return worst <= 0.0


@njit(**INNER)
def _move(x: np.ndarray, step: np.ndarray, unknowns: Extent, voltages: int, settings: Settings) -> tuple[float, int]:
    """Take Newton's step; its largest part in units of what the last one may be, and the unknown where that is."""
    largest, worst = 0.0, 0
    for k in range(len(x)):
        x[k] += step[k]
        absolute = settings.voltage if k < voltages else settings.current
        scale = max(abs(x[k]), abs(unknowns.lowest[k]), abs(unknowns.highest[k]))
        share = abs(step[k]) / (TIGHTER * settings.relative * scale + absolute)
        if not share <= largest:
            largest, worst = share, k
    return largest, worst


@njit(**INNER)
def _finish(starts: np.ndarray, rows: np.ndarray, work: Work, step: np.ndarray, charge: np.ndarray) -> None:
    """Charges at the new point (n,)."""
    for row in range(len(charge)):
        charge[row] = work.charge[row]
    for column in range(len(charge)):
        for entry in range(starts[column], starts[column + 1]):
            charge[rows[entry]] += work.capacitance[entry] * step[column]


@njit(**INNER)
def _restart_one(problem: Problem, state: State) -> None:
    tables, before, x = problem.equations.tables, state.work.before, state.history.x[state.clock[0].head]
    for where in tables.limit_controls:
        before[where] = between(tables.plus, tables.minus, x, where)


correct = either(_correct_one, correct_eight)
"""Correct the predicted point."""
predict = either(formulas.predict, predict_eight)
set_formula = either(formulas.set_formula, set_formula_eight)
restart = either(_restart_one, restart_eight)
"""Let limits begin again at the accepted point, after a step that failed."""
