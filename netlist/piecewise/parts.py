"""One piecewise-linear diode as ideal parts, and how their currents sum to its own.

    anode ─┬─ on_resistance ─ ideal diode ─ drop ─────────────────┬─ middle ─┬─ limit (current source) ─┬─ cathode
           ├─ leakage ────────────────────────────────────────────┤          └─ ideal diode, back ──────┘
           └─ zener ─ ideal diode, back ─ zener_resistance ───────┘

The limiter passes any current up to `limit`: its diode is a short that carries limit − i, and opens where that is 0.
The first ideal diode keeps the device's own name, so that a message about it speaks of the device.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from ..bus import bus_slice
from ..element import Element
from ..errors import CircuitError
from .diode import PiecewiseDiode

GROUND = "0"
_PART = re.compile(r"(?P<instance>x.*\.)?[rvid]#(?:forward|leakage|zener|limit)#(?P<own>.+)")
_INNER = re.compile(r"(?:(?:forward|zener)_(?:foot|knee)|middle)#.+")


@dataclass(frozen=True, slots=True)
class Parts:
    """The ideal elements of one device, its inner nodes, and the (sign, element) whose currents sum to its own."""

    elements: tuple[Element, ...]
    nodes: tuple[str, ...]
    current: tuple[tuple[float, str], ...]


def parts_of(device: Element, diode: PiecewiseDiode) -> Parts:
    """The parts of a scalar device, or of an array with one range; the parts are arrays of the same range."""
    return _Builder(device, diode).parts()


def device_of(name: str) -> str:
    """The device that an element is a part of, or the element's own name."""
    part = _PART.fullmatch(name)
    return f"{part['instance'] or ''}{part['own']}" if part else name


def is_inner(node: str) -> bool:
    """Whether a node is between the parts of a device."""
    return _INNER.fullmatch(node) is not None


def rows_of(device: Element) -> list[Element]:
    """The rows of a crossbar of devices, an array with one range each: inner nodes, one a branch, need a bus."""
    (_, along), part = device.ranges, bus_slice(device.nodes[0])
    rows = []
    for row in range(device.shape[0]):
        nodes = (part.node(row) if part else device.nodes[0], device.nodes[1])
        given = {key: each[row] if isinstance(each, np.ndarray) else each for key, each in device.parameters.items()}
        rows.append(replace(device, name=f"{device.name}#{row}", nodes=nodes, parameters=given, ranges=(along,)))
    return rows


class _Builder:
    def __init__(self, device: Element, diode: PiecewiseDiode) -> None:
        self.device, self.diode = device, diode
        self.elements: list[Element] = []
        self.nodes: list[str] = []
        self.times = _multiplicity(device)

    def parts(self) -> Parts:
        diode, (anode, cathode) = self.diode, self.device.nodes
        middle = cathode if diode.limit is None else self.node("middle")
        self.chain("forward", self.device.name, (anode, middle), diode.drop, diode.on_resistance)
        current = [(1.0, self.device.name)]
        if diode.leakage is not None:
            current.append((1.0, self.add("r", "leakage", (anode, middle), diode.leakage / self.times)))
        if diode.zener is not None:
            back = self.named("d", "zener")
            self.chain("zener", back, (middle, anode), diode.zener, diode.zener_resistance)
            current.append((-1.0, back))
        if diode.limit is not None:
            # the limiter is in series with all the rest, so that its current is the device's
            source = self.add("i", "limit", (middle, cathode), diode.limit * self.times)
            back = self.add("d", "limit", (cathode, middle), None)
            current = [(1.0, source), (-1.0, back)]
        return Parts(tuple(self.elements), tuple(self.nodes), tuple(current))

    def chain(self, role: str, name: str, ends: tuple[str, str], volts: float, ohms: float) -> None:
        """A diode, a source and a resistor in series; the diode's end at ground stays there, which is a bound."""
        start, stop = ends
        resistor_first = start != GROUND
        at = start
        if ohms and resistor_first:
            at = self.node(f"{role}_foot")
            self.add("r", role, (start, at), ohms / self.times)
        after = stop
        if ohms and not resistor_first:
            after = self.node(f"{role}_foot")
            self.add("r", role, (after, stop), ohms / self.times)
        source = self.node(f"{role}_knee") if volts else after
        self.elements.append(self.element(name, (at, source), None))
        if volts:
            self.add("v", role, (source, after), volts)

    def add(self, letter: str, role: str, nodes: tuple[str, str], value: float | np.ndarray | None) -> str:
        name = self.named(letter, role)
        self.elements.append(self.element(name, nodes, value))
        return name

    def element(self, name: str, nodes: tuple[str, str], value: float | np.ndarray | None) -> Element:
        """A part along the device's range; without a value it is a diode."""
        model = self.device.model if value is None else None
        return Element(name, nodes, value, model, ranges=self.device.ranges, location=self.device.location)

    def named(self, letter: str, role: str) -> str:
        """The name of a part, whose own letter stands where names keep theirs: `r#leakage#d1`, `x1.r#leakage#d1`."""
        head, dot, own = self.device.name.rpartition(".") if self.device.name[0] == "x" else ("", "", self.device.name)
        return f"{head}{dot}{letter}#{role}#{own}"

    def node(self, role: str) -> str:
        """A new inner node, or a bus of them for an array."""
        node = f"{role}#{self.device.name}"
        if self.device.ranges:
            node += f"[0:{self.device.shape[0] - 1}]"
        self.nodes.append(node)
        return node


def _multiplicity(device: Element) -> float | np.ndarray:
    """How many equal devices stand in parallel: `m` times `area`."""
    times: float | np.ndarray = 1.0
    for key in ("m", "area"):
        value = device.parameters.get(key, 1.0)
        if not isinstance(value, (int, float, np.ndarray)) or not np.all(np.asarray(value) > 0.0):
            raise CircuitError(f"{device.name} has {key}={value}; give a positive number", device.location)
        times = times * value
    return times
