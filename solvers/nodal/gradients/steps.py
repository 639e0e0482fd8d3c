"""Time steps as they were taken, as coefficients: what their adjoint needs.

    r_n = Σ_j a_nj q_{n−j} (− r_{n−1} in a step of the trapezoidal rule),     r_n + i(x_n, t_n) = 0

with r the rates of charges. Backward differentiation of order k has the slope of the polynomial through k + 1 points.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from ..compiling import LEAN
from ..transient.problem import DEPTH


class Steps(NamedTuple):
    """Of every point: coefficients a (points, DEPTH) of charges, newest first, how many of them count, and whether the
    last rate is subtracted. The first point has none."""

    coefficients: np.ndarray
    counts: np.ndarray
    trapezoidal: np.ndarray


def steps_of(times: np.ndarray, orders: np.ndarray, trapezoidal: bool) -> Steps:
    """The steps between accepted points; an order of 0 is one of backward Euler behind a corner."""
    found = Steps(np.zeros((len(times), DEPTH)), np.zeros(len(times), np.int64), np.zeros(len(times), bool))
    _fill(times, np.maximum(orders, 1), trapezoidal, *found)
    return found


@njit(**LEAN)
def _fill(
    times: np.ndarray,
    orders: np.ndarray,
    trapezoidal: bool,
    coefficients: np.ndarray,
    counts: np.ndarray,
    subtracts: np.ndarray,
) -> None:
    for n in range(1, len(times)):
        if trapezoidal and orders[n] == 2:
            slope = 2.0 / (times[n] - times[n - 1])
            coefficients[n, 0], coefficients[n, 1] = slope, -slope
            counts[n], subtracts[n] = 2, True
            continue
        counts[n] = orders[n] + 1
        for j in range(1, orders[n] + 1):
            own = times[n - j]
            coefficients[n, 0] += 1.0 / (times[n] - own)
            factor = 1.0 / (own - times[n])
            for i in range(1, orders[n] + 1):
                if i != j:
                    factor *= (times[n] - times[n - i]) / (own - times[n - i])
            coefficients[n, j] = factor
