"""Signals as sums over unknowns, currents that devices compute, and sources: their values, and the way back.

v(node)       an unknown
i(element)    an unknown, the current into a device's first terminal, or a source's value
p(element)    the power in W that an element takes: Σ v·i over its nodes
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ....netlist.errors import CircuitError
from ....netlist.suggestion import nearest
from ..compiling import LEAN
from ..network import Network
from ..signals import Signals, into_first
from ..tables import NOWHERE
from .loops import clear

UNKNOWN, CURRENT, SOURCE, CHARGE = range(4)
"""What a term of a reading is a multiple of: an unknown, a current that an instance computes, a source's value, the
rate of a charge that an instance computes."""


class Readings(NamedTuple):
    """Terms: reading `signal` has `factor` times the number at `place` of `kind`, times the voltage of `unknown` where
    there is one."""

    count: int
    signal: np.ndarray
    kind: np.ndarray
    place: np.ndarray
    factor: np.ndarray
    unknown: np.ndarray
    computed: bool
    """Whether any is a current that devices compute."""


Term = tuple[int, int, float, int]


def readings_of(network: Network, names: Sequence[str], in_time: bool = False) -> Readings:
    """The terms of some signals; `in_time` with the currents that charge and discharge devices.

    Raises:
        CircuitError: a signal that the circuit does not have.
    """
    known = _Terms(network, in_time)
    found = [(signal, *term) for signal, name in enumerate(names) for term in known.of(name)]
    signal, kind, place, factor, unknown = zip(*found, strict=True) if found else ((), (), (), (), ())
    kinds = np.array(kind, np.int64)
    return Readings(
        len(names),
        np.array(signal, np.int64),
        kinds,
        np.array(place, np.int64),
        np.array(factor, float),
        np.array(unknown, np.int64),
        bool(np.isin(kinds, (CURRENT, CHARGE)).any()),
    )


class _Terms:
    """Looks up signals by name."""

    def __init__(self, network: Network, in_time: bool):
        self.network, self.in_time = network, in_time
        signals = Signals.of(network)
        self.unknowns = dict([*signals.voltages, *signals.branches])
        self.sources = dict(signals.sources)
        self.instances = {f"i({each.element.name})": k for k, each in enumerate(network.instances)}
        parts = network.linear, network.tables
        self.rows = [
            (CURRENT, *_joined([(each.current_starts, each.current_rows) for each in parts])),
            (CHARGE, *_joined([(each.charge_starts, each.charge_rows) for each in parts])),
        ]

    def of(self, name: str) -> list[Term]:
        """The terms (kind, place, factor, unknown) of a signal."""
        name = name.lower().replace(" ", "")
        if name in self.unknowns:
            return [(UNKNOWN, self.unknowns[name], 1.0, NOWHERE)]
        if name in self.sources:
            source = self.sources[name]
            return [(SOURCE, source, float(self.network.shape.source_signs[source, 0]), NOWHERE)]
        current = f"i({name[2:-1]})"
        if name.startswith("p(") and current in self.sources:
            return self._source_power(self.sources[current])
        if name in self.instances:
            return self._current(self.instances[name])
        if name.startswith("p(") and current in self.instances:
            return self._power(self.instances[current])
        every = [*self.unknowns, *self.sources, *self.instances]
        raise CircuitError(f"the circuit has no signal {name}; {nearest(name, every, 'write {}')}")

    def _rows(self, k: int) -> list[tuple[int, int, str, int]]:
        """(kind, place, local name, unknown) of all rows of an instance that count."""
        group = self.network.groups[k]
        names = {CURRENT: group.current_rows, CHARGE: group.charge_rows if self.in_time else ()}
        return [
            (kind, int(starts[k]) + place, name, int(rows[starts[k] + place]))
            for kind, starts, rows in self.rows
            for place, name in enumerate(names[kind])
        ]

    def _current(self, k: int) -> list[Term]:
        chosen = into_first(self.network.instances[k], self.network.groups[k])
        return [(kind, place, 1.0, NOWHERE) for kind, place, name, _ in self._rows(k) if name in chosen]

    def _power(self, k: int) -> list[Term]:
        voltages = range(self.network.voltages)
        return [(kind, place, 1.0, unknown) for kind, place, _, unknown in self._rows(k) if unknown in voltages]

    def _source_power(self, source: int) -> list[Term]:
        shape = self.network.shape
        ends = zip(shape.source_rows[source], shape.source_signs[source], strict=True)
        return [(SOURCE, source, float(sign), int(row)) for row, sign in ends if row != NOWHERE]


def _joined(parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Starts and rows of two tables as those of one."""
    (first, rows), (second, more) = parts
    return np.concatenate([first, second[1:] + first[-1]]), np.concatenate([rows, more])


@njit(**LEAN)
def read(
    readings: Readings,
    x: np.ndarray,
    currents: np.ndarray,
    rates: np.ndarray,
    sources: np.ndarray,
    found: np.ndarray,
) -> None:
    """The readings (count,) at x, with the currents and rates of charges of all rows and the sources' values."""
    clear(found)
    for term in range(len(readings.signal)):
        value = readings.factor[term] * _number(readings, term, x, currents, rates, sources)
        if readings.unknown[term] != NOWHERE:
            value *= x[readings.unknown[term]]
        found[readings.signal[term]] += value


@njit(**LEAN)
def _number(
    readings: Readings, term: int, x: np.ndarray, currents: np.ndarray, rates: np.ndarray, sources: np.ndarray
) -> Any:
    kind, place = readings.kind[term], readings.place[term]
    if kind == UNKNOWN:
        return x[place]
    if kind == CURRENT:
        return currents[place]
    return rates[place] if kind == CHARGE else sources[place]


@njit(**LEAN)
def pull_readings(
    readings: Readings,
    weights: np.ndarray,
    x: np.ndarray,
    currents: np.ndarray,
    rates: np.ndarray,
    sources: np.ndarray,
    by_x: np.ndarray,
    by_currents: np.ndarray,
    by_rates: np.ndarray,
    by_sources: np.ndarray,
) -> None:
    """Add the derivatives of Σ weight·reading by the unknowns, by the currents and the rates of charges of all rows,
    and by the sources' values, the others held."""
    for term in range(len(readings.signal)):
        weight = weights[readings.signal[term]] * readings.factor[term]
        if weight == 0.0:
            continue
        if readings.unknown[term] != NOWHERE:
            by_x[readings.unknown[term]] += weight * _number(readings, term, x, currents, rates, sources)
            weight *= x[readings.unknown[term]]
        kind, place = readings.kind[term], readings.place[term]
        if kind == UNKNOWN:
            by_x[place] += weight
        elif kind == CURRENT:
            by_currents[place] += weight
        elif kind == CHARGE:
            by_rates[place] += weight
        else:
            by_sources[place] += weight


@njit(**LEAN)
def push_readings(
    readings: Readings,
    x: np.ndarray,
    currents: np.ndarray,
    sources: np.ndarray,
    x_along: np.ndarray,
    currents_along: np.ndarray,
    sources_along: np.ndarray,
    found: np.ndarray,
) -> None:
    """The direction of the readings at rest, `found` (count,), from those of what they are made of."""
    clear(found)
    for term in range(len(readings.signal)):
        along = _number(readings, term, x_along, currents_along, currents_along, sources_along)
        unknown = readings.unknown[term]
        if unknown != NOWHERE:
            along = along * x[unknown] + _number(readings, term, x, currents, currents, sources) * x_along[unknown]
        found[readings.signal[term]] += readings.factor[term] * along
