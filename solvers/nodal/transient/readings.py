"""From accepted points to the user's signals: voltages, and currents with what charges add to them.

A device's charge at a terminal becomes a current by the formula of the step that was taken, as in ngspice: dq/dt of all
terminals at a node and the resistive currents there add up to zero as well as Newton's method solved them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from ....netlist.errors import CircuitError
from ...kernels import call_kernel
from ..compiling import LEAN
from ..evaluate import MOST_OUTPUTS, between
from ..groups import Compiled
from ..instance import Instance
from ..network import Network
from ..operating import Solver
from ..signals import Signals, into_first
from ..switches import Switches, set_switches
from ..tables import Numbers, Tables
from ..waveforms import Sources, waveform
from .problem import Record


@dataclass(frozen=True)
class Readings:
    """Every signal at every accepted point; `values` (points, signals) in the order of `names`."""

    names: tuple[str, ...]
    values: np.ndarray


def readings(
    network: Network,
    solver: Solver,
    sources: Sources,
    record: Record,
    trapezoidal: bool,
    wanted: Sequence[str] | None = None,
) -> Readings:
    """Signals of a record, in the order of `wanted`; all where none are named. Linear in points times the circuit's
    size; voltages alone cost next to nothing.

    Raises:
        CircuitError: there is no such signal.
    """
    signals = Signals.of(network)
    known = names_of(network, signals)
    chosen = known if wanted is None else tuple(each.lower() for each in wanted)
    for name in chosen:
        if name not in known:
            raise CircuitError(f"no signal {name}; there are {', '.join(known[:8])}")
    found = {name: record.x[:, place] for name, place in (*signals.voltages, *signals.branches)}
    for name, place in signals.sources:
        if name in chosen:
            found[name] = network.shape.source_signs[place, 0] * driven(sources, place, record.times)
    if not found.keys() >= set(chosen):
        found = _currents(network, solver.numbers, signals, record, trapezoidal) | found
    return Readings(chosen, np.column_stack([found[name] for name in chosen]))


def names_of(network: Network, signals: Signals) -> tuple[str, ...]:
    """All signals that there are: voltages, and then currents in the order of the netlist."""
    currents = {name for name, _ in (*signals.branches, *signals.sources)}
    currents |= {*signals.linear.names, *signals.nonlinear.names}
    order = [f"i({element.name})" for element in network.flat.elements if element.kind != "K"]
    return (*(name for name, _ in signals.voltages), *(name for name in order if name in currents))


def driven(sources: Sources, place: int, times: np.ndarray) -> np.ndarray:
    """The values (times,) of one source."""
    found = np.zeros(len(times))
    _fill_driven(sources, place, times, found)
    return found


@njit(**LEAN)
def _fill_driven(sources: Sources, place: int, times: np.ndarray, found: np.ndarray) -> None:
    for k in range(len(times)):
        found[k] = waveform(sources, place, times[k])


def _currents(
    network: Network, numbers: Numbers, signals: Signals, record: Record, trapezoidal: bool
) -> dict[str, np.ndarray]:
    """The currents into all first terminals: resistive ones, and what charges there add to them."""
    split = len(network.linear.kernels)
    still = network.switches._replace(controls=np.zeros(0, np.int64))
    x = np.ascontiguousarray(record.x)
    found: dict[str, np.ndarray] = {}
    for terminals, tables, given, switches, part in (
        (signals.linear, network.linear, numbers._replace(effective=numbers.linear), still, slice(0, split)),
        (signals.nonlinear, network.tables, numbers, network.switches, slice(split, None)),
    ):
        stored = charge_weights(network.instances[part], network.groups[part])
        currents = np.zeros((len(record.times), len(tables.kernels)))
        charges = np.zeros_like(currents)
        _terminals(
            tables, given, terminals.weights, stored, switches, record.closed, x, record.times,
            np.zeros(len(tables.plus)), np.zeros(MOST_OUTPUTS), currents, charges,
        )  # fmt: skip
        currents += rates(record, charges, trapezoidal)
        found |= zip(terminals.names, currents.T, strict=True)
    return found


def charge_weights(instances: Sequence[Instance], groups: Sequence[Compiled]) -> np.ndarray:
    """Which charges (outputs,) of all instances, in order, are those of their first terminals."""
    weights: list[float] = []
    for instance, group in zip(instances, groups, strict=True):
        chosen = into_first(instance, group)
        weights += [float(row in chosen) for row in group.charge_rows]
    return np.array(weights)


def rates(record: Record, charges: np.ndarray, trapezoidal: bool) -> np.ndarray:
    """d/dt of charges (points, columns) at the record's points, by the formulas of its steps."""
    found = np.zeros_like(charges)
    if charges.size:
        _rates(record.times, record.orders, charges, trapezoidal, found)
    if record.orders[0] < 0 and len(found) > 2:
        found[:2] = found[2]  # the jump's rate is none of the motion's
    return found


@njit(**LEAN)
def _rates(times: np.ndarray, orders: np.ndarray, charges: np.ndarray, trapezoidal: bool, found: np.ndarray) -> None:
    for point in range(1, len(times)):
        order = max(orders[point], 1)
        taken = times[point] - times[point - 1]
        if trapezoidal and order == 2:
            for column in range(charges.shape[1]):
                change = charges[point, column] - charges[point - 1, column]
                found[point, column] = 2.0 * change / taken - found[point - 1, column]
            continue
        if (
            trapezoidal
            and orders[point] == 0
            and point + 2 < len(times)
            and orders[point + 1] == orders[point + 2] == 2
        ):
            _behind_a_corner(times, charges, point, found)
            continue
        for j in range(1, order + 1):
            factor = 1.0 / (times[point - j] - times[point])
            for i in range(1, order + 1):
                if i != j:
                    factor *= (times[point] - times[point - i]) / (times[point - j] - times[point - i])
            for column in range(charges.shape[1]):
                found[point, column] += factor * (charges[point - j, column] - charges[point, column])


@njit(**LEAN)
def _behind_a_corner(times: np.ndarray, charges: np.ndarray, point: int, found: np.ndarray) -> None:
    """The rate behind a corner from the two points after it, to second order: the step there is so short that the last
    digits of its charges would make a rate, which the trapezoidal rule passes on from step to step."""
    first, second = times[point + 1] - times[point], times[point + 2] - times[point + 1]
    both = first + second
    for column in range(charges.shape[1]):
        here, near, far = charges[point, column], charges[point + 1, column], charges[point + 2, column]
        found[point, column] = both / (first * second) * (near - here) - first / (second * both) * (far - here)


@njit(**LEAN)
def _terminals(
    tables: Tables,
    numbers: Numbers,
    current_weights: np.ndarray,
    charge_weights: np.ndarray,
    switches: Switches,
    closed: np.ndarray,
    x: np.ndarray,
    times: np.ndarray,
    controls: np.ndarray,
    out: np.ndarray,
    currents: np.ndarray,
    charges: np.ndarray,
) -> None:
    """Currents and charges (points, instances) at the first terminals, at rows x (points, n)."""
    starts, first_current, first_charge = tables.control_starts, tables.current_starts, tables.charge_starts
    for point in range(len(x)):
        set_switches(switches, numbers, closed[point])
        for k in range(len(tables.kernels)):
            for place in range(starts[k], starts[k + 1]):
                controls[place] = between(tables.plus, tables.minus, x[point], place)
            controls[starts[k + 1] - 1] = times[point]
            effective, number = numbers.effective, tables.number_starts[k]
            call_kernel(tables.kernels[k], controls, starts[k], effective, number, out, 0)
            at = 0
            for place in range(first_current[k], first_current[k + 1]):
                currents[point, k] += current_weights[place] * out[at]
                at += 1
            for place in range(first_charge[k], first_charge[k + 1]):
                charges[point, k] += charge_weights[place] * out[at]
                at += 1
