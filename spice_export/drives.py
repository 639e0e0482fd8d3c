"""Driven nodes: those that one grounded voltage source holds and that otherwise touch plain resistors only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..netlist.buses import CONTROLLED_BY_ELEMENTS, node_fields
from ..netlist.circuit import Circuit
from ..netlist.element import Element
from ..netlist.expression import Expression
from ..netlist.sensing import sensed_elements, sensed_nodes
from ..netlist.wiring import GROUND, Wiring


@dataclass(frozen=True, eq=False)
class Holder:
    """A grounded source, the node numbers it holds, one a branch, and its sign: -1 with its + terminal on ground."""

    source: Element
    nodes: np.ndarray
    sign: float


@dataclass(frozen=True, eq=False)
class Drives:
    """Which nodes of a wiring are driven (`mask`, one a node) and by which sources."""

    mask: np.ndarray
    holders: tuple[Holder, ...]

    def potentials(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Node potentials in volts, [samples, nodes], zero where not driven.

        `values` gives source values [samples, *shape] that differ from the circuit's own, all with equal `samples`.
        """
        samples = next((len(value) for value in values.values()), 1)
        potentials = np.zeros((samples, len(self.mask)))
        for holder in self.holders:
            own = np.broadcast_to(np.asarray(holder.source.value, dtype=np.float64), (1, *holder.source.shape))
            value = np.reshape(values.get(holder.source.name, own), (-1, len(holder.nodes)))
            potentials[:, holder.nodes] = holder.sign * value
        return np.where(self.mask, potentials, 0.0)


def is_plain_resistor(element: Element) -> bool:
    """A resistor that its conductance says all about: no model, expression, temperature coefficient or multiplier."""
    if element.kind != "R" or element.model is not None or not element.parameters.keys() <= {"g"}:
        return False
    return not isinstance(element.parameters.get("g", element.value), Expression)


def drives(circuit: Circuit, wiring: Wiring, kept: frozenset[str] = frozenset()) -> Drives:
    """The driven nodes of a flat circuit. `kept` names nets, buses and elements that must stay as they are.

    A source that controls another element, or whose node carries anything but plain resistors, drives nothing here.
    Linear in the number of node lines.
    """
    touched = np.zeros(wiring.count, dtype=bool)
    held = np.zeros(wiring.count, dtype=np.int64)
    holders = list(_holders(circuit, wiring, kept))
    for holder in holders:
        np.add.at(held, holder.nodes, 1)
    holding = {holder.source.name for holder in holders}
    for element in circuit.elements:
        if element.name in holding or is_plain_resistor(element):
            continue
        for field in (*node_fields(element), *sensed_nodes(element)):
            touched[_numbers(wiring, field)] = True
    for name in kept & set(wiring.first):
        touched[_numbers(wiring, name)] = True
    return Drives((held == 1) & ~touched, tuple(holders))


def _holders(circuit: Circuit, wiring: Wiring, kept: frozenset[str]) -> Iterator[Holder]:
    controlling = {name.partition("[")[0] for element in circuit.elements for name in _current_read_by(element)}
    for element in circuit.of_kind("V"):
        constant = isinstance(element.value, (int, float, np.ndarray)) and not element.parameters
        grounded = element.nodes.count(GROUND) == 1
        if constant and grounded and element.name not in controlling | kept and len(element.ranges) < 2:
            live = 0 if element.nodes[1] == GROUND else 1
            nodes = np.broadcast_to(wiring.terminal(element, live), element.shape).reshape(-1)
            yield Holder(element, nodes, 1.0 if live == 0 else -1.0)


def _current_read_by(element: Element) -> tuple[str, ...]:
    """The elements whose currents this one depends on."""
    controls = element.controls if element.kind in CONTROLLED_BY_ELEMENTS else ()
    return controls + sensed_elements(element)


def _numbers(wiring: Wiring, field: str) -> np.ndarray:
    """The node numbers of a node field, or of a whole bus by its name; none for a node that nothing touches."""
    width = wiring.widths.get(field)
    if width is not None:
        return wiring.first[field] + np.arange(width)
    try:
        return wiring.lines(field)
    except KeyError:
        return np.zeros(0, dtype=np.int64)
