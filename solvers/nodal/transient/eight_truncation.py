"""Formulas of a step and what it errs by, of eight dies at once: formulas.py and truncation.py on rows of eight.

Times are the same for all, so that coefficients are numbers; the error is that of the worst die.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from ..compiling import INNER
from ..lanes import (
    LANES,
    absolute,
    add_product,
    divide,
    larger,
    largest_lane,
    load,
    multiply,
    smaller,
    spread,
    store,
    subtract,
)
from .formulas import error_constant, place, set_difference
from .problem import Extent, History, Settings
from .truncation import LOOSE, ROUNDED, SHORT


@njit(**INNER)
def predict_eight(times: np.ndarray, x: np.ndarray, head: int, degree: int) -> None:
    """Put into the tried points the polynomials of that degree through the last ones."""
    now = x[place(head, -1)]
    count = len(now) // LANES
    for j in range(degree + 1):
        row, weight = place(head, j), 1.0
        for i in range(degree + 1):
            if i != j:
                other = times[place(head, i)]
                weight *= (times[place(head, -1)] - other) / (times[row] - other)
        values = x[row]
        for k in range(count):
            before = spread(0.0) if j == 0 else load(now, k)
            store(now, k, add_product(before, spread(weight), load(values, k)))


@njit(**INNER)
def set_formula_eight(history: History, head: int, order: int, trapezoidal: bool, past: np.ndarray) -> float:
    """Fill `past` (n·8,) for the points being tried; the coefficient a₀ of their charges, in 1/s."""
    times, count = history.times, len(past) // LANES
    new = times[place(head, -1)]
    if trapezoidal and order == 2:
        leading = 2.0 / (new - times[place(head, 0)])
        charge, rate = history.charge[place(head, 0)], history.rate[place(head, 0)]
        for k in range(count):
            store(past, k, subtract(multiply(spread(-leading), load(charge, k)), load(rate, k)))
        return leading
    leading = 0.0
    for j in range(order):
        row = place(head, j)
        leading += 1.0 / (new - times[row])
        factor = 1.0 / (times[row] - new)
        for i in range(order):
            if i != j:
                other = times[place(head, i)]
                factor *= (new - other) / (times[row] - other)
        charge = history.charge[row]
        for k in range(count):
            before = spread(0.0) if j == 0 else load(past, k)
            store(past, k, add_product(before, spread(factor), load(charge, k)))
    return leading


@njit(**INNER)
def allow_charges(
    settings: Settings, extent: Extent, charge: np.ndarray, capacitance: np.ndarray, diagonal: np.ndarray, voltages: int
) -> None:
    """Set what a step may err by in every charge and flux; `charge` (n·8,) are the newest."""
    for row in extent.chosen:
        unit = settings.voltage if row < voltages else settings.current
        floor = spread(settings.relative * settings.charge)
        least = add_product(floor, spread(unit), absolute(load(capacitance, diagonal[row])))
        _allow(settings, extent, row, load(charge, row), least)


@njit(**INNER)
def allow_unknowns(settings: Settings, extent: Extent, x: np.ndarray, voltages: int, taken: float) -> None:
    """The same for unknowns whose newest values are x (n·8,)."""
    largest, current = spread(0.0), spread(settings.current)
    for row in range(voltages):
        largest = larger(largest, absolute(load(x, row)))
    voltage = add_product(spread(settings.voltage), spread(ROUNDED * settings.floor), largest)
    for row in extent.chosen:
        value = load(x, row)
        _allow(settings, extent, row, value, voltage if row < voltages else current)
        if extent.loose[row] and taken <= SHORT * settings.largest:
            store(extent.allowed, row, spread(math.inf))
        elif extent.loose[row]:
            low, high = smaller(load(extent.lowest, row), value), larger(load(extent.highest, row), value)
            store(extent.allowed, row, add_product(load(extent.allowed, row), spread(LOOSE), subtract(high, low)))


@njit(**INNER)
def _allow(settings: Settings, extent: Extent, row: int, value: Any, least: Any) -> None:
    low, high = smaller(load(extent.lowest, row), value), larger(load(extent.highest, row), value)
    reach = larger(absolute(low), absolute(high))
    allowed = add_product(least, spread(settings.floor), reach)
    store(extent.allowed, row, add_product(allowed, spread(settings.relative), subtract(high, low)))


@njit(**INNER)
def error(
    history: History, head: int, order: int, trapezoidal: bool, charges: Extent, unknowns: Extent, weights: np.ndarray
) -> float:
    """The largest error of the tried step by a formula of that order in any die, in units of what it may be."""
    set_difference(history.times, head, order + 1, weights)
    constant = error_constant(history.times, head, order, trapezoidal)
    for j in range(order + 2):
        weights[j] *= constant
    largest = _largest(spread(0.0), history.charge, head, order, charges, weights)
    return largest_lane(_largest(largest, history.x, head, order, unknowns, weights))


@njit(**INNER)
def _largest(largest: Any, values: np.ndarray, head: int, order: int, extent: Extent, weights: np.ndarray) -> Any:
    for row in extent.chosen:
        difference = spread(0.0)
        for j in range(order + 2):
            difference = add_product(difference, spread(weights[j]), load(values[place(head, j - 1)], row))
        largest = larger(largest, divide(absolute(difference), load(extent.allowed, row)))
    return largest


@njit(**INNER)
def first_error(history: History, head: int, charges: Extent) -> float:
    """That of the first step behind a corner's, of order 1."""
    half = 0.5 * (history.times[place(head, -1)] - history.times[place(head, 0)])
    after, before, largest = history.rate[place(head, -1)], history.rate[place(head, 0)], spread(0.0)
    for row in charges.chosen:
        change = absolute(subtract(load(after, row), load(before, row)))
        largest = larger(largest, divide(multiply(spread(half), change), load(charges.allowed, row)))
    return largest_lane(largest)


@njit(**INNER)
def widen(extent: Extent, values: np.ndarray) -> None:
    """Let the ranges reach to new values (n·8,)."""
    for k in range(len(values) // LANES):
        value = load(values, k)
        store(extent.lowest, k, smaller(load(extent.lowest, k), value))
        store(extent.highest, k, larger(load(extent.highest, k), value))
