"""How much a step errs, in units of what it may, and the step that would err as much as it may.

Two kinds of quantity are judged, each against the range that it has had: every row's charge or flux, which a junction's
voltage alone would not show, and every unknown that charges depend on, because at a node with a large capacitor the
ringing of a small one would be lost in the sum. Voltages that charges do not depend on are judged less strictly.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from ..compiling import INNER
from .formulas import error_constant, place, set_difference
from .problem import Extent, History, Settings

SAFETY = 0.9
LOOSE, SHORT = 1e-4, 1e-2
"""Where a voltage that no charge depends on turns, the step is cut until it is read well between points: to this share
of its swing, but not below this share of the longest step, for it may jump."""
ROUNDED = 0.1
"""The share of the floor that holds for the largest voltage of all."""


@njit(**INNER)
def allow_charges(
    settings: Settings, extent: Extent, charge: np.ndarray, capacitance: np.ndarray, diagonal: np.ndarray, voltages: int
) -> None:
    """Set what a step may err by in every charge (C) and flux (Wb); `charge` (n,) are the newest."""
    for k in range(len(extent.chosen)):
        row = extent.chosen[k]
        unit = settings.voltage if row < voltages else settings.current
        least = unit * abs(capacitance[diagonal[row]]) + settings.relative * settings.charge
        _allow(settings, extent, row, charge[row], least)


@njit(**INNER)
def allow_unknowns(settings: Settings, extent: Extent, x: np.ndarray, voltages: int, taken: float) -> None:
    """The same for unknowns (V, A) whose newest values are x (n,).

    Devices read differences of voltages, so that none is known better than the largest lets numbers say.
    """
    largest = 0.0
    for row in range(voltages):
        largest = max(largest, abs(x[row]))
    for k in range(len(extent.chosen)):
        row = extent.chosen[k]
        least = settings.voltage + ROUNDED * settings.floor * largest if row < voltages else settings.current
        _allow(settings, extent, row, x[row], least)
        if extent.loose[row]:
            swing = max(extent.highest[row], x[row]) - min(extent.lowest[row], x[row])
            extent.allowed[row] += LOOSE * swing if taken > SHORT * settings.largest else math.inf


@njit(**INNER)
def _allow(settings: Settings, extent: Extent, row: int, value: Any, least: Any) -> None:
    low, high = min(extent.lowest[row], value), max(extent.highest[row], value)
    extent.allowed[row] = settings.relative * (high - low) + settings.floor * max(abs(low), abs(high)) + least


@njit(**INNER)
def error(
    history: History,
    head: int,
    order: int,
    trapezoidal: bool,
    charges: Extent,
    unknowns: Extent,
    weights: np.ndarray,
) -> float:
    """The largest error of the tried step by a formula of that order, in units of what it may be.

    The points since the last corner must be at least `order + 1`, the tried one left out.
    """
    set_difference(history.times, head, order + 1, weights)
    constant = error_constant(history.times, head, order, trapezoidal)
    return max(
        _largest(history.charge, head, order, charges, weights, constant),
        _largest(history.x, head, order, unknowns, weights, constant),
    )


@njit(**INNER)
def _largest(values: np.ndarray, head: int, order: int, extent: Extent, weights: np.ndarray, constant: float) -> float:
    largest = 0.0
    for k in range(len(extent.chosen)):
        row = extent.chosen[k]
        difference = 0.0
        for j in range(order + 2):
            difference += weights[j] * values[place(head, j - 1), row]
        largest = max(largest, abs(constant * difference) / extent.allowed[row])
    return float(largest)


@njit(**INNER)
def first_error(history: History, head: int, charges: Extent) -> float:
    """That of the first step behind a corner's: h/2·|change of dq/dt|, that of order 1."""
    now, last = place(head, -1), place(head, 0)
    half = 0.5 * (history.times[now] - history.times[last])
    largest = 0.0
    for k in range(len(charges.chosen)):
        row = charges.chosen[k]
        largest = max(largest, half * abs(history.rate[now, row] - history.rate[last, row]) / charges.allowed[row])
    return float(largest)


@njit(**INNER)
def widen(extent: Extent, values: np.ndarray) -> None:
    """Let the ranges reach to new values (n,)."""
    for k in range(len(values)):
        extent.lowest[k] = min(extent.lowest[k], values[k])
        extent.highest[k] = max(extent.highest[k], values[k])


@njit(**INNER)
def growth(error: float, order: int) -> float:
    """By how much the step may be multiplied so that the next one errs as much as it may."""
    return SAFETY * max(error, 1e-30) ** (-1.0 / (order + 1.0))
