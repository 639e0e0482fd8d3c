"""Which buses a circuit has, and which node fields speak of them.

If a range `h[a:b]` occurs anywhere among a circuit's elements then `h` is a bus and `h[7]` is its line 7. Where no
range occurs, `h[7]` is simply a node's name, and is the same node after `Circuit.expand()`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from .bus import BusSlice, bus_slice, split_index
from .circuit import Circuit
from .element import Element
from .elements import KINDS

CONTROLLED_BY_ELEMENTS = frozenset(letter for letter, kind in KINDS.items() if kind.control_type == "element")
"""Kinds whose `controls` name elements; the controls of every other kind name nodes."""


def node_fields(element: Element) -> tuple[str, ...]:
    """The fields of an element that name nodes: its own, then its controlling ones."""
    if element.controls and element.kind not in CONTROLLED_BY_ELEMENTS:
        return element.nodes + element.controls
    return element.nodes


def node_positions(element: Element) -> range:
    """Where those fields stand in `nodes + controls`."""
    return range(len(node_fields(element)))


def bus_widths(circuit: Circuit) -> dict[str, int]:
    """The buses of a circuit and the number of their lines, in order of appearance.

    A bus is as wide as the highest line that any element names, in a range or alone. Linear in the number of node
    fields; definitions inside subcircuits are not looked into.
    """
    fields = set(chain.from_iterable(node_fields(element) for element in circuit.elements))
    if not any(":" in field for field in fields):
        return {}
    widths: dict[str, int] = {}
    for field in _in_order(circuit):
        part = bus_slice(field)
        if part:
            widths[part.name] = max(widths.get(part.name, 0), part.stop + 1)
    if widths and len(fields) > len(widths):
        _widen_by_single_lines(widths, fields)
    return widths


def _in_order(circuit: Circuit) -> Iterator[str]:
    return (field for element in circuit.elements for field in node_fields(element) if ":" in field)


def _widen_by_single_lines(widths: dict[str, int], fields: set[str]) -> None:
    for field in fields:
        if field.endswith("]"):
            name, index = split_index(field)
            if len(index) == 1 and name in widths:
                widths[name] = max(widths[name], index[0] + 1)


def part_of_bus(field: str, widths: Mapping[str, int]) -> BusSlice | None:
    """The lines of a bus that a node field names, one line (`h[7]`) included; None for a node that is no bus's."""
    part = bus_slice(field)
    if part or not widths or not field.endswith("]"):
        return part
    name, index = split_index(field)
    return BusSlice(name, index[0], index[0]) if len(index) == 1 and name in widths else None
