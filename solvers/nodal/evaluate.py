"""i(x, t), q(x) and their derivatives: the one loop over instances, compiled."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ..kernels import call_kernel
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


@njit(cache=True)
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
    """
    _linear(shape, numbers, x, sources, work)
    changed = _controls(tables, numbers, x, time, limiting, work)
    for k in range(len(tables.kernels)):
        _instance(tables, numbers, x, k, changed, work)
    work.before[:] = work.controls
    return changed


@njit(cache=True)
def _linear(shape: Shape, numbers: Numbers, x: np.ndarray, sources: np.ndarray, work: Work) -> None:
    """What linear devices and sources say."""
    work.conductance[:] = numbers.g0
    work.capacitance[:] = numbers.c0
    work.current[:] = 0.0
    work.charge[:] = 0.0
    for column in range(len(x)):
        value = x[column]
        for entry in range(shape.starts[column], shape.starts[column + 1]):
            row = shape.rows[entry]
            work.current[row] += numbers.g0[entry] * value
            work.charge[row] += numbers.c0[entry] * value
    for source in range(len(sources)):
        for end in range(2):
            row = shape.source_rows[source, end]
            if row != NOWHERE:
                work.current[row] += shape.source_signs[source, end] * sources[source]


@njit(cache=True)
def control(tables: Tables, x: np.ndarray, place: int) -> Any:
    """A control's value at x: a voltage or a branch current."""
    value = 0.0
    if tables.plus[place] != NOWHERE:
        value = x[tables.plus[place]]
    if tables.minus[place] != NOWHERE:
        value -= x[tables.minus[place]]
    return value


@njit(cache=True)
def _controls(tables: Tables, numbers: Numbers, x: np.ndarray, time: float, limiting: int, work: Work) -> bool:
    for place in range(len(tables.plus)):
        work.controls[place] = control(tables, x, place)
    for k in range(len(tables.kernels)):
        work.controls[tables.control_starts[k + 1] - 1] = time
    changed = False
    if limiting != FREE:
        for k in range(len(tables.limit_kinds)):
            place = tables.limit_controls[k]
            new, old = work.controls[place], work.before[place]
            found = _one_limit(tables, numbers, k, new, old) if limiting == LIMITED else old
            if abs(found - new) > 1e-15 * abs(new):
                work.controls[place] = found
                changed = True
    return changed


@njit(cache=True)
def _one_limit(tables: Tables, numbers: Numbers, k: int, new: Any, old: Any) -> float:
    first, second, third, sign = limit_numbers(tables, numbers, k)
    return sign * limited(tables.limit_kinds[k], sign * new, sign * old, first, second, third)


@njit(cache=True)
def limit_numbers(tables: Tables, numbers: Numbers, k: int) -> tuple[Any, Any, Any, Any]:
    """The effective numbers of a limit and its polarity; what it does not have is infinite."""
    where = tables.limit_numbers[k]
    first = numbers.effective[where[0]] if where[0] != NOWHERE else math.inf
    second = numbers.effective[where[1]] if where[1] != NOWHERE else math.inf
    third = numbers.effective[where[2]] if where[2] != NOWHERE else math.inf
    return first, second, third, numbers.effective[where[3]] if where[3] != NOWHERE else 1.0


@njit(cache=True)
def start_controls(tables: Tables, numbers: Numbers, work: Work) -> None:
    """Put into `work.before` where limited controls begin when nothing is known."""
    work.before[:] = 0.0
    seen = NOWHERE
    for k in range(len(tables.limit_kinds)):
        place = tables.limit_controls[k]
        instance = np.searchsorted(tables.control_starts, place, side="right") - 1
        first, second, _, sign = limit_numbers(tables, numbers, k)
        if instance != seen or tables.limit_kinds[k] != 0:
            work.before[place] = sign * start(tables.limit_kinds[k], first, second)
        seen = instance


@njit(cache=True)
def _instance(tables: Tables, numbers: Numbers, x: np.ndarray, k: int, changed: bool, work: Work) -> None:
    """One instance's outputs, added where they belong."""
    begin, out = tables.control_starts[k], work.out
    call_kernel(tables.kernels[k], work.controls, begin, numbers.effective, tables.number_starts[k], out, 0)
    at = 0
    for place in range(tables.current_starts[k], tables.current_starts[k + 1]):
        if tables.current_rows[place] != NOWHERE:
            work.current[tables.current_rows[place]] += out[at]
        at += 1
    for place in range(tables.charge_starts[k], tables.charge_starts[k + 1]):
        if tables.charge_rows[place] != NOWHERE:
            work.charge[tables.charge_rows[place]] += out[at]
        at += 1
    for place in range(tables.conductance_starts[k], tables.conductance_starts[k + 1]):
        value, row = out[at], tables.conductance_rows[place]
        at += 1
        if tables.conductance_plus[place] != NOWHERE:
            work.conductance[tables.conductance_plus[place]] += value
        if tables.conductance_minus[place] != NOWHERE:
            work.conductance[tables.conductance_minus[place]] -= value
        if changed and row != NOWHERE:
            where = begin + tables.conductance_controls[place]
            work.current[row] += value * (control(tables, x, where) - work.controls[where])
    for place in range(tables.capacitance_starts[k], tables.capacitance_starts[k + 1]):
        value, row = out[at], tables.capacitance_rows[place]
        at += 1
        if tables.capacitance_plus[place] != NOWHERE:
            work.capacitance[tables.capacitance_plus[place]] += value
        if tables.capacitance_minus[place] != NOWHERE:
            work.capacitance[tables.capacitance_minus[place]] -= value
        if changed and row != NOWHERE:
            where = begin + tables.capacitance_controls[place]
            work.charge[row] += value * (control(tables, x, where) - work.controls[where])
