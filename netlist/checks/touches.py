"""Who touches which line: the incidence of elements and lines, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..buses import node_positions
from ..circuit import Circuit
from ..element import Element
from ..wiring import Wiring


@dataclass(frozen=True, eq=False)
class Touches:
    """Touch k: the element at place `owner[k]` has `weight[k]` branches that end at, or sense, line `line[k]`."""

    owner: np.ndarray
    line: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, circuit: Circuit, wiring: Wiring) -> Touches:
        """All touches of a flat circuit. Linear in scalar elements and bus widths, not in a crossbar's crosspoints."""
        owners: list[int] = []
        lines: list[int] = []
        arrays: list[tuple[np.ndarray, ...]] = []
        for owner, element in enumerate(circuit.elements):
            fields = node_positions(element)
            if element.ranges:
                arrays.extend(_array(owner, element, position, wiring) for position in fields)
            else:
                names = element.nodes + element.controls
                lines.extend(wiring.line(names[position]) for position in fields)
                owners.extend([owner] * len(fields))
        scalars = np.array(owners, dtype=np.intp), np.array(lines, dtype=np.intp), np.ones(len(owners), dtype=np.intp)
        return cls(*(np.concatenate(parts) for parts in zip(scalars, *arrays, strict=True)))

    def counts(self, lines: int) -> np.ndarray:
        """How many branch ends there are at each line."""
        return np.bincount(self.line, weights=self.weight, minlength=lines).astype(np.int64)


def _array(owner: int, element: Element, position: int, wiring: Wiring) -> tuple[np.ndarray, ...]:
    lines = wiring.terminal(element, position).ravel()
    each = int(np.prod(element.shape)) // len(lines)
    return np.full(len(lines), owner), lines, np.full(len(lines), each)
