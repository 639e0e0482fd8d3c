"""The discrete adjoint of a transient: back over the accepted points, one factorisation and one transposed solve each.

Of the laws r_n + i_n = 0 with r_n = Σ_j a_nj q_{n−j} − [trapezoidal] r_{n−1} (`steps`), multipliers λ of the former and
ρ of the latter satisfy, with s_n = ρ_{n+1} where step n + 1 is trapezoidal and 0 else,

    (G_n + a_n0 C_n)ᵀ λ_n = −∂L/∂x_n − C_nᵀ (Σ_{m>n} a_{m,m−n} ρ_m − a_n0 s_n),     ρ_n = λ_n − s_n
    dL/dp = Σ_n λ_nᵀ ∂i_n/∂p + (Σ_{m≥n} a_{m,m−n} ρ_m)ᵀ ∂q_n/∂p

exactly what the integration formulas did, steps held. Rates of single charges that L reads have multipliers of their
own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from ..compiling import LEAN
from ..evaluate import FREE, evaluate
from ..linear import factor, solve_transposed
from ..newton import CONVERGED, SINGULAR
from ..switches import set_switches
from ..waveforms import Sources, waveform
from .adjoint import Desk, Machine, pull_sources
from .loops import Instances, add_at, clear, pull_numbers, pull_unknowns, read_rows, route_switches
from .readings import Readings, pull_readings
from .steps import Steps


class Course(NamedTuple):
    """Some consecutive points of a transient, the first of which is number `first`: times (points,), unknowns
    (points, n), states of switches in force (points, switches), rates of all charge rows (points, rows), or none."""

    first: int
    times: np.ndarray
    x: np.ndarray
    closed: np.ndarray
    rates: np.ndarray


class Carried(NamedTuple):
    """What goes from a point to the one before it.

    `later` (DEPTH, n) and `own_later` (DEPTH, rows): Σ a ρ so far, of the laws' charges and of single charges, by the
    point's number modulo DEPTH. `multipliers` (n,) and `own` (rows,): ρ_{n+1}.
    """

    later: np.ndarray
    own_later: np.ndarray
    multipliers: np.ndarray
    own: np.ndarray


@njit(nogil=True, **LEAN)
def go_back(
    machine: Machine,
    all_: Instances,
    readings: Readings,
    desk: Desk,
    matrix: np.ndarray,
    sources: Sources,
    steps: Steps,
    course: Course,
    weights: np.ndarray,
    carried: Carried,
    by_sources: np.ndarray,
    found: np.ndarray,
) -> int:
    """Back over all points of a course but number 0; −1, or the number of the point whose equations are singular.

    `weights` (points, count) and `by_sources` (points, sources) are of the course's points, `steps` of all. Derivatives
    are added to `found` (effective numbers,) and `by_sources`.
    """
    equations, work, adjoint = machine.equations, machine.work, desk.adjoint
    depth = len(carried.later)
    driven = desk.sources
    for k in range(len(course.times) - 1, -1, -1):
        n = course.first + k
        if n == 0:
            break
        x, time, closed = course.x[k], course.times[k], course.closed[k]
        leading, row = steps.coefficients[n, 0], n % depth
        last = n + 1 < len(steps.counts) and steps.trapezoidal[n + 1]
        if not last:
            clear(carried.multipliers)
            clear(carried.own)
        for source in range(len(driven)):
            driven[source] = waveform(sources, source, time)
        set_switches(equations.switches, equations.numbers, closed)
        evaluate(equations.tables, equations.shape, equations.numbers, x, driven, time, FREE, work)
        for entry in range(len(matrix)):
            matrix[entry] = work.conductance[entry] + leading * work.capacitance[entry]
        if factor(machine.plan, matrix, machine.factors) >= 0:
            return n
        clear(adjoint)
        _pull_signals(all_, readings, desk, course, k, driven, weights[k], adjoint, by_sources[k])
        _own(desk, carried, row, leading)
        if readings.computed:
            pull_unknowns(all_, desk.effective, x, time, desk.by_currents, desk.by_charges, adjoint, desk.place)
        _right(equations.shape.starts, equations.shape.rows, work.capacitance, carried, row, leading, adjoint)
        solve_transposed(machine.plan, machine.factors, adjoint)
        for place in range(len(adjoint)):
            carried.multipliers[place] = adjoint[place] - carried.multipliers[place]
            carried.later[row, place] += leading * carried.multipliers[place]
        _pull(machine, all_, desk, carried.later[row], x, time, closed, found)
        pull_sources(equations.shape, adjoint, by_sources[k])
        _hand_on(steps.coefficients[n], steps.counts[n], n, carried)
    return -1


@njit(**LEAN)
def _pull_signals(
    all_: Instances,
    readings: Readings,
    desk: Desk,
    course: Course,
    k: int,
    driven: np.ndarray,
    weights: np.ndarray,
    by_x: np.ndarray,
    by_sources: np.ndarray,
) -> None:
    """Put ∂L by currents and by rates of charges into the desk, and add those by unknowns and sources."""
    clear(desk.by_currents)
    clear(desk.by_charges)
    x = course.x[k]
    rates = desk.charges
    if readings.computed:
        read_rows(all_, desk.effective, x, course.times[k], desk.currents, desk.charges, desk.place)
        rates = course.rates[k]
    pull_readings(
        readings, weights, x, desk.currents, rates, driven, by_x, desk.by_currents, desk.by_charges, by_sources
    )


@njit(**LEAN)
def _own(desk: Desk, carried: Carried, row: int, leading: float) -> None:
    """The multipliers of single charges; their weights by charge in `desk.by_charges`."""
    for place in range(len(carried.own)):
        carried.own[place] = desk.by_charges[place] - carried.own[place]
        desk.by_charges[place] = leading * carried.own[place] + carried.own_later[row, place]


@njit(**LEAN)
def _right(
    starts: np.ndarray,
    rows: np.ndarray,
    capacitance: np.ndarray,
    carried: Carried,
    row: int,
    leading: float,
    adjoint: np.ndarray,
) -> None:
    """−∂L/∂x − Cᵀ(Σ a ρ − a₀ s) in the place of ∂L/∂x."""
    for column in range(len(adjoint)):
        value = -adjoint[column]
        for entry in range(starts[column], starts[column + 1]):
            charge = rows[entry]
            value -= capacitance[entry] * (carried.later[row, charge] - leading * carried.multipliers[charge])
        adjoint[column] = value


@njit(**LEAN)
def _pull(
    machine: Machine,
    all_: Instances,
    desk: Desk,
    by_charge: np.ndarray,
    x: np.ndarray,
    time: float,
    closed: np.ndarray,
    found: np.ndarray,
) -> None:
    """Add the derivatives by effective numbers of one point's laws."""
    add_at(all_.current_rows, desk.adjoint, desk.by_currents)
    add_at(all_.charge_rows, by_charge, desk.by_charges)
    pull_numbers(all_, desk.effective, x, time, desk.by_currents, desk.by_charges, found, desk.place)
    first = len(desk.effective) - len(machine.equations.numbers.effective)
    route_switches(machine.equations.switches.numbers, first, closed, found)


@njit(**LEAN)
def _hand_on(coefficients: np.ndarray, count: int, n: int, carried: Carried) -> None:
    """Give the earlier points their shares of the multipliers."""
    depth = len(carried.later)
    clear(carried.later[n % depth])
    clear(carried.own_later[n % depth])
    for j in range(1, count):
        row, factor_ = (n - j) % depth, coefficients[j]
        for place in range(carried.later.shape[1]):
            carried.later[row, place] += factor_ * carried.multipliers[place]
        for place in range(len(carried.own)):
            carried.own_later[row, place] += factor_ * carried.own[place]


@njit(nogil=True, **LEAN)
def begin_back(
    machine: Machine,
    all_: Instances,
    readings: Readings,
    desk: Desk,
    held: np.ndarray,
    solved: bool,
    driven: np.ndarray,
    course: Course,
    weights: np.ndarray,
    carried: Carried,
    by_x: np.ndarray,
    by_sources: np.ndarray,
    found: np.ndarray,
) -> int:
    """The first point: an operating point with nodes held, or one that is given where it is not `solved`.

    `by_x` (n,) becomes the derivative by what is held, or by all that is given.
    """
    equations, work, adjoint = machine.equations, machine.work, desk.adjoint
    starts, rows, x, closed = equations.shape.starts, equations.shape.rows, course.x[0], course.closed[0]
    set_switches(equations.switches, equations.numbers, closed)
    evaluate(equations.tables, equations.shape, equations.numbers, x, driven, 0.0, FREE, work)
    clear(adjoint)
    _pull_signals(all_, readings, desk, course, 0, driven, weights[0], adjoint, by_sources[0])
    for place in range(len(carried.own)):
        desk.by_charges[place] = carried.own_later[0, place]
    if readings.computed:
        pull_unknowns(all_, desk.effective, x, 0.0, desk.by_currents, desk.by_charges, adjoint, desk.place)
    for column in range(len(adjoint)):
        for entry in range(starts[column], starts[column + 1]):
            adjoint[column] += work.capacitance[entry] * carried.later[0, rows[entry]]
    if not solved:
        for column in range(len(x)):
            by_x[column] = adjoint[column]
        clear(adjoint)
    else:
        for column in range(len(x)):
            adjoint[column] = -adjoint[column]
            for entry in range(starts[column], starts[column + 1]):
                if held[rows[entry]]:
                    work.conductance[entry] = 1.0 if rows[entry] == column else 0.0
        if factor(machine.plan, work.conductance, machine.factors) >= 0:
            return SINGULAR
        solve_transposed(machine.plan, machine.factors, adjoint)
        for place in range(len(x)):
            if held[place]:
                by_x[place] = -adjoint[place]
                adjoint[place] = 0.0
        pull_sources(equations.shape, adjoint, by_sources[0])
    _pull(machine, all_, desk, carried.later[0], x, 0.0, closed, found)
    return CONVERGED
