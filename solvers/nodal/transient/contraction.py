"""When Newton's next step need not be taken to know that it is small.

Close to a solution a step s is followed by one of κ s² (Kantorovich 1948), where κ changes little from one point in
time to the next. It is measured whenever two steps are taken, grows with every point at which it was taken on trust,
and is forgotten at corners and where Newton's method fails. Steps are in units of what the last one may be.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from ..compiling import INNER

TRUSTED = 0.1
"""The next step may be so large and not be taken: the error is then as after a step that is taken and is so large."""
DOUBT = 1.25
"""By how much κ grows where it is trusted: a dozen points on it is measured again."""


@njit(**INNER)
def is_sure(clock: Any, count: int, largest: float, before: float) -> bool:
    """Whether the step after this one, which is number `count` and so large, would be small; measures κ."""
    if count == 1:
        clock.contraction = largest / (before * before)
    if count != 0 or not clock.contraction * largest * largest <= TRUSTED:
        return False
    clock.contraction *= DOUBT
    return True
