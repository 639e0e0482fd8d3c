"""Names: each element once, each bus in one meaning, controls that name an element there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ..broadcast import field_shape
from ..bus import split_index
from ..buses import CONTROLLED_BY_ELEMENTS, bus_widths, node_fields, node_positions
from ..circuit import Circuit
from ..element import Element
from ..errors import CircuitError
from .finding import Finding, finding


def naming(circuit: Circuit) -> Iterator[Finding]:
    """All findings about names in a flat circuit."""
    yield from _duplicates(circuit)
    yield from _widths(circuit)
    yield from _bare_buses(circuit)
    yield from _controls(circuit)


def _duplicates(circuit: Circuit) -> Iterator[Finding]:
    by_name: dict[str, list[Element]] = defaultdict(list)
    for element in circuit.elements:
        by_name[element.name].append(element)
    for name, elements in by_name.items():
        if len(elements) > 1:
            yield finding("error", f"{len(elements)} elements are called {name}; rename all but one", elements)
        array, index = split_index(name) if name.endswith("]") else (name, ())
        if index and array in by_name and _has_branch(by_name[array][0], index):
            message = f"{name} is also a branch of the array {array}; rename one of them"
            yield finding("error", message, (by_name[array][0], *elements))


def _has_branch(element: Element, index: tuple[int, ...]) -> bool:
    ranges = element.ranges
    return len(ranges) == len(index) and all(
        start <= each <= stop for each, (start, stop) in zip(index, ranges, strict=True)
    )


def _widths(circuit: Circuit) -> Iterator[Finding]:
    for element in circuit.elements:
        if not element.ranges and not any(":" in field for field in element.nodes):
            continue
        for position in node_positions(element):
            try:
                field_shape(element, position)
            except CircuitError as error:
                yield finding("error", error.sentence, (element,))


def _bare_buses(circuit: Circuit) -> Iterator[Finding]:
    """A bus's name alone is another node than all of its lines: nearly always a slip."""
    widths = bus_widths(circuit)
    if not widths:
        return
    users: dict[str, list[Element]] = defaultdict(list)
    for element in circuit.elements:
        for field in node_fields(element):
            if field in widths:
                users[field].append(element)
    for bus, elements in users.items():
        message = (
            f"{bus} is a bus of {widths[bus]} lines, but is named without a range; write {bus}[0:{widths[bus] - 1}]"
        )
        yield finding("error", message, elements)


def _controls(circuit: Circuit) -> Iterator[Finding]:
    for element in circuit.elements:
        if element.kind not in CONTROLLED_BY_ELEMENTS:
            continue
        for control in element.controls:
            name, index = split_index(control)
            known = control in circuit or (name in circuit and _has_branch(circuit[name], index))
            if not known:
                message = f"{element.name} is controlled by {control}, but there is no such element"
                yield finding("error", message, (element,))
            elif control in circuit and circuit[control].ranges:
                message = f"{element.name} is controlled by the array {control}; name one of its branches, {control}[0]"
                yield finding("error", message, (element,))
