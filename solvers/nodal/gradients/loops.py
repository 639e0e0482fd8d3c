"""Loops over all instances that carry derivatives, compiled: by the instances' numbers, and of what they compute.

Linear devices come first, so that effective numbers are those of linear devices, then those of the others. `weights`
are one number a row: a current or a charge that an instance computes, in the instances' order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from ...kernels import call_kernel
from ..compiling import LEAN
from ..groups import Compiled
from ..tables import NOWHERE, Tables

MOST = 1024
"""Numbers that one kernel may read or write."""


class Instances(NamedTuple):
    """All instances, for loops with derivatives. `starts` are (instances + 1,).

    `kernels` are the addresses of physics, `pulls` of `physics_pull`, 0 where no parameter reaches. Slopes are the
    derivatives of currents, then of charges, that a kernel writes behind these: of row `slope_rows` (currents first,
    then charges) of the instance by its control `slope_controls`.
    """

    kernels: np.ndarray
    pulls: np.ndarray
    control_starts: np.ndarray
    plus: np.ndarray
    minus: np.ndarray
    number_starts: np.ndarray
    current_starts: np.ndarray
    current_rows: np.ndarray
    charge_starts: np.ndarray
    charge_rows: np.ndarray
    slope_starts: np.ndarray
    slope_rows: np.ndarray
    slope_controls: np.ndarray


class Scratch(NamedTuple):
    """What a thread writes into: a kernel's inputs and outputs, and room for a second one of its inputs."""

    given: np.ndarray
    out: np.ndarray
    more: np.ndarray


def scratch() -> Scratch:
    """Fresh arrays for one thread."""
    return Scratch(np.zeros(MOST), np.zeros(MOST), np.zeros(2 * MOST))


def instances_of(linear: Tables, rest: Tables, groups: Sequence[Compiled], pulls: np.ndarray) -> Instances:
    """One list of the instances of two tables. Linear in their size."""

    def starts(name: str) -> np.ndarray:
        first, second = getattr(linear, name), getattr(rest, name)
        return np.concatenate([first, second[1:] + first[-1]])

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(linear, name), getattr(rest, name)])

    slopes = {group: slopes_of(group) for group in dict.fromkeys(groups)}
    each = [slopes[group] for group in groups]
    pairs = np.concatenate([np.zeros((0, 2), np.int64), *each])
    return Instances(
        joined("kernels"),
        pulls,
        starts("control_starts"),
        joined("plus"),
        joined("minus"),
        starts("number_starts"),
        starts("current_starts"),
        joined("current_rows"),
        starts("charge_starts"),
        joined("charge_rows"),
        np.concatenate([[0], np.cumsum([len(own) for own in each])]).astype(np.int64),
        np.ascontiguousarray(pairs[:, 0]),
        np.ascontiguousarray(pairs[:, 1]),
    )


def slopes_of(group: Compiled) -> np.ndarray:
    """(row, control) of every derivative that the group's kernel writes; charges' rows behind currents'."""
    currents = len(group.current_rows)
    pairs = [*group.conductances, *((currents + row, control) for row, control in group.capacitances)]
    return np.array(pairs, np.int64).reshape(-1, 2)


@njit(**LEAN)
def read_controls(all_: Instances, x: np.ndarray, time: float, k: int, given: np.ndarray) -> int:
    """Put an instance's controls and the time at the beginning of `given`; how many numbers these are."""
    begin, end = all_.control_starts[k], all_.control_starts[k + 1]
    for place in range(begin, end - 1):
        value = 0.0
        if all_.plus[place] != NOWHERE:
            value = x[all_.plus[place]]
        if all_.minus[place] != NOWHERE:
            value -= x[all_.minus[place]]
        given[place - begin] = value
    given[end - 1 - begin] = time
    return end - begin


@njit(**LEAN)
def clear(array: np.ndarray) -> None:
    """Zeros everywhere."""
    for place in range(len(array)):
        array[place] = 0.0


@njit(**LEAN)
def add_at(rows: np.ndarray, vector: np.ndarray, weights: np.ndarray) -> None:
    """Add to every row's weight what a vector (n,) has at its unknown."""
    for place in range(len(rows)):
        if rows[place] != NOWHERE:
            weights[place] += vector[rows[place]]


@njit(**LEAN)
def read_weights(
    all_: Instances, k: int, currents: np.ndarray, charges: np.ndarray, at: int, given: np.ndarray
) -> bool:
    """Put the weights of an instance's rows behind its controls; whether any is not zero."""
    some = False
    for row in range(all_.current_starts[k], all_.current_starts[k + 1]):
        given[at] = currents[row]
        some |= currents[row] != 0.0
        at += 1
    for row in range(all_.charge_starts[k], all_.charge_starts[k + 1]):
        given[at] = charges[row]
        some |= charges[row] != 0.0
        at += 1
    return some


@njit(**LEAN)
def pull_numbers(
    all_: Instances,
    effective: np.ndarray,
    x: np.ndarray,
    time: float,
    currents: np.ndarray,
    charges: np.ndarray,
    found: np.ndarray,
    desk: Scratch,
) -> None:
    """Add Σ weight ∂(i, q)/∂p to `found` (effective numbers,). Linear in instances."""
    given, out = desk.given, desk.out
    for k in range(len(all_.kernels)):
        if all_.pulls[k] == 0:
            continue
        first, last = all_.number_starts[k], all_.number_starts[k + 1]
        controls = all_.control_starts[k + 1] - all_.control_starts[k]
        if read_weights(all_, k, currents, charges, controls, given):
            read_controls(all_, x, time, k, given)
            call_kernel(all_.pulls[k], given, 0, effective, first, out, 0)
            for number in range(first, last):
                found[number] += out[number - first]


@njit(**LEAN)
def pull_unknowns(
    all_: Instances,
    effective: np.ndarray,
    x: np.ndarray,
    time: float,
    currents: np.ndarray,
    charges: np.ndarray,
    found: np.ndarray,
    desk: Scratch,
) -> None:
    """Add Σ weight ∂(i, q)/∂x to `found` (n,), over the instances that have a weight."""
    given, out = desk.given, desk.out
    for k in range(len(all_.kernels)):
        controls = all_.control_starts[k + 1] - all_.control_starts[k]
        if not read_weights(all_, k, currents, charges, controls, given):
            continue
        read_controls(all_, x, time, k, given)
        call_kernel(all_.kernels[k], given, 0, effective, all_.number_starts[k], out, 0)
        rows = all_.current_starts[k + 1] - all_.current_starts[k]
        at = rows + all_.charge_starts[k + 1] - all_.charge_starts[k]
        for pair in range(all_.slope_starts[k], all_.slope_starts[k + 1]):
            value = out[at] * given[controls + all_.slope_rows[pair]]
            where = all_.control_starts[k] + all_.slope_controls[pair]
            if all_.plus[where] != NOWHERE:
                found[all_.plus[where]] += value
            if all_.minus[where] != NOWHERE:
                found[all_.minus[where]] -= value
            at += 1


@njit(**LEAN)
def read_rows(
    all_: Instances,
    effective: np.ndarray,
    x: np.ndarray,
    time: float,
    currents: np.ndarray,
    charges: np.ndarray,
    desk: Scratch,
) -> None:
    """Every instance's currents and charges, row by row."""
    given, out = desk.given, desk.out
    for k in range(len(all_.kernels)):
        read_controls(all_, x, time, k, given)
        call_kernel(all_.kernels[k], given, 0, effective, all_.number_starts[k], out, 0)
        at = 0
        for row in range(all_.current_starts[k], all_.current_starts[k + 1]):
            currents[row] = out[at]
            at += 1
        for row in range(all_.charge_starts[k], all_.charge_starts[k + 1]):
            charges[row] = out[at]
            at += 1


@njit(**LEAN)
def route_switches(numbers: np.ndarray, first: int, closed: np.ndarray, found: np.ndarray) -> None:
    """Give the derivatives by the conductances in force to those of the states; `numbers` are those of `Switches`,
    counted from `first`."""
    for k in range(len(closed)):
        force, state = first + numbers[k, 0], first + numbers[k, 1 if closed[k] > 0.0 else 2]
        found[state] += found[force]
        found[force] = 0.0
