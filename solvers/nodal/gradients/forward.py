"""Derivatives of everything by one parameter, forwards: what few parameters and many signals ask for.

    G ẋ = −∂i/∂p ṗ − ∂i/∂s ṡ,     di = ∂i/∂x ẋ + ∂i/∂p ṗ

A dot is the direction of change.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ...kernels import call_kernel
from ..compiling import LEAN
from ..evaluate import FREE, Shape, evaluate
from ..linear import factor, solve
from ..switches import set_switches
from ..tables import NOWHERE
from .adjoint import AT_REST, Desk, Machine
from .loops import Instances, clear, read_controls, read_rows
from .readings import Readings, push_readings


@njit(**LEAN)
def push_point(
    machine: Machine,
    all_: Instances,
    readings: Readings,
    pushes: np.ndarray,
    desk: Desk,
    along: np.ndarray,
    sources: np.ndarray,
    sources_along: np.ndarray,
    closed: np.ndarray,
    x: np.ndarray,
    found: np.ndarray,
) -> bool:
    """The direction of the readings, `found` (count,), from those of the effective numbers, `along`, and of the
    sources' values; false where the equations are singular. `pushes` (instances,) are addresses of `physics_push`."""
    equations, work, step = machine.equations, machine.work, desk.adjoint
    numbers = equations.numbers
    set_switches(equations.switches, numbers, closed)
    _switches_along(equations.switches.numbers, len(desk.effective) - len(numbers.effective), closed, along)
    evaluate(equations.tables, equations.shape, numbers, x, sources, AT_REST, FREE, work)
    if factor(machine.plan, work.conductance, machine.factors) >= 0:
        return False
    _push_numbers(all_, pushes, desk, along, x)
    clear(step)
    _subtract(all_.current_rows, desk.by_currents, step)
    _subtract_sources(equations.shape, sources_along, step)
    solve(machine.plan, machine.factors, step)
    _push_unknowns(all_, desk, x, step)
    read_rows(all_, desk.effective, x, AT_REST, desk.currents, desk.charges, desk.place)
    push_readings(readings, x, desk.currents, sources, step, desk.by_currents, sources_along, found)
    return True


@njit(**LEAN)
def _switches_along(numbers: np.ndarray, first: int, closed: np.ndarray, along: np.ndarray) -> None:
    for k in range(len(closed)):
        along[first + numbers[k, 0]] = along[first + numbers[k, 1 if closed[k] else 2]]


@njit(**LEAN)
def _push_numbers(all_: Instances, pushes: np.ndarray, desk: Desk, along: np.ndarray, x: np.ndarray) -> None:
    """Directions of all currents in `desk.by_currents`, at fixed unknowns."""
    given, out, both = desk.place.given, desk.place.out, desk.place.more
    clear(desk.by_currents)
    for k in range(len(all_.kernels)):
        first, count = all_.number_starts[k], all_.number_starts[k + 1] - all_.number_starts[k]
        if pushes[k] == 0:
            continue
        read_controls(all_, x, AT_REST, k, given)
        for place in range(count):
            both[place], both[count + place] = desk.effective[first + place], along[first + place]
        call_kernel(pushes[k], given, 0, both, 0, out, 0)
        for row in range(all_.current_starts[k], all_.current_starts[k + 1]):
            desk.by_currents[row] = out[row - all_.current_starts[k]]


@njit(**LEAN)
def _subtract(rows: np.ndarray, values: np.ndarray, step: np.ndarray) -> None:
    for place in range(len(rows)):
        if rows[place] != NOWHERE:
            step[rows[place]] -= values[place]


@njit(**LEAN)
def _subtract_sources(shape: Shape, along: np.ndarray, step: np.ndarray) -> None:
    for source in range(len(along)):
        for end in range(2):
            row = shape.source_rows[source, end]
            if row != NOWHERE:
                step[row] -= shape.source_signs[source, end] * along[source]


@njit(**LEAN)
def _push_unknowns(all_: Instances, desk: Desk, x: np.ndarray, step: np.ndarray) -> None:
    """Add to all currents' directions what that of the unknowns does."""
    given, out, moved = desk.place.given, desk.place.out, desk.place.more
    for k in range(len(all_.kernels)):
        read_controls(all_, x, AT_REST, k, given)
        read_controls(all_, step, 0.0, k, moved)
        call_kernel(all_.kernels[k], given, 0, desk.effective, all_.number_starts[k], out, 0)
        rows = all_.current_starts[k + 1] - all_.current_starts[k]
        at = rows + all_.charge_starts[k + 1] - all_.charge_starts[k]
        for pair in range(all_.slope_starts[k], all_.slope_starts[k + 1]):
            row = all_.slope_rows[pair]
            if row < rows:
                desk.by_currents[all_.current_starts[k] + row] += out[at] * moved[all_.slope_controls[pair]]
            at += 1
