"""The instances that an X card stands for: one, one a line of an array, one a crosspoint of a crossbar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from .bus import BusSlice, bus_slice
from .element import Element, empty
from .errors import CircuitError
from .suggestion import counted


class InstanceLine(NamedTuple):
    """One instance: its name, its nodes, and the parameters that the card gives to each instance apart."""

    name: str
    nodes: tuple[str, ...]
    values: Mapping[str, float]


def instance_lines(element: Element) -> Iterator[InstanceLine]:
    """The instances of an X card, in C order.

    In an array every bus runs along the range; in a crossbar the first node runs along the rows, the second along the
    columns, and all others are shared.

    Raises:
        CircuitError: an array of values that has another shape than the ranges.
    """
    arrays = {key: value for key, value in element.parameters.items() if isinstance(value, np.ndarray)}
    for key, value in arrays.items():
        if value.shape != element.shape:
            raise CircuitError(
                f"{key}= of {element.name} has shape {value.shape} but its ranges say {element.shape}",
                element.location,
            )
    slices = [bus_slice(node) for node in element.nodes]
    for index in np.ndindex(element.shape):
        name = f"{element.name}[{','.join(map(str, index))}]" if index else element.name
        nodes = tuple(
            part.node(_offset(index, position)) if part and index else node
            for position, (part, node) in enumerate(zip(slices, element.nodes, strict=True))
        )
        yield InstanceLine(name, nodes, {key: float(value[index]) for key, value in arrays.items()} or empty())


def _offset(index: tuple[int, ...], position: int) -> int:
    return index[position] if len(index) == 2 else index[0]


def end_of(element: Element, position: int) -> tuple[str, ...]:
    """The nodes along one side of a crossbar: the lines of its bus, or one node for all."""
    part: BusSlice | None = bus_slice(element.nodes[position])
    count = element.shape[position]
    return tuple(part.node(line) for line in range(count)) if part else (element.nodes[position],) * count


def own_parameter(element: Element) -> str:
    """The one parameter that an X card gives: what `with_values` changes and `*@ trainable` learns.

    Raises:
        CircuitError: a card that gives none, or several.
    """
    given = list(element.parameters)
    if len(given) != 1:
        raise CircuitError(
            f"{element.name} gives {counted(len(given), 'parameter')} to {element.model}, so that its value is not "
            f"plain; give one on the card and the others in the subcircuit, or learn a parameter of the deck",
            element.location,
        )
    return given[0]
