"""i(x, t), q(x) and their derivatives of eight dies at once: the loop of evaluate.py on rows of eight.

Every number of a die is a row of eight here, one after another in flat arrays: unknown k of lane l is x[8 k + l]. The
dies have their tables in common, and their sources; what is read from tables is read once for eight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ..kernels import call_kernel
from .compiling import LEAN
from .evaluate import MOST_OUTPUTS, Shape, Work, one_limit
from .lanes import (
    LANES,
    absolute,
    add,
    add_product,
    is_any_above,
    load,
    multiply,
    smaller,
    spread,
    store,
    subtract,
)
from .limiting import FALLING, FORWARD, JUNCTION
from .network import Network
from .tables import NOWHERE, Numbers, Tables


class Eight(NamedTuple):
    """What eight dies do not share: kernels for eight (instances,), and numbers in rows of eight."""

    kernels: np.ndarray
    numbers: Numbers


def eight_of(network: Network, numbers: Sequence[Numbers]) -> Eight:
    """The numbers of eight dies side by side."""
    kernels = np.array([group.eight.address for group in network.groups[len(network.linear.kernels) :]], np.int64)
    return Eight(kernels, Numbers(*map(in_rows, zip(*numbers, strict=True))))


def in_rows(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays (n,) of eight dies as one (n·8,)."""
    return np.ascontiguousarray(np.stack(arrays, axis=-1)).reshape(-1)


def work_of_eight(size: int, entries: int, tables: Tables) -> Work:
    """Fresh arrays."""
    controls = len(tables.plus)
    return Work(
        *(np.zeros(LANES * count) for count in (size, size, entries, entries, controls, controls, MOST_OUTPUTS))
    )


@njit(**LEAN)
def evaluate_eight(
    tables: Tables, shape: Shape, eight: Eight, x: np.ndarray, sources: np.ndarray, time: float, work: Work
) -> bool:
    """Fill `work` at x (n·8,), with sources (sources·8,) and limited controls; see `evaluate`."""
    numbers = eight.numbers
    _linear(shape, numbers, x, sources, work)
    _controls(tables, x, time, work.controls)
    changed = _limit(tables, numbers.effective, work.controls, work.before)
    kernels, begins, firsts, out = eight.kernels, tables.control_starts, tables.number_starts, work.out
    currents, charges, slopes = tables.current_starts, tables.charge_starts, tables.conductance_starts
    for k in range(len(kernels)):
        begin = begins[k]
        call_kernel(kernels[k], work.controls, LANES * begin, numbers.effective, LANES * firsts[k], out, 0)
        at = _add(out, 0, tables.current_rows, currents[k], currents[k + 1], work.current)
        at = _add(out, at, tables.charge_rows, charges[k], charges[k + 1], work.charge)
        first, last, moved = slopes[k], slopes[k + 1], at
        at = _stamp(out, at, tables.conductance_plus, tables.conductance_minus, first, last, work.conductance)
        if changed:
            rows, of = tables.conductance_rows[first:last], tables.conductance_controls[first:last]
            _return(out, moved, rows, of, begin, tables.plus, tables.minus, x, work.controls, work.current)
        first, last, moved = tables.capacitance_starts[k], tables.capacitance_starts[k + 1], at
        _stamp(out, at, tables.capacitance_plus, tables.capacitance_minus, first, last, work.capacitance)
        if changed:
            rows, of = tables.capacitance_rows[first:last], tables.capacitance_controls[first:last]
            _return(out, moved, rows, of, begin, tables.plus, tables.minus, x, work.controls, work.charge)
    for place in range(len(tables.plus)):
        store(work.before, place, load(work.controls, place))
    return changed


@njit(**LEAN)
def _linear(shape: Shape, numbers: Numbers, x: np.ndarray, sources: np.ndarray, work: Work) -> None:
    current, charge, starts, rows = work.current, work.charge, shape.starts, shape.rows
    size = len(starts) - 1
    for row in range(size):
        store(current, row, spread(0.0))
        store(charge, row, spread(0.0))
    for column in range(size):
        value = load(x, column)
        for entry in range(starts[column], starts[column + 1]):
            row, g, c = rows[entry], load(numbers.g0, entry), load(numbers.c0, entry)
            store(work.conductance, entry, g)
            store(work.capacitance, entry, c)
            store(current, row, add_product(load(current, row), g, value))
            store(charge, row, add_product(load(charge, row), c, value))
    for source in range(len(shape.source_rows)):
        for end in range(2):
            row = shape.source_rows[source, end]
            if row != NOWHERE:
                sign = spread(shape.source_signs[source, end])
                store(current, row, add_product(load(current, row), sign, load(sources, source)))


@njit(**LEAN)
def between_eight(plus: np.ndarray, minus: np.ndarray, x: np.ndarray, place: int) -> Any:
    """A control's values at x."""
    value = spread(0.0)
    if plus[place] != NOWHERE:
        value = load(x, plus[place])
    if minus[place] != NOWHERE:
        value = subtract(value, load(x, minus[place]))
    return value


@njit(**LEAN)
def _controls(tables: Tables, x: np.ndarray, time: float, controls: np.ndarray) -> None:
    plus, minus, starts = tables.plus, tables.minus, tables.control_starts
    for place in range(len(plus)):
        store(controls, place, between_eight(plus, minus, x, place))
    for k in range(1, len(starts)):
        store(controls, starts[k] - 1, spread(time))


@njit(**LEAN)
def _limit(tables: Tables, effective: np.ndarray, controls: np.ndarray, before: np.ndarray) -> bool:
    """Move limited controls from the last ones as far as limits allow; whether that changed any."""
    changed = False
    kinds, places, where = tables.limit_kinds, tables.limit_controls, tables.limit_numbers
    for k in range(len(kinds)):
        if kinds[k] == JUNCTION and _is_calm(where, effective, k, load(controls, places[k]), load(before, places[k])):
            continue
        for lane in range(LANES):
            place = LANES * places[k] + lane
            new = controls[place]
            found = one_limit(kinds[k], where, effective[lane::LANES], k, new, before[place])
            if abs(found - new) > 1e-15 * abs(new):
                controls[place] = found
                changed = True
    return changed


@njit(**LEAN)
def _is_calm(where: np.ndarray, effective: np.ndarray, k: int, new: Any, old: Any) -> bool:
    """Whether no lane's junction is limited: none moves by more than twice its thermal voltage above its critical one,
    none that conducts falls by much of one, none is close to its breakdown."""
    if where[k, 3] != NOWHERE:
        sign = load(effective, where[k, 3])
        new, old = multiply(sign, new), multiply(sign, old)
    thermal, critical = load(effective, where[k, 0]), load(effective, where[k, 1])
    step = subtract(absolute(subtract(new, old)), add(thermal, thermal))
    if is_any_above(smaller(step, subtract(new, critical)), spread(0.0)):
        return False
    fall = subtract(subtract(old, new), multiply(spread(FALLING), thermal))
    if is_any_above(smaller(fall, subtract(old, multiply(spread(FORWARD), thermal))), spread(0.0)):
        return False
    if where[k, 2] == NOWHERE:
        return True
    lowest = subtract(multiply(spread(10.0), thermal), load(effective, where[k, 2]))
    return not is_any_above(smaller(spread(0.0), lowest), new)


@njit(**LEAN)
def _add(out: np.ndarray, at: int, rows: np.ndarray, first: int, last: int, into: np.ndarray) -> int:
    for place in range(first, last):
        if rows[place] != NOWHERE:
            store(into, rows[place], add(load(into, rows[place]), load(out, at)))
        at += 1
    return at


@njit(**LEAN)
def _stamp(
    out: np.ndarray, at: int, plus: np.ndarray, minus: np.ndarray, first: int, last: int, into: np.ndarray
) -> int:
    for place in range(first, last):
        value = load(out, at)
        if plus[place] != NOWHERE:
            store(into, plus[place], add(load(into, plus[place]), value))
        if minus[place] != NOWHERE:
            store(into, minus[place], subtract(load(into, minus[place]), value))
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
            back = subtract(between_eight(plus, minus, x, where), load(controls, where))
            store(into, rows[k], add_product(load(into, rows[k]), load(out, at + k), back))
