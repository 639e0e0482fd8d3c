"""Formulas of a step: dq/dt at the new point from charges, and what they err by.

backward differentiation, order k   dq/dt = Σ_{j=0..k} a_j q_j, the slope of the polynomial through k + 1 points
trapezoidal rule                    dq/dt = 2(q₀ − q₁)/h − dq/dt|₁

The points, newest first, are t₀, t₁, … in any distances. What a step errs by, in charge, is

    Π_{j=1..k}(t₀ − t_j)·q[t₀, …, t_{k+1}]/a₀       and       h³/2·q[t₀, …, t₃]

with divided differences in brackets (Brayton, Gustavson, Hachtel 1972, doi:10.1109/PROC.1972.8562; Nagel 1975).
The history is a ring whose newest accepted point stands in row `head`, and the one being tried behind it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ..compiling import INNER
from .problem import DEPTH, History


@njit(**INNER)
def place(head: int, back: int) -> int:
    """The row of the point so many before the newest; −1 is the point being tried."""
    return (head - back) & (DEPTH - 1)


@njit(**INNER)
def set_formula(history: History, head: int, order: int, trapezoidal: bool, past: np.ndarray) -> float:
    """Fill `past` (n,) for the point being tried; returns the coefficient a₀ of its charge, in 1/s."""
    times, charge = history.times, history.charge
    now, last = place(head, -1), place(head, 0)
    if trapezoidal and order == 2:
        leading = 2.0 / (times[now] - times[last])
        for k in range(len(past)):
            past[k] = -leading * charge[last, k] - history.rate[last, k]
        return leading
    leading = 0.0
    for k in range(len(past)):
        past[k] = 0.0
    for j in range(order):
        row = place(head, j)
        leading += 1.0 / (times[now] - times[row])
        factor = 1.0 / (times[row] - times[now])
        for i in range(order):
            if i != j:
                other = times[place(head, i)]
                factor *= (times[now] - other) / (times[row] - other)
        for k in range(len(past)):
            past[k] += factor * charge[row, k]
    return leading


@njit(**INNER)
def set_difference(times: np.ndarray, head: int, order: int, weights: np.ndarray) -> None:
    """Weights of the divided difference of that order over the tried point and the `order` points before it."""
    for j in range(-1, order):
        product = 1.0
        for i in range(-1, order):
            if i != j:
                product *= times[place(head, j)] - times[place(head, i)]
        weights[j + 1] = 1.0 / product


@njit(**INNER)
def error_constant(times: np.ndarray, head: int, order: int, trapezoidal: bool) -> float:
    """What the divided difference of order + 1 is multiplied by to be the step's error in charge."""
    new = times[place(head, -1)]
    if trapezoidal and order == 2:
        return 0.5 * (new - times[place(head, 0)]) ** 3
    product, leading = 1.0, 0.0
    for j in range(order):
        distance = new - times[place(head, j)]
        product *= distance
        leading += 1.0 / distance
    return product / leading


@njit(**INNER)
def predict(times: np.ndarray, x: np.ndarray, head: int, degree: int) -> None:
    """Put into the tried point the polynomial of that degree through the last points."""
    now = place(head, -1)
    for k in range(x.shape[1]):
        x[now, k] = 0.0
    for j in range(degree + 1):
        row = place(head, j)
        weight = 1.0
        for i in range(degree + 1):
            if i != j:
                other = times[place(head, i)]
                weight *= (times[now] - other) / (times[row] - other)
        for k in range(x.shape[1]):
            x[now, k] += weight * x[row, k]
