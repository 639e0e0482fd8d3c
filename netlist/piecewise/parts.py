"""The ideal parts of one piecewise-linear device: what they are called, and how they are put together.

A part is named after its device and its role in it (`r#leakage#d1` is a resistor of d1), and so are the inner nodes.
One part keeps the device's own name, so that a message about it speaks of the device.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..bus import bus_slice
from ..element import Element
from ..errors import CircuitError

GROUND = "0"
_PART = re.compile(r"(?P<instance>x.*\.)?[rvid]#(?:forward|leakage|zener|limit|base|above\d+|below\d+)#(?P<own>.+)")
_INNER = re.compile(r"(?:(?:forward|zener|base|(?:above|below)\d+)_(?:foot|knee|end)|middle)#.+")


@dataclass(frozen=True, slots=True)
class Parts:
    """The ideal elements of one device, its inner nodes, and the (sign, element) whose currents sum to its own."""

    elements: tuple[Element, ...]
    nodes: tuple[str, ...]
    current: tuple[tuple[float, str], ...]


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
        given = {key: _row(each, row) for key, each in device.parameters.items()}
        own = replace(device, name=f"{device.name}#{row}", nodes=nodes, parameters=given, ranges=(along,))
        rows.append(replace(own, value=_row(device.value, row)))
    return rows


class Builder:
    """Puts ideal parts together along a device's range; its ideal diodes have the `model`.

    `times` is how many equal devices stand in parallel; the values given are those of one.
    """

    def __init__(self, device: Element, model: str | None, times: float | np.ndarray):
        self.device, self.model, self.times = device, model, times
        self.elements: list[Element] = []
        self.nodes: list[str] = []

    def parts(self, current: list[tuple[float, str]]) -> Parts:
        """What was put together, and what its currents sum to."""
        return Parts(tuple(self.elements), tuple(self.nodes), tuple(current))

    def chain(self, role: str, name: str, ends: tuple[str, str], volts: float, ohms: float) -> str:
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
        return name

    def add(self, letter: str, role: str, nodes: tuple[str, str], value: float | np.ndarray | None) -> str:
        name = self.named(letter, role)
        self.elements.append(self.element(name, nodes, value))
        return name

    def element(self, name: str, nodes: tuple[str, str], value: float | np.ndarray | None) -> Element:
        """A part along the device's range; without a value it is a diode."""
        model = self.model if value is None else None
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


def multiplicity(device: Element, keys: tuple[str, ...]) -> float | np.ndarray:
    """How many equal devices stand in parallel: the product of these parameters."""
    times: float | np.ndarray = 1.0
    for key in keys:
        value = device.parameters.get(key, 1.0)
        if not isinstance(value, (int, float, np.ndarray)) or not np.all(np.asarray(value) > 0.0):
            raise CircuitError(f"{device.name} has {key}={value}; give a positive number", device.location)
        times = times * value
    return times


def _row(value: Any, row: int) -> Any:
    return value[row] if isinstance(value, np.ndarray) else value
