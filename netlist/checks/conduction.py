"""Which lines of a circuit a direct current can pass between."""

from __future__ import annotations

import numpy as np

from ..circuit import Circuit
from ..components import Components
from ..element import Element
from ..resistance import conductance
from ..wiring import Wiring

CONDUCTING_TERMINALS: dict[str, tuple[int, ...]] = {
    "B": (0, 1),
    "C": (),
    "D": (0, 1),
    "E": (0, 1),
    "F": (),
    "G": (),
    "H": (0, 1),
    "I": (),
    "J": (0, 1, 2),
    "K": (),
    "L": (0, 1),
    "M": (0, 2, 3),
    "Q": (0, 1, 2, 3, 4),
    "R": (0, 1),
    "S": (0, 1),
    "T": (0, 1, 2, 3),
    "V": (0, 1),
    "W": (0, 1),
    "X": (),
}
"""By kind, the places of the terminals between which a direct current can pass; of B, only if it sets a voltage."""


def is_ideal_diode(element: Element, circuit: Circuit) -> bool:
    """Whether the element is a diode that the circuit declares ideal."""
    return element.kind == "D" and element.model in circuit.ideal_models


def conduction(circuit: Circuit, wiring: Wiring) -> np.ndarray:
    """For every line the smallest line that a direct current of either sign can reach from it.

    Ideal diodes are left out, as they conduct one way. Linear in the number of branches.
    """
    parts = Components(wiring.count)
    tails: list[int] = []
    heads: list[int] = []
    for element in circuit.elements:
        if element.ranges:
            _join_array(parts, element, circuit, wiring)
            continue
        lines = [wiring.line(element.nodes[place]) for place in conducting_places(element, circuit)]
        tails.extend(lines[:1] * (len(lines) - 1))
        heads.extend(lines[1:])
    parts.join(np.array(tails, dtype=np.intp), np.array(heads, dtype=np.intp))
    return parts.labels


def conducting_places(element: Element, circuit: Circuit) -> tuple[int, ...]:
    """The places of the terminals that conduct into each other; none for an open resistor or an ideal diode."""
    if is_ideal_diode(element, circuit) or (element.kind == "B" and not sets_voltage(element)):
        return ()
    if element.kind == "R" and not element.ranges and is_open(element):
        return ()
    return tuple(place for place in CONDUCTING_TERMINALS[element.kind] if place < len(element.nodes))


def sets_voltage(element: Element) -> bool:
    """Whether a B source is written `v=`."""
    return "v" in element.parameters


def is_open(element: Element) -> bool:
    """Whether a resistor is written by a conductance that is zero in every branch."""
    given = element.parameters.get("g")
    return isinstance(given, (int, float, np.ndarray)) and not np.any(given)


def _join_array(parts: Components, element: Element, circuit: Circuit, wiring: Wiring) -> None:
    places = conducting_places(element, circuit)
    for place in places[1:]:
        tail, head = wiring.terminal(element, places[0]), wiring.terminal(element, place)
        given = conductance(element) if element.kind == "R" and element.model is None else 1.0
        if len(element.shape) == 2 and tail.size > 1 and head.size > 1:
            closed = np.broadcast_to(np.not_equal(given, 0), element.shape)
            parts.join_crossbar(tail.ravel(), head.ravel(), closed)
        else:
            tail, head, closed = np.broadcast_arrays(tail, head, np.not_equal(given, 0))
            parts.join(tail[closed], head[closed])
