"""The states of switches: closed above threshold + hysteresis, open below threshold − hysteresis, kept between.

A negative hysteresis, or none, is ngspice's: the switch moves as soon as its control comes into the band from below (it
closes) or from above (it opens), and stays so until the control has left the band.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from .compiling import LEAN
from .evaluate import control
from .groups import Compiled
from .instance import Instance
from .tables import Numbers, Tables

NUMBERS = ("conductance", "closed", "opened", "threshold", "hysteresis")
OPEN, CLOSED = 0.0, 1.0
OPEN_BETWEEN, CLOSED_BETWEEN = -0.5, 0.5
"""States; positive ones conduct. The two between are those at first, and within the band of a negative hysteresis."""


class Switches(NamedTuple):
    """`controls` (switches,) places of what each watches; `numbers` (switches, 5) places of NUMBERS; `starts` their
    states before anything is known."""

    controls: np.ndarray
    numbers: np.ndarray
    starts: np.ndarray


def switches_of(instances: Sequence[Instance], groups: Sequence[Compiled], tables: Tables) -> Switches:
    """The switches among the instances of the tables."""
    controls, places, starts = [], [], []
    for k, (instance, group) in enumerate(zip(instances, groups, strict=True)):
        if instance.element.kind in "SW":
            controls.append(tables.control_starts[k] + 1)
            places.append([tables.number_starts[k] + group.effective.index(name) for name in NUMBERS])
            starts.append(CLOSED_BETWEEN if "on" in instance.element.parameters else OPEN_BETWEEN)
    return Switches(np.array(controls, np.int64), np.array(places, np.int64).reshape(-1, 5), np.array(starts))


@njit(**LEAN)
def set_switches(switches: Switches, numbers: Numbers, closed: np.ndarray) -> None:
    """Put the conductances of the states (switches,) in force."""
    for k in range(len(switches.controls)):
        where = switches.numbers[k]
        numbers.effective[where[0]] = numbers.effective[where[1] if closed[k] > 0.0 else where[2]]


@njit(**LEAN)
def levels(state: Any, threshold: Any, hysteresis: Any) -> tuple[float, float]:
    """Below the first and above the second value of its control a switch leaves the state.

    Without hysteresis the band is the threshold alone, and a control that reaches it is in the band.
    """
    if hysteresis > 0.0:
        return (threshold - hysteresis, math.inf) if state > 0.0 else (-math.inf, threshold + hysteresis)
    if state == OPEN:
        return -math.inf, np.nextafter(threshold + hysteresis, -math.inf)
    if state == CLOSED:
        return np.nextafter(threshold - hysteresis, math.inf), math.inf
    return threshold + hysteresis, threshold - hysteresis


@njit(**LEAN)
def _beyond(state: Any, value: Any, threshold: Any, hysteresis: Any) -> float:
    """The state that a control beyond the state's levels leads to."""
    if value > threshold + abs(hysteresis):
        return CLOSED
    if value < threshold - abs(hysteresis):
        return OPEN
    return CLOSED_BETWEEN if state == OPEN else OPEN_BETWEEN


@njit(**LEAN)
def move_switches(switches: Switches, tables: Tables, numbers: Numbers, x: np.ndarray, closed: np.ndarray) -> bool:
    """Update the states (switches,) by the controls at x, and the conductances; whether any changed."""
    changed = False
    for k in range(len(switches.controls)):
        where = switches.numbers[k]
        value = control(tables, x, switches.controls[k])
        threshold, hysteresis = numbers.effective[where[3]], numbers.effective[where[4]]
        low, high = levels(closed[k], threshold, hysteresis)
        if value < low or value > high:
            closed[k] = _beyond(closed[k], value, threshold, hysteresis)
            changed = True
    if changed:
        set_switches(switches, numbers, closed)
    return changed
