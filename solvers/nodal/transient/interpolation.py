"""Values at any times from those at the accepted points, by the polynomials that the formulas of the steps stand for.

In a step of order k it is the one through the last k + 1 points, none of them before a corner; in the step behind a
corner and the one after it a straight line.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ..compiling import LEAN
from .problem import Record


def interpolated(record: Record, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Rows (times, columns) from rows (points, columns) at the record's points; times must lie within it."""
    found = np.zeros((len(times), values.shape[1]))
    fill(record.times, record.orders, np.ascontiguousarray(values), len(values), times, 0, found)
    return found


@njit(**LEAN)
def fill(
    points: np.ndarray,
    orders: np.ndarray,
    values: np.ndarray,
    count: int,
    times: np.ndarray,
    first: int,
    found: np.ndarray,
) -> int:
    """Fill rows `first` and on of `found` as far as the first `count` points reach; the first that is not filled."""
    at = first
    right = 0
    while at < len(times) and times[at] <= points[count - 1]:
        while points[right] < times[at]:
            right += 1
        degree = min(max(orders[right], 1), right)
        for back in range(1, degree):
            if orders[right - back] == 0:
                degree = back
                break
        for column in range(values.shape[1]):
            found[at, column] = 0.0
        for j in range(degree + 1):
            weight = 1.0
            for i in range(degree + 1):
                if i != j:
                    weight *= (times[at] - points[right - i]) / (points[right - j] - points[right - i])
            for column in range(values.shape[1]):
                found[at, column] += weight * values[right - j, column]
        at += 1
    return at
