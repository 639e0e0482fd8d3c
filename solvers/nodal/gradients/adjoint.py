"""Operating points of many samples and their adjoints, compiled; a thread takes a range of them, and lets others run.

    i(x, p, s) = 0,     Gᵀλ = −∂L/∂x,     dL/dp = ∂L/∂p + λᵀ ∂i/∂p,     dL/ds = ∂L/∂s + λᵀ ∂i/∂s

(Director and Rohrer 1969: λ are the voltages of the adjoint network.) One factorisation and one transposed solve a
sample, however many parameters there are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from ..compiling import LEAN
from ..evaluate import FREE, Shape, Work, control, evaluate
from ..linear import Plan, factor, solve_transposed
from ..linear import Work as Factors
from ..newton import CONVERGED, SINGULAR, Conditions, Equations, newton
from ..switches import set_switches
from ..tables import NOWHERE
from .loops import Instances, Scratch, add_at, clear, pull_numbers, pull_unknowns, read_rows, route_switches
from .readings import Readings, pull_readings, read

AT_REST = 0.0
"""The time at an operating point, for what reads it."""


class Desk(NamedTuple):
    """What one thread works on: a kernel's numbers; currents, charges and their weights, row by row; λ (n,).

    `effective` are all effective numbers, of which the equations' are the last; `sources` (sources,) are values.
    """

    effective: np.ndarray
    place: Scratch
    currents: np.ndarray
    charges: np.ndarray
    by_currents: np.ndarray
    by_charges: np.ndarray
    adjoint: np.ndarray
    sources: np.ndarray


class Machine(NamedTuple):
    """The arrays of a solver for one thread."""

    equations: Equations
    plan: Plan
    factors: Factors
    work: Work


@njit(cache=True, nogil=True)
def solve_range(
    machine: Machine,
    first: int,
    last: int,
    sources: np.ndarray,
    closed: np.ndarray,
    x: np.ndarray,
    most: int,
    status: np.ndarray,
) -> None:
    """Operating points of some samples from x (samples, n) in place.

    `sources` (samples, sources), `closed` (samples, switches) updated, `status` (samples,) is Newton's.
    """
    equations, size = machine.equations, x.shape[1]
    tables, nothing, zeros = equations.tables, np.zeros(size, np.bool_), np.zeros(size)
    for k in range(first, last):
        set_switches(equations.switches, equations.numbers, closed[k])
        for place in range(len(tables.plus)):
            machine.work.before[place] = control(tables, x[k], place)
        conditions = Conditions(sources[k], AT_REST, 0.0, nothing, zeros)
        outcome = newton(
            equations, conditions, machine.plan, machine.factors, machine.work, closed[k], x[k], most, False
        )
        status[k] = outcome.status


@njit(nogil=True, **LEAN)
def read_range(
    equations: Equations,
    all_: Instances,
    readings: Readings,
    desk: Desk,
    first: int,
    last: int,
    sources: np.ndarray,
    closed: np.ndarray,
    x: np.ndarray,
    found: np.ndarray,
) -> None:
    """The readings (samples, count) of some samples at x (samples, n)."""
    for k in range(first, last):
        if readings.computed:
            set_switches(equations.switches, equations.numbers, closed[k])
            read_rows(all_, desk.effective, x[k], AT_REST, desk.currents, desk.charges, desk.place)
        read(readings, x[k], desk.currents, desk.charges, sources[k], found[k])


@njit(nogil=True, **LEAN)
def pull_range(
    machine: Machine,
    all_: Instances,
    readings: Readings,
    desk: Desk,
    first: int,
    last: int,
    sources: np.ndarray,
    closed: np.ndarray,
    x: np.ndarray,
    weights: np.ndarray,
    status: np.ndarray,
    by_sources: np.ndarray,
    found: np.ndarray,
) -> None:
    """Derivatives of Σ weight·reading over some samples, weights (samples, count): by each sample's sources
    (samples, sources), and added up by all effective numbers, `found`. `status` (samples,): CONVERGED or SINGULAR."""
    equations, work, adjoint = machine.equations, machine.work, desk.adjoint
    numbers = equations.numbers
    for k in range(first, last):
        set_switches(equations.switches, numbers, closed[k])
        evaluate(equations.tables, equations.shape, numbers, x[k], sources[k], AT_REST, FREE, work)
        if factor(machine.plan, work.conductance, machine.factors) >= 0:
            status[k] = SINGULAR
            continue
        status[k] = CONVERGED
        clear(adjoint)
        pull_signals(all_, readings, desk, x[k], sources[k], AT_REST, weights[k], adjoint, by_sources[k])
        for place in range(len(adjoint)):
            adjoint[place] = -adjoint[place]
        solve_transposed(machine.plan, machine.factors, adjoint)
        add_at(all_.current_rows, adjoint, desk.by_currents)
        pull_numbers(all_, desk.effective, x[k], AT_REST, desk.by_currents, desk.by_charges, found, desk.place)
        route_switches(equations.switches.numbers, len(desk.effective) - len(numbers.effective), closed[k], found)
        pull_sources(equations.shape, adjoint, by_sources[k])


@njit(nogil=True, **LEAN)
def work_range(
    equations: Equations,
    work: Work,
    all_: Instances,
    desk: Desk,
    first: int,
    last: int,
    sources: np.ndarray,
    closed: np.ndarray,
    x: np.ndarray,
    along: np.ndarray,
    by_x: np.ndarray,
    by_sources: np.ndarray,
    found: np.ndarray,
) -> None:
    """wᵀ ∂i of some samples at x (samples, n), with w given, `along` (samples, n): by x (samples, n), by each sample's
    sources (samples, sources), and added up by all effective numbers, `found`."""
    numbers, shape = equations.numbers, equations.shape
    for k in range(first, last):
        set_switches(equations.switches, numbers, closed[k])
        evaluate(equations.tables, shape, numbers, x[k], sources[k], AT_REST, FREE, work)
        for column in range(x.shape[1]):
            for place in range(shape.starts[column], shape.starts[column + 1]):
                by_x[k, column] += work.conductance[place] * along[k, shape.rows[place]]
        clear(desk.by_currents)
        clear(desk.by_charges)
        add_at(all_.current_rows, along[k], desk.by_currents)
        pull_numbers(all_, desk.effective, x[k], AT_REST, desk.by_currents, desk.by_charges, found, desk.place)
        route_switches(equations.switches.numbers, len(desk.effective) - len(numbers.effective), closed[k], found)
        pull_sources(shape, along[k], by_sources[k])


@njit(**LEAN)
def pull_signals(
    all_: Instances,
    readings: Readings,
    desk: Desk,
    x: np.ndarray,
    sources: np.ndarray,
    time: float,
    weights: np.ndarray,
    by_x: np.ndarray,
    by_sources: np.ndarray,
) -> None:
    """Add ∂L/∂x and ∂L/∂s of L = Σ weight·reading; `desk.by_currents` becomes ∂L by the rows."""
    clear(desk.by_currents)
    clear(desk.by_charges)
    if readings.computed:
        read_rows(all_, desk.effective, x, time, desk.currents, desk.charges, desk.place)
    pull_readings(
        readings, weights, x, desk.currents, desk.charges, sources, by_x, desk.by_currents, desk.by_charges, by_sources
    )
    if readings.computed:
        pull_unknowns(all_, desk.effective, x, time, desk.by_currents, desk.by_charges, by_x, desk.place)


@njit(**LEAN)
def pull_sources(shape: Shape, adjoint: np.ndarray, by_sources: np.ndarray) -> None:
    """Add the derivatives of λᵀi by the sources' values."""
    for source in range(len(by_sources)):
        for end in range(2):
            row = shape.source_rows[source, end]
            if row != NOWHERE:
                by_sources[source] += shape.source_signs[source, end] * adjoint[row]
