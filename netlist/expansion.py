"""Expansion: the scalar circuit that an array circuit means.

`Rw[0:1567,0:99] in[0:1567] h[0:99]` becomes 156,800 elements `rw[3,7]` from `in[3]` to `h[7]`. Open resistors (g=0)
stay, as g=0.0, so that expansion changes neither the number of branches nor their incidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from types import MappingProxyType

import numpy as np

from .broadcast import field_shape
from .bus import bus_slice
from .buses import bus_widths, node_positions
from .circuit import Circuit
from .directive_expansion import Names, expand_directive
from .element import Element, empty
from .errors import CircuitError


def expand(circuit: Circuit) -> Circuit:
    """The flat, scalar circuit with the same meaning; the circuit itself when it is that already.

    Directives keep the elements they selected, bus outputs become their lines. Linear in the number of branches.

    Raises:
        CircuitError: a node field whose width is not that of the element's range, values of another shape.
    """
    return written_out(circuit.flatten())


def written_out(flat: Circuit) -> Circuit:
    """`expand` of a circuit that is flat already, with numbers or symbols for values."""
    widths = bus_widths(flat)
    if not widths and not any(element.ranges for element in flat.elements):
        return flat
    elements: list[Element] = []
    for element in flat.elements:
        elements.extend(element_lines(element))
    names = Names.of(flat, widths)
    return replace(
        flat,
        elements=tuple(elements),
        directives=tuple(expand_directive(directive, names) for directive in flat.directives),
        initial_conditions=_expand_nodes(flat.initial_conditions, widths),
        nodesets=_expand_nodes(flat.nodesets, widths),
    )


def element_lines(element: Element) -> Sequence[Element]:
    """The scalar elements of one element, in C order."""
    if not element.ranges and not any(":" in node for node in element.nodes):
        return (element,)
    fields = [_field(element, position) for position in node_positions(element)]
    names = line_names(element)
    nodes = zip(*fields[: len(element.nodes)], strict=True)
    sensed = fields[len(element.nodes) :]
    controlling = zip(*sensed, strict=True) if sensed else repeat(element.controls, len(names))
    values = _spread(element, "value", element.value)
    parameters = _parameters(element)
    model, location = element.model, element.location
    return [
        Element(name, at, value, model, keywords, control, (), location)
        for name, at, value, keywords, control in zip(names, nodes, values, parameters, controlling, strict=True)
    ]


def line_names(element: Element) -> list[str]:
    """The names of an array element's branches, `rw[3,7]`, in C order."""
    head = element.name
    if len(element.ranges) == 1:
        ((start, stop),) = element.ranges
        return [f"{head}[{index}]" for index in range(start, stop + 1)]
    rows, columns = (range(start, stop + 1) for start, stop in element.ranges)
    tails = [f",{column}]" for column in columns]
    return [f"{head}[{row}{tail}" for row in rows for tail in tails]


def _field(element: Element, position: int) -> Sequence[str]:
    """The node of every branch at one position of the card."""
    return _spread_names((element.nodes + element.controls)[position], field_shape(element, position), element.shape)


def _spread_names(field: str, axes: tuple[int, ...], shape: tuple[int, ...]) -> Sequence[str]:
    count = int(np.prod(shape))
    part = bus_slice(field)
    if part is None:
        return [field] * count
    lines = np.array([part.node(offset) for offset in range(part.width)], dtype=object)
    return np.broadcast_to(lines.reshape(axes), shape).ravel().tolist()


def _parameters(element: Element) -> Sequence[Mapping[str, object]]:
    count = int(np.prod(element.shape))
    if not any(isinstance(value, np.ndarray) for value in element.parameters.values()):
        return [element.parameters or empty()] * count
    columns = [_spread(element, key, value) for key, value in element.parameters.items()]
    keys = tuple(element.parameters)
    if len(keys) == 1:
        key = keys[0]
        return [MappingProxyType({key: value}) for value in columns[0]]
    return [MappingProxyType(dict(zip(keys, values, strict=True))) for values in zip(*columns, strict=True)]


def _spread(element: Element, what: str, value: object) -> Sequence:
    if not isinstance(value, np.ndarray):
        return [value] * int(np.prod(element.shape))
    if value.shape != element.shape:
        raise CircuitError(
            f"the {what} of {element.name} has shape {value.shape} but its ranges say {element.shape}", element.location
        )
    return value.ravel().tolist()


def _expand_nodes(values: Mapping[str, object], widths: Mapping[str, int]) -> Mapping[str, object]:
    """Initial conditions or guesses with buses written out line by line."""
    lines: dict[str, object] = {}
    for node, value in values.items():
        part = bus_slice(node)
        if part:
            lines.update((part.node(offset), value) for offset in range(part.width))
        elif node in widths:
            lines.update((f"{node}[{index}]", value) for index in range(widths[node]))
        else:
            lines[node] = value
    return MappingProxyType(lines) if lines else empty()
