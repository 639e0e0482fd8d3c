"""Switches in time: a step ends where one moves, and the next begins with it moved."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ..compiling import INNER
from ..evaluate import between
from ..switches import Switches, levels


@njit(**INNER)
def crossing(
    switches: Switches,
    effective: np.ndarray,
    plus: np.ndarray,
    minus: np.ndarray,
    closed: np.ndarray,
    old: np.ndarray,
    new: np.ndarray,
) -> float:
    """The share of a step from x `old` to x `new` (n,) after which the first switch moves, by a straight line.

    Infinity when none does.
    """
    found = math.inf
    for k in range(len(closed)):
        where, place = switches.numbers[k], switches.controls[k]
        low, high = levels(closed[k], effective[where[3]], effective[where[4]])
        before, after = between(plus, minus, old, place), between(plus, minus, new, place)
        if after < low or after > high:
            share = ((low if after < low else high) - before) / (after - before) if after != before else 0.0
            found = min(found, max(share, 0.0))
    return found
