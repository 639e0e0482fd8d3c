"""Where a signal goes through a value or another signal, on the straight lines between its points.

A signal rises through a value when it was below and is there or above; it falls when it was above and is there or
below; one that begins at the value has gone through nothing yet. ngspice 39 counts so too, but for what crosses between
its first two points, which it does not see, and for signals that rest at the value, whose every point it counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

Edge = Literal["rise", "fall", "cross"]


def crossings(x: np.ndarray, level: np.ndarray, edge: Edge) -> np.ndarray:
    """The places on `x`, in its order, where `level` goes through zero, both [points]. Linear in the points."""
    chosen = np.array([point for point, kind in _events(level) if edge in (kind, "cross")], dtype=int)
    before, after = level[chosen - 1], level[chosen]
    share = before / np.where(after != before, before - after, 1.0)
    return x[chosen - 1] + share * (x[chosen] - x[chosen - 1])


def _events(level: np.ndarray) -> Iterator[tuple[int, str]]:
    """The points at which a rise or a fall is complete."""
    sign = np.sign(level)
    apart = np.flatnonzero(sign)
    above = bool(len(apart)) and bool(sign[apart[0]] > 0.0)
    for point in (np.flatnonzero(np.diff(sign)) + 1).tolist():
        now, before = sign[point], sign[point - 1]
        if not above and (now > 0.0 or (now == 0.0 and before < 0.0)):
            above = True
            yield point, "rise"
        elif above and (now < 0.0 or (now == 0.0 and before > 0.0)):
            above = False
            yield point, "fall"
