"""The equations of one step, of eight dies at once: correction.py on rows of eight. They converge together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from ..compiling import INNER, PART
from ..evaluate import Shape
from ..lanes import (
    LANES,
    absolute,
    add,
    add_product,
    divide,
    is_any_above,
    larger,
    largest_lane,
    load,
    multiply,
    spread,
    store,
    subtract,
)
from ..linear import factor_batch, solve_batch
from ..lockstep import between_eight, evaluate_eight
from ..newton import BROKEN, CONVERGED, EXHAUSTED, ROUNDING, SINGULAR
from ..waveforms import DIRECT, waveform
from .contraction import is_sure
from .formulas import place
from .problem import TIGHTER, Extent, Problem, Settings, State


@njit(**PART)
def correct_eight(problem: Problem, state: State, time: float, leading: float, most: int) -> int:
    """Correct the predicted points at a time; their charges and rates are filled when all converged."""
    eight: Any = problem.eight
    settings, history, clock = problem.settings, state.history, state.clock[0]
    work, shape, now = state.work, problem.equations.shape, place(clock.head, -1)
    for source in range(len(problem.sources.kind)):
        if problem.sources.kind[source] != DIRECT:
            store(state.driven, source, spread(waveform(problem.sources, source, time)))
    x, charge, linear, before = history.x[now], history.charge[now], len(eight.kernels) == 0, math.inf
    for count in range(most):
        clock.iterations += 1
        limited = evaluate_eight(problem.equations.tables, shape, eight, x, state.driven, time, work)
        if not linear or clock.factored != leading:
            for entry in range(len(shape.rows)):
                both = add_product(load(work.conductance, entry), spread(leading), load(work.capacitance, entry))
                store(state.matrix, entry, both)
            clock.factored = leading
            clock.factorisations += 1
            if not factor_batch(problem.plan, state.matrix, state.factors):
                clock.factored = 0.0
                return SINGULAR if is_finite(state.matrix) else BROKEN
        _oppose(leading, work.charge, state.past, work.current, state.step)
        exact = count > 2 and _is_rounding(
            shape, state.matrix, x, state.past, state.step, state.sizes, problem.equations.voltages
        )
        solve_batch(problem.plan, state.factors, state.step)
        largest = _move(x, state.step, state.unknowns, problem.equations.voltages, settings)
        clock.residual = largest
        if not largest <= 1e300:
            return BROKEN
        exact = exact and largest > 0.5 * before
        if linear or ((largest <= 1.0 or exact or is_sure(clock, count, largest, before)) and not limited):
            _finish(shape, work.charge, work.capacitance, state.step, charge)
            for k in range(len(charge) // LANES):
                store(history.rate[now], k, add_product(load(state.past, k), spread(leading), load(charge, k)))
            return CONVERGED
        before = largest
    clock.contraction = math.inf
    return EXHAUSTED


@njit(**INNER)
def is_finite(values: np.ndarray) -> bool:
    """Whether none of them is infinite or no number."""
    total = 0.0
    for k in range(len(values)):
        total += abs(values[k])
    return total <= 1e300


@njit(**PART)
def _oppose(leading: float, charge: np.ndarray, past: np.ndarray, current: np.ndarray, step: np.ndarray) -> None:
    """What Newton's step has to cancel: −(a₀ q + past + i)."""
    for k in range(len(step) // LANES):
        total = add(add_product(load(past, k), spread(leading), load(charge, k)), load(current, k))
        store(step, k, subtract(spread(0.0), total))


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
    """Whether every law of every die holds as well as the sizes of its terms let numbers say."""
    count, largest = len(shape.starts) - 1, spread(0.0)
    for row in range(count):
        store(sizes, row, absolute(load(past, row)))
    for row in range(voltages):
        largest = larger(largest, absolute(load(x, row)))
    for column in range(count):
        value = largest if column < voltages else load(x, column)
        for entry in range(shape.starts[column], shape.starts[column + 1]):
            row = shape.rows[entry]
            store(sizes, row, add(load(sizes, row), absolute(multiply(load(matrix, entry), value))))
    for row in range(count):
        if is_any_above(absolute(load(residual, row)), multiply(spread(ROUNDING), load(sizes, row))):
            return False
    return True


@njit(**PART)
def _move(x: np.ndarray, step: np.ndarray, unknowns: Extent, voltages: int, settings: Settings) -> float:
    """Take Newton's step; its largest part in any die, in units of what the last one may be."""
    largest = spread(0.0)
    relative, voltage, current = spread(TIGHTER * settings.relative), spread(settings.voltage), spread(settings.current)
    for k in range(len(x) // LANES):
        move = load(step, k)
        value = add(load(x, k), move)
        store(x, k, value)
        scale = larger(absolute(value), _reach(unknowns, k))
        allowed = add_product(voltage if k < voltages else current, relative, scale)
        largest = larger(largest, divide(absolute(move), allowed))
    return largest_lane(largest) if is_finite(step) else math.inf


@njit(**INNER)
def _reach(unknowns: Extent, k: int) -> Any:
    return larger(absolute(load(unknowns.lowest, k)), absolute(load(unknowns.highest, k)))


@njit(**PART)
def _finish(shape: Shape, charges: np.ndarray, capacitance: np.ndarray, step: np.ndarray, found: np.ndarray) -> None:
    """Charges at the new points (n·8,)."""
    count = len(shape.starts) - 1
    for row in range(count):
        store(found, row, load(charges, row))
    for column in range(count):
        move = load(step, column)
        for entry in range(shape.starts[column], shape.starts[column + 1]):
            row = shape.rows[entry]
            store(found, row, add_product(load(found, row), load(capacitance, entry), move))


@njit(**INNER)
def restart_eight(problem: Problem, state: State) -> None:
    """Let limits begin again at the accepted points, after a step that failed."""
    tables, x = problem.equations.tables, state.history.x[state.clock[0].head]
    for where in tables.limit_controls:
        store(state.work.before, where, between_eight(tables.plus, tables.minus, x, where))
