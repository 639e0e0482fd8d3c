"""Branches of one kind, gathered from elements into flat arrays, and cut back into the user's shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..netlist.broadcast import field_shape
from ..netlist.element import Element
from ..netlist.errors import CircuitError
from .nodes import NodeTable


@dataclass(frozen=True, eq=False)
class Branches:
    """Flat branches: `first` → `second` are node indices, `values` float64 SI values, all of length `count`.

    Scalar elements come first, then arrays, each in the deck's order: `places[name]` is the slice of an element's
    branches, row-major over its `shapes[name]`.
    """

    first: np.ndarray
    second: np.ndarray
    values: np.ndarray
    places: Mapping[str, slice]
    shapes: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(
        cls, elements: Iterable[Element], table: NodeTable, value: Callable[[Element], float | np.ndarray]
    ) -> Branches:
        """Gather two-terminal elements. Linear in the branches; an array costs a few NumPy operations, not a loop."""
        elements = list(elements)
        scalars = [element for element in elements if not element.ranges]
        arrays = [element for element in elements if element.ranges] if len(scalars) < len(elements) else []
        first, second = ([_scalar_ends(scalars, position, table)] for position in (0, 1))
        values = [np.asarray([value(element) for element in scalars], dtype=np.float64)]
        names = [element.name for element in scalars]
        count = len(scalars)
        places = dict(zip(names, map(slice, range(count), range(1, count + 1)), strict=True))
        for element in arrays:
            first.append(_ends(element, 0, table))
            second.append(_ends(element, 1, table))
            values.append(np.broadcast_to(np.asarray(value(element), dtype=np.float64), element.shape).ravel())
            places[element.name] = slice(count, count + len(first[-1]))
            count += len(first[-1])
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(names, ())
        shapes.update((element.name, element.shape) for element in arrays)
        return cls(np.concatenate(first), np.concatenate(second), np.concatenate(values), places, shapes)

    @property
    def count(self) -> int:
        return len(self.first)

    def updated(self, changes: Mapping[str, Any] | np.ndarray | None, what: str) -> np.ndarray:
        """The flat values with some elements' values replaced: a mapping from name, or all of them as a flat array.

        Raises:
            CircuitError: a name that is no `what` of this circuit, a wrong shape, a number that is not finite.
        """
        if changes is None:
            return self.values
        if not isinstance(changes, Mapping):
            return _finite(np.asarray(changes, dtype=np.float64), (self.count,), f"the {what}s' values")
        values = self.values.copy()
        for name, change in changes.items():
            key = name.lower()
            if key not in self.places:
                raise CircuitError(f"{name} is no {what} of this circuit; there are {', '.join(list(self.places)[:8])}")
            array = np.asarray(change, dtype=np.float64)
            if array.shape == ():
                array = np.broadcast_to(array, self.shapes[key])
            values[self.places[key]] = _finite(array, self.shapes[key], f"the value of {name}").ravel()
        return values

    def shaped(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """Flat numbers (..., count) by element, in the elements' shapes."""
        batch = flat.shape[:-1]
        return {
            name: flat[..., place].reshape(batch + self.shapes[name]) if self.shapes[name] else flat[..., place.start]
            for name, place in self.places.items()
        }

    def owner(self, branch: int) -> str:
        """The element that a branch belongs to. Linear in the number of elements: for messages."""
        return next(name for name, place in self.places.items() if place.start <= branch < place.stop)

    def name(self, branch: int) -> str:
        """The user's name of a branch: `r1`, `rw[3,7]`."""
        name = self.owner(branch)
        shape = self.shapes[name]
        index = np.unravel_index(branch - self.places[name].start, shape) if shape else ()
        return f"{name}[{','.join(str(int(place)) for place in index)}]" if index else name


def _scalar_ends(scalars: list[Element], position: int, table: NodeTable) -> np.ndarray:
    """The node index of each scalar branch at one end; a field that is a bus is refused here."""
    try:
        return table.indices([element.nodes[position] for element in scalars])
    except KeyError:
        for element in scalars:
            field_shape(element, position)
        return np.asarray([table.index(element.nodes[position]) for element in scalars], dtype=np.int64)


def _ends(element: Element, position: int, table: NodeTable) -> np.ndarray:
    indices = np.asarray(table.index(element.nodes[position]), dtype=np.int64)
    return np.broadcast_to(indices.reshape(field_shape(element, position)), element.shape).ravel()


def _finite(array: np.ndarray, shape: tuple[int, ...], what: str) -> np.ndarray:
    if array.shape != shape:
        raise CircuitError(f"{what} has shape {array.shape}; give {shape or 'one number'}")
    if not np.all(np.isfinite(array)):
        raise CircuitError(f"{what} holds a number that is not finite")
    return array
