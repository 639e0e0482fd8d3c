"""i(x, t), q(x) and their derivatives: the one loop over instances, compiled."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ..kernels import call_kernel
from .compiling import LEAN
from .limiting import limited, start
from .tables import NOWHERE, Numbers, Tables

FREE, LIMITED, STARTED = 0, 1, 2
"""What `evaluate` does with limited controls: take them at x; move them from the last ones as far as limits allow;
leave them where they are."""

MOST_OUTPUTS = 512
"""Numbers that one instance's kernel may write."""


class Work(NamedTuple):
    """Where `evaluate` writes; one a thread.

    `current`, `charge` (n,) and `conductance`, `capacitance` (entries,) are what the solver needs. `controls` are those
    in force, the limited ones, and `before` those of the last step, which limits refer to.
    """

    current: np.ndarray
    charge: np.ndarray
    conductance: np.ndarray
    capacitance: np.ndarray
    controls: np.ndarray
    before: np.ndarray
    out: np.ndarray


def work(size: int, entries: int, tables: Tables) -> Work:
    """Fresh arrays."""
    controls = len(tables.plus)
    return Work(
        np.zeros(size),
        np.zeros(size),
        np.zeros(entries),
        np.zeros(entries),
        np.zeros(controls),
        np.zeros(controls),
        np.zeros(MOST_OUTPUTS),
    )


class Shape(NamedTuple):
    """The matrices' pattern by columns, and which unknowns the sources drive.

    `starts` (n + 1,), `rows` (entries,). Source k adds its value times `source_signs[k, :]` to the laws of
    `source_rows[k, :]`.
    """

    starts: np.ndarray
    rows: np.ndarray
    source_rows: np.ndarray
    source_signs: np.ndarray


@njit(**LEAN)
def evaluate(
    tables: Tables,
    shape: Shape,
    numbers: Numbers,
    x: np.ndarray,
    sources: np.ndarray,
    time: float,
    limiting: int,
    work: Work,
) -> bool:
    """Fill `work` at x (n,), with the sources' values (sources,) and the time in seconds.

    Where limited controls are not those of x (`LIMITED`, `STARTED`), currents and charges are those of the tangent at
    the controls in force, taken at x, so that Newton's step is the same formula. `work.before` becomes the controls in
    force. Returns whether any is not that of x. Linear in instances and entries; allocates nothing.
    Arrays are taken out of the tables once: inside a loop that costs more than what is done with them.
    """
    _linear(shape, numbers, x, sources, work)
    changed = _controls(tables, numbers, x, time, limiting, work)
    kernels, begins, firsts, out = tables.kernels, tables.control_starts, tables.number_starts, work.out
    currents, charges, slopes = tables.current_starts, tables.charge_starts, tables.conductance_starts
    plus, minus, controls = tables.plus, tables.minus, work.controls
    for k in range(len(kernels)):
        begin = begins[k]
        call_kernel(kernels[k], controls, begin, numbers.effective, firsts[k], out, 0)
        at = _add(out, 0, tables.current_rows, currents[k], currents[k + 1], work.current)
        at = _add(out, at, tables.charge_rows, charges[k], charges[k + 1], work.charge)
        first, last, moved = slopes[k], slopes[k + 1], at
        at = _stamp(out, at, tables.conductance_plus, tables.conductance_minus, first, last, work.conductance)
        if changed:
            rows, of = tables.conductance_rows[first:last], tables.conductance_controls[first:last]
            _return(out, moved, rows, of, begin, plus, minus, x, controls, work.current)
        first, last, moved = tables.capacitance_starts[k], tables.capacitance_starts[k + 1], at
        _stamp(out, at, tables.capacitance_plus, tables.capacitance_minus, first, last, work.capacitance)
        if changed:
            rows, of = tables.capacitance_rows[first:last], tables.capacitance_controls[first:last]
            _return(out, moved, rows, of, begin, plus, minus, x, controls, work.charge)
    before = work.before
    for place in range(len(before)):
        before[place] = controls[place]
    return changed


@njit(**LEAN)
def _add(out: np.ndarray, at: int, rows: np.ndarray, first: int, last: int, into: np.ndarray) -> int:
    """Add outputs from number `at` on to the laws of the rows; the number behind them."""
    for place in range(first, last):
        if rows[place] != NOWHERE:
            into[rows[place]] += out[at]
        at += 1
    return at


@njit(**LEAN)
def _stamp(
    out: np.ndarray, at: int, plus: np.ndarray, minus: np.ndarray, first: int, last: int, into: np.ndarray
) -> int:
    """Add derivatives from number `at` on to their entries; the number behind them."""
    for place in range(first, last):
        if plus[place] != NOWHERE:
            into[plus[place]] += out[at]
        if minus[place] != NOWHERE:
            into[minus[place]] -= out[at]
        at += 1
    return at


@njit(**LEAN)
def _return(
    out: np.ndarray,
    at: int,
    rows: np.ndarray,
    of: np.ndarray,
    begin: int,
    plus: np.ndarray,
    minus: np.ndarray,
    x: np.ndarray,
    controls: np.ndarray,
    into: np.ndarray,
) -> None:
    """Go along the tangent from the controls in force back to those of x."""
    for k in range(len(rows)):
        where = begin + of[k]
        if rows[k] != NOWHERE:
            into[rows[k]] += out[at + k] * (between(plus, minus, x, where) - controls[where])


@njit(**LEAN)
def _linear(shape: Shape, numbers: Numbers, x: np.ndarray, sources: np.ndarray, work: Work) -> None:
    """What linear devices and sources say."""
    current, charge, conductance, capacitance = work.current, work.charge, work.conductance, work.capacitance
    starts, rows, g0, c0 = shape.starts, shape.rows, numbers.g0, numbers.c0
    for row in range(len(current)):
        current[row], charge[row] = 0.0, 0.0
    for column in range(len(x)):
        value = x[column]
        for entry in range(starts[column], starts[column + 1]):
            conductance[entry], capacitance[entry] = g0[entry], c0[entry]
            current[rows[entry]] += g0[entry] * value
            charge[rows[entry]] += c0[entry] * value
    for source in range(len(sources)):
        for end in range(2):
            row = shape.source_rows[source, end]
            if row != NOWHERE:
                work.current[row] += shape.source_signs[source, end] * sources[source]


@njit(**LEAN)
def control(tables: Tables, x: np.ndarray, place: int) -> Any:
    """A control's value at x: a voltage or a branch current."""
    return between(tables.plus, tables.minus, x, place)


@njit(**LEAN)
def between(plus: np.ndarray, minus: np.ndarray, x: np.ndarray, place: int) -> Any:
    """The same; loops take the arrays out of the tables once, for each time costs more than the sum."""
    value = 0.0
    if plus[place] != NOWHERE:
        value = x[plus[place]]
    if minus[place] != NOWHERE:
        value -= x[minus[place]]
    return value


@njit(**LEAN)
def _controls(tables: Tables, numbers: Numbers, x: np.ndarray, time: float, limiting: int, work: Work) -> bool:
    plus, minus, starts, controls, before = tables.plus, tables.minus, tables.control_starts, work.controls, work.before
    for place in range(len(plus)):
        controls[place] = between(plus, minus, x, place)
    for k in range(1, len(starts)):
        controls[starts[k] - 1] = time
    changed = False
    if limiting != FREE:
        kinds, places, where, given = tables.limit_kinds, tables.limit_controls, tables.limit_numbers, numbers.effective
        for k in range(len(kinds)):
            place = places[k]
            new, old = controls[place], before[place]
            found = one_limit(kinds[k], where, given, k, new, old) if limiting == LIMITED else old
            if abs(found - new) > 1e-15 * abs(new):
                controls[place] = found
                changed = True
    return changed


@njit(**LEAN)
def one_limit(kind: int, where: np.ndarray, effective: np.ndarray, k: int, new: Any, old: Any) -> float:
    """How far limit k lets its control go from `old` towards `new`."""
    first, second, third, sign = limit_numbers(where, effective, k)
    return sign * limited(kind, sign * new, sign * old, first, second, third)


@njit(**LEAN)
def limit_numbers(where: np.ndarray, effective: np.ndarray, k: int) -> tuple[Any, Any, Any, Any]:
    """The effective numbers of a limit and its polarity; what it does not have is infinite."""
    first = effective[where[k, 0]] if where[k, 0] != NOWHERE else math.inf
    second = effective[where[k, 1]] if where[k, 1] != NOWHERE else math.inf
    third = effective[where[k, 2]] if where[k, 2] != NOWHERE else math.inf
    return first, second, third, effective[where[k, 3]] if where[k, 3] != NOWHERE else 1.0


@njit(**LEAN)
def start_controls(tables: Tables, numbers: Numbers, work: Work) -> None:
    """Put into `work.before` where limited controls begin when nothing is known."""
    work.before[:] = 0.0
    seen = NOWHERE
    for k in range(len(tables.limit_kinds)):
        place = tables.limit_controls[k]
        instance = np.searchsorted(tables.control_starts, place, side="right") - 1
        first, second, _, sign = limit_numbers(tables.limit_numbers, numbers.effective, k)
        if instance != seen or tables.limit_kinds[k] != 0:
            work.before[place] = sign * start(tables.limit_kinds[k], first, second)
        seen = instance
