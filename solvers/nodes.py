"""Numbering: every net and every line of every bus gets one index; ground is the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from ..netlist.buses import part_of_bus
from ..netlist.element import Element
from ..netlist.errors import CircuitError

GROUND = "0"


@dataclass(frozen=True, eq=False)
class NodeTable:
    """`first[name]` is the index of a net or of line 0 of a bus; `width[name]` the number of lines, for buses only."""

    first: Mapping[str, int]
    width: Mapping[str, int]
    ground: int

    @classmethod
    def of(cls, elements: Iterable[Element], widths: Mapping[str, int]) -> NodeTable:
        """Number the nodes of `elements` in order of appearance. Linear in the number of node fields."""
        first: dict[str, int] = {}
        count = 0
        fields = dict.fromkeys(chain.from_iterable([element.nodes for element in elements]))
        if not widths:
            fields.pop(GROUND, None)
            # without a bus every field is a net of its own
            return cls({field: place for place, field in enumerate(fields)}, {}, len(fields))
        for field in fields:
            part = part_of_bus(field, widths)
            name = part.name if part else field
            if name != GROUND and name not in first:
                first[name] = count
                count += widths[name] if part else 1
        return cls(first, {name: widths[name] for name in first if name in widths}, count)

    def index(self, field: str) -> int | np.ndarray:
        """The index of a node field: an int for one node, an array for a bus or a slice of one.

        Raises:
            CircuitError: no such node, or a line beyond the bus's width.
        """
        if field in self.first and field not in self.width:
            return self.first[field]
        if field == GROUND:
            return self.ground
        part = part_of_bus(field, self.width)
        name, start, stop = part if part else (field, 0, self.width.get(field, 0) - 1)
        if name not in self.width or not 0 <= start <= stop < self.width[name]:
            known = [f"{each}[0:{self.width[each] - 1}]" if each in self.width else each for each in self.first]
            raise CircuitError(f"the circuit has no node {field}; there are {', '.join(known[:8])}")
        base = self.first[name]
        return base + start if part and ":" not in field else np.arange(base + start, base + stop + 1)

    def indices(self, fields: Sequence[str]) -> np.ndarray:
        """The indices (fields,) of fields that name one node each.

        Raises:
            KeyError: a field that names a bus, a line of one or no node; `index` says which.
        """
        known, width = self.first, self.width
        if not width:
            single = {**known, GROUND: self.ground}
        else:
            single = {name: at for name, at in known.items() if name not in width} | {GROUND: self.ground}
        return np.fromiter(map(single.__getitem__, fields), dtype=np.int64, count=len(fields))

    def signals(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Potentials (..., nodes) as `v(node)` signals, buses with a trailing axis of their width."""
        return {
            f"v({name})": values[..., at : at + self.width[name]] if name in self.width else values[..., at]
            for name, at in self.first.items()
        }

    def name(self, index: int) -> str:
        """The user's name of an index: `a`, `h[7]`, `0`. Linear in the number of nets: for messages."""
        for name, at in self.first.items():
            if at <= index < at + self.width.get(name, 1):
                return f"{name}[{index - at}]" if name in self.width else name
        return GROUND
