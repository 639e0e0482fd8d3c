"""The states of switches: closed above threshold + hysteresis, open below threshold − hysteresis, kept between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from .compiling import LEAN
from .evaluate import control
from .groups import Compiled
from .instance import Instance
from .tables import Numbers, Tables

NUMBERS = ("conductance", "closed", "opened", "threshold", "hysteresis")


class Switches(NamedTuple):
    """`controls` (switches,) places of what each watches; `numbers` (switches, 5) places of NUMBERS; `starts` closed
    (1.0) or open (0.0) before anything is known."""

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
            starts.append(1.0 if "on" in instance.element.parameters else 0.0)
    return Switches(np.array(controls, np.int64), np.array(places, np.int64).reshape(-1, 5), np.array(starts))


@njit(**LEAN)
def set_switches(switches: Switches, numbers: Numbers, closed: np.ndarray) -> None:
    """Put the conductances of the states (switches,) in force."""
    for k in range(len(switches.controls)):
        where = switches.numbers[k]
        numbers.effective[where[0]] = numbers.effective[where[1] if closed[k] else where[2]]


@njit(**LEAN)
def move_switches(switches: Switches, tables: Tables, numbers: Numbers, x: np.ndarray, closed: np.ndarray) -> bool:
    """Update the states (switches,) by the controls at x, and the conductances; whether any changed."""
    changed = False
    for k in range(len(switches.controls)):
        where = switches.numbers[k]
        value = control(tables, x, switches.controls[k])
        threshold, hysteresis = numbers.effective[where[3]], abs(numbers.effective[where[4]])
        state = closed[k]
        if value > threshold + hysteresis:
            state = 1.0
        elif value < threshold - hysteresis:
            state = 0.0
        if state != closed[k]:
            closed[k] = state
            changed = True
    if changed:
        set_switches(switches, numbers, closed)
    return changed
