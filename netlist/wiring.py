"""The lines of a circuit by number: every net and every line of a bus once, ground first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .broadcast import field_shape
from .bus import split_index
from .buses import bus_widths, node_fields, part_of_bus
from .circuit import Circuit
from .element import Element

GROUND = "0"


@dataclass(frozen=True, eq=False)
class Wiring:
    """Numbers for all lines: `first` is the number of a net, or of a bus's line 0; `widths` are the buses."""

    first: Mapping[str, int]
    widths: Mapping[str, int]
    count: int

    @classmethod
    def of(cls, circuit: Circuit) -> Wiring:
        """Number the lines of a flat circuit in order of appearance; ground is 0 even where nothing touches it."""
        widths = bus_widths(circuit)
        first = {GROUND: 0}
        count = 1
        for element in circuit.elements:
            for field in node_fields(element):
                if field in first:
                    continue
                part = part_of_bus(field, widths) if widths else None
                name = part.name if part else field
                if name not in first:
                    first[name] = count
                    count += widths.get(name, 1)
        return cls(first, widths, count)

    def line(self, field: str) -> int:
        """The number of the one line that a scalar node field names."""
        number = self.first.get(field)
        if number is not None:
            return number
        name, (index, *_) = split_index(field)
        return self.first[name] + index

    def lines(self, field: str) -> np.ndarray:
        """The numbers of the lines that a node field names."""
        part = part_of_bus(field, self.widths)
        if part is None:
            return np.array([self.first[field]])
        start = self.first[part.name] + part.start
        return np.arange(start, start + part.width)

    def read(self, field: str) -> np.ndarray:
        """The numbers of what a signal `v(field)` reads: a net, a line, a range or a whole bus; empty for none."""
        part = part_of_bus(field, self.widths)
        if part:
            return self.lines(field) if part.stop < self.widths.get(part.name, 0) else np.zeros(0, dtype=np.intp)
        if field in self.first:
            return self.first[field] + np.arange(self.widths.get(field, 1))
        return np.zeros(0, dtype=np.intp)

    def terminal(self, element: Element, position: int) -> np.ndarray:
        """Line numbers of one node field (controls follow the nodes), broadcastable against the element's shape."""
        fields = element.nodes + element.controls
        return self.lines(fields[position]).reshape(field_shape(element, position))

    def names(self) -> list[str]:
        """The name of every line, in order of its number."""
        names: list[str] = []
        for name in self.first:
            width = self.widths.get(name)
            names.extend([name] if width is None else (f"{name}[{index}]" for index in range(width)))
        return names
