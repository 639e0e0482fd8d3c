"""How far a control may move in one Newton step: Nagel (1975, SPICE2, section 5.1), in the form of SPICE3."""

from __future__ import annotations

import math

from numba import njit

from .compiling import LEAN

FALLING, FORWARD = 0.5, 10.0
"""A junction above so many (FORWARD) thermal voltages whose current would fall by more than this share (FALLING)
follows its logarithm."""
JUNCTION, GATE, DRAIN, OFF = 0, 1, 2, 3
"""What is limited; a control that is off stays at no voltage."""


@njit(**LEAN)
def junction(new: float, old: float, thermal: float, critical: float) -> float:
    """A junction's voltage, in V: logarithmically above the critical voltage, and where its current falls.

    There Newton's method alone goes down by one thermal voltage a step, forty of them from an ampere to a femtoampere.
    """
    if new > critical and abs(new - old) > 2.0 * thermal:
        if old > 0.0:
            step = (new - old) / thermal
            return (
                old + thermal * (2.0 + math.log(step - 2.0))
                if step > 0.0
                else old - thermal * (2.0 + math.log(2.0 - step))
            )
        return thermal * math.log(new / thermal)
    share = (new - old) / thermal
    if -1.0 < share < -FALLING and old > FORWARD * thermal:
        return old + thermal * math.log1p(share)
    return new


@njit(**LEAN)
def junction_with_breakdown(new: float, old: float, thermal: float, critical: float, breakdown: float) -> float:
    """A junction's voltage, mirrored at its breakdown where it is there."""
    if new < min(0.0, -breakdown + 10.0 * thermal):
        mirrored = junction(-(new + breakdown), -(old + breakdown), thermal, critical)
        return -(mirrored + breakdown)
    return junction(new, old, thermal, critical)


@njit(**LEAN)
def gate(new: float, old: float, threshold: float) -> float:
    """The gate-to-source voltage of a field-effect transistor."""
    high = abs(2.0 * (old - threshold)) + 2.0
    low = high / 2.0 + 2.0
    strong = threshold + 3.5
    step = new - old
    if old >= threshold:
        if old >= strong:
            if step <= 0.0:
                return max(new, old - low) if new >= strong else max(new, threshold + 2.0)
            return min(new, old + high)
        return max(new, threshold - 0.5) if step <= 0.0 else min(new, threshold + 4.0)
    if step <= 0.0:
        return max(new, old - high)
    return min(new, old + low) if new <= threshold + 0.5 else threshold + 0.5


@njit(**LEAN)
def drain(new: float, old: float) -> float:
    """The drain-to-source voltage of a field-effect transistor, either way round."""
    return _forwards(new, old) if old >= 0.0 else -_forwards(-new, -old)


@njit(**LEAN)
def _forwards(new: float, old: float) -> float:
    if old >= 3.5:
        return min(new, 3.0 * old + 2.0) if new > old else max(new, 2.0) if new < 3.5 else new
    return min(new, 4.0) if new > old else max(new, -0.5)


@njit(**LEAN)
def limited(kind: int, new: float, old: float, first: float, second: float, third: float) -> float:
    """The voltage that the step may reach; the numbers are those of `Limit`, infinite breakdown where there is none."""
    if kind == JUNCTION:
        return junction_with_breakdown(new, old, first, second, third)
    if kind == OFF:
        return 0.0
    return gate(new, old, first) if kind == GATE else drain(new, old)


@njit(**LEAN)
def start(kind: int, first: float, second: float) -> float:
    """Where a control begins when nothing is known: a junction at its critical voltage, a gate at its threshold."""
    if kind == JUNCTION:
        return second
    return first if kind == GATE else 0.0
