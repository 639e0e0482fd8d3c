"""Scalar elements back into arrays: what `Circuit.expand()` wrote out, or what somebody typed in that way.

`rw[0,0]` from `in[0]` to `h[0]`, `rw[0,1]` … become one element again, so that a written-out deep resistive network is
drawn like the one it came from. A resistor that is missing from a crossbar counts as open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from ...netlist import Circuit
from ...netlist.bus import split_index
from ...netlist.element import Element
from .resistors import conductance_or_none

_FEWEST = 2


def gathered(circuit: Circuit) -> Circuit | None:
    """The circuit with indexed elements gathered into arrays; None where they do not all fit. Linear."""
    groups: dict[tuple[str, int], list[tuple[tuple[int, ...], Element]]] = defaultdict(list)
    for element in circuit.elements:
        name, index = split_index(element.name)
        groups[name, len(index)].append((index, element))
    if len(groups) * _FEWEST > len(circuit.elements):
        return None
    elements: list[Element] = []
    for (name, dimensions), members in groups.items():
        whole = members[0][1] if not dimensions and len(members) == 1 else _array(name, dimensions, members)
        if whole is None:
            return None
        elements.append(whole)
    return replace(circuit, elements=tuple(elements))


def _array(name: str, dimensions: int, members: Sequence[tuple[tuple[int, ...], Element]]) -> Element | None:
    """One array element for the members, if their indices and nodes are regular."""
    first = members[0][1]
    if dimensions not in (1, 2) or first.controls or len(first.nodes) != 2 or first.kind not in "RVIDCL":
        return None
    indices = np.array([index for index, _ in members])
    shape = tuple(int(each) + 1 for each in indices.max(axis=0))
    if len(members) != np.prod(shape) and first.kind != "R":
        return None
    nodes = [_field(position, indices, members, shape) for position in (0, 1)]
    values = [_number(element) for _, element in members]
    if None in nodes or len({element.model for _, element in members}) > 1:
        return None
    ranges = tuple((0, length - 1) for length in shape)
    element = Element(name, (str(nodes[0]), str(nodes[1])), None, first.model, ranges=ranges)
    if first.kind == "D":
        return element
    if any(value is None for value in values):
        return None
    filled = np.zeros(shape)
    filled[tuple(indices.T)] = values
    if first.kind == "R":
        return replace(element, parameters=MappingProxyType({"g": filled}))
    return replace(element, value=filled)


def _number(element: Element) -> float | None:
    value = conductance_or_none(element) if element.kind == "R" else element.value
    return value if isinstance(value, float) else None


def _field(
    position: int, indices: np.ndarray, members: Sequence[tuple[tuple[int, ...], Element]], shape: tuple[int, ...]
) -> str | None:
    """The node field that all members have in common: one node, or lines of a bus that follow an index."""
    fields = [split_index(element.nodes[position]) for _, element in members]
    names = {name for name, _ in fields}
    if len(names) > 1:
        return None
    (name,) = names
    if len(set(fields)) == 1 and len(fields) > 1:
        return members[0][1].nodes[position]
    if any(len(index) != 1 for _, index in fields):
        return None
    lines = np.array([index[0] for _, index in fields])
    axis = position if len(shape) == 2 else 0
    start = lines - indices[:, axis]
    if (start != start[0]).any() or start[0] < 0:
        return None
    return f"{name}[{start[0]}:{start[0] + shape[axis] - 1}]"
