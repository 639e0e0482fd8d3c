"""The branches of some elements as arrays: from which line, to which line, with which value, of which element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..element import Element
from ..wiring import Wiring


@dataclass(frozen=True, eq=False)
class Branches:
    """`tail[k]`, `head[k]`: line numbers of branch k; `owner[k]`: its element's place in the circuit; `place[k]`: which
    of that element's branches it is, in C order; `value[k]`: its DC value, NaN where the card has no number."""

    tail: np.ndarray
    head: np.ndarray
    owner: np.ndarray
    place: np.ndarray
    value: np.ndarray

    @classmethod
    def of(cls, elements: Sequence[Element], chosen: Iterable[int], wiring: Wiring) -> Branches:
        """The branches of the chosen elements, by their places; all must have two nodes. Linear in branches."""
        scalars: list[tuple[int, int, int, float]] = []
        arrays: list[tuple[np.ndarray, ...]] = []
        for owner in chosen:
            element = elements[owner]
            if element.ranges:
                arrays.append(_array(element, owner, wiring))
            else:
                tail, head = map(wiring.line, element.nodes)
                scalars.append((tail, head, owner, float(dc_value(element))))
        tails, heads, owners, values = zip(*scalars, strict=True) if scalars else ((), (), (), ())
        places = np.zeros(len(scalars), dtype=np.intp)
        arrays.append((*(np.array(each, dtype=np.intp) for each in (tails, heads, owners)), places, np.array(values)))
        return cls(*(np.concatenate(parts) for parts in zip(*arrays, strict=True)))

    def __len__(self) -> int:
        return len(self.tail)

    def name(self, branch: int, elements: Sequence[Element]) -> str:
        """The branch as the user would write it: `v1`, `vin[3]`, `rw[3,7]`."""
        element = elements[int(self.owner[branch])]
        return branch_name(element, int(self.place[branch]))


def branch_name(element: Element, place: int) -> str:
    """The name of an element's branch by its place in C order."""
    if not element.ranges:
        return element.name
    index = np.unravel_index(place, element.shape)
    numbers = (int(offset) + start for offset, (start, _) in zip(index, element.ranges, strict=True))
    return f"{element.name}[{','.join(map(str, numbers))}]"


def dc_value(element: Element) -> float | np.ndarray:
    """The value at DC: a number as it is, a stimulus by its `dc`, NaN for anything that has no number yet."""
    value = getattr(element.value, "dc", element.value)
    if isinstance(value, np.ndarray):
        return value
    return float(value) if isinstance(value, (int, float)) else float("nan")


def _array(element: Element, owner: int, wiring: Wiring) -> tuple[np.ndarray, ...]:
    shape = element.shape
    tail, head = (np.broadcast_to(wiring.terminal(element, position), shape).ravel() for position in (0, 1))
    value = np.broadcast_to(np.asarray(dc_value(element), dtype=np.float64), shape).ravel()
    return tail, head, np.full(len(tail), owner), np.arange(len(tail)), value
