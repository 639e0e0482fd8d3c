"""Values at any times from those at the accepted points, by the polynomials that the formulas of the steps stand for.

In a step of order k it is the one through the last k + 1 points, none of them before a corner; in the step behind a
corner and the one after it a straight line. Of order 2 there are two, through the point before the step or the one
after it; each signal is read from the flatter one (Harten, Engquist, Osher, Chakravarthy 1987,
doi:10.1016/0021-9991(87)90031-3), for what charges do not hold may turn within a step, where a junction begins to
conduct, and the other parabola would swing past.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ..compiling import INNER, LEAN
from .problem import Record


def interpolated(record: Record, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Rows (times, columns) from rows (points, columns) at the record's points; times must lie within it."""
    found = np.zeros((len(times), values.shape[1]))
    _fill(record.times, record.orders, np.ascontiguousarray(values), times, found)
    return found


@njit(**LEAN)
def _fill(points: np.ndarray, orders: np.ndarray, values: np.ndarray, times: np.ndarray, found: np.ndarray) -> None:
    right = 0
    for at in range(len(times)):
        while points[right] < times[at]:
            right += 1
        degree = min(max(orders[right], 1), right)
        for back in range(1, degree):
            if orders[right - back] == 0:
                degree = back
                break
        if degree == 2:
            after = right + 1 if right + 1 < len(points) and orders[right + 1] > 0 else right - 2
            _flatter(points, values, times[at], right, after, found[at])
        else:
            _polynomial(points, values, times[at], right, degree, found[at])


@njit(**INNER)
def _polynomial(
    points: np.ndarray, values: np.ndarray, time: float, right: int, degree: int, found: np.ndarray
) -> None:
    """The polynomial through the last points up to `right`."""
    for j in range(degree + 1):
        weight = 1.0
        for i in range(degree + 1):
            if i != j:
                weight *= (time - points[right - i]) / (points[right - j] - points[right - i])
        for column in range(len(found)):
            found[column] += weight * values[right - j, column]


@njit(**INNER)
def _flatter(points: np.ndarray, values: np.ndarray, time: float, right: int, after: int, found: np.ndarray) -> None:
    """The parabola through the step's ends and the point before it or `after` it, whichever is less curved."""
    begin, end, left = points[right - 1], points[right], right - 2
    for column in range(len(found)):
        first, last = values[right - 1, column], values[right, column]
        slope = (last - first) / (end - begin)
        curved = (slope - (first - values[left, column]) / (begin - points[left])) / (end - points[left])
        other = ((values[after, column] - last) / (points[after] - end) - slope) / (points[after] - begin)
        if abs(other) < abs(curved):
            curved = other
        found[column] = first + (time - begin) * (slope + (time - end) * curved)
