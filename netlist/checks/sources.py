"""The voltage sources of a circuit tied into a forest, with the loops they close."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..element import Element
from ..source_forest import SourceForest
from .branches import Branches

_ROUNDING = 1e-12
Step = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Sources:
    """Sources by number (their place in `branches`), the forest they make, and `loops`: (closing source, miss in V).

    Inductors count as sources of 0 V; a source without a number at DC is left out.
    """

    elements: Sequence[Element]
    names: Sequence[str]
    branches: Branches
    forest: SourceForest
    loops: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, elements: Sequence[Element], names: Sequence[str], branches: Branches) -> Sources:
        """Tie the branches one by one, in the circuit's order."""
        forest = SourceForest(len(names))
        loops: list[tuple[int, float]] = []
        order = np.argsort(branches.owner, kind="stable")
        inductor = np.array([elements[owner].kind == "L" for owner in branches.owner], dtype=bool)
        voltages = np.where(inductor, 0.0, branches.value)
        columns = (branches.tail[order], branches.head[order], voltages[order], order)
        for plus, minus, voltage, source in zip(*(each.tolist() for each in columns), strict=True):
            if voltage == voltage:
                miss = forest.tie(plus, minus, voltage, source)
                if miss is not None:
                    loops.append((source, miss))
        return cls(elements, names, branches, forest, tuple(loops))

    @functools.cached_property
    def voltages(self) -> np.ndarray:
        return np.array([0.0 if self.element(k).kind == "L" else v for k, v in enumerate(self.branches.value)])

    def element(self, source: int) -> Element:
        return self.elements[int(self.branches.owner[source])]

    def loop(self, closing: int) -> list[Step]:
        """The loop that a source closes: itself from + to −, then the forest's sources back."""
        plus, minus = int(self.branches.tail[closing]), int(self.branches.head[closing])
        return [(plus, minus, closing), *self.forest.path(minus, plus)]

    def tolerance(self, steps: Sequence[Step]) -> float:
        """The rounding error that a sum of these voltages may have."""
        return _ROUNDING * sum(abs(float(self.voltages[source])) for _, _, source in steps)

    def describe(self, step: Step) -> str:
        """`v1 (5 V from a to 0)`, the source as the netlist has it."""
        source = step[2]
        plus, minus = (self.names[int(side[source])] for side in (self.branches.tail, self.branches.head))
        name = self.branches.name(source, self.elements)
        return f"{name} ({float(self.voltages[source]):g} V from {plus} to {minus})"


def loop_text(sources: Sources, steps: Sequence[Step]) -> str:
    """A loop's sources in words, in the order of the loop."""
    texts = [sources.describe(step) for step in steps]
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))
