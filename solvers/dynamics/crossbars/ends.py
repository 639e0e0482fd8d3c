"""What products read along one side of a crossbar: a function of every line's voltage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array

from ....netlist.element import Element
from ....netlist.expression import Expression, Voltage, children, rebuild
from ....netlist.instance_lines import end_of
from ..algebra import folded
from ..patterns import Incidence, is_range, take_rows
from ..polynomial import signals
from ..shapes import Expressions, Place
from ..unknowns import GROUND, Unknowns
from .coupling import ENDS, refusal

Where = Mapping[Expression, tuple[str, int]]
"""The array and row of each feature."""


@dataclass(frozen=True, eq=False)
class End:
    """One side: each line's voltage as an expression, and the rows of the states that they are, none if held."""

    name: str
    voltages: tuple[Expression, ...]
    rows: np.ndarray

    @property
    def moves(self) -> bool:
        """Whether its lines are states."""
        return bool(len(self.rows))

    @classmethod
    def of(cls, element: Element, name: str, unknowns: Unknowns) -> End:
        """The side `ROW` or `COLUMN` of a crossbar.

        Raises:
            CircuitError: lines that are neither all states nor all held.
        """
        nodes = end_of(element, ENDS.index(name))
        states = {state: row for row, state in enumerate(unknowns.states)}
        voltages = tuple(unknowns.write(Voltage(node)) for node in nodes)
        if all(unknowns.root.get(node, node) == GROUND for node in nodes):
            return cls(name, voltages, np.zeros(0, int))
        for node in nodes:
            if node not in states:
                raise refusal(element, f"ends at {node}, which has no capacitor of its own beside lines that move")
        return cls(name, voltages, np.array([states[node] for node in nodes]))

    def factors(self, factor: Expression) -> tuple[Expression, ...]:
        """A function of the end's voltage, line by line."""
        end = Voltage(self.name)
        return tuple(_placed(factor, end, voltage) for voltage in self.voltages)

    def into_states(self, currents: Array, count: int) -> Array:
        """Currents into the lines (lines, batch) as currents into all states (count, batch)."""
        if is_range(self.rows):
            first = int(self.rows[0])
            return jnp.pad(currents, ((first, count - first - len(self.rows)), (0, 0)))
        return Incidence.of(self.rows, count)(currents)


def _placed(node: Expression, old: Expression, new: Expression) -> Expression:
    if node == old:
        return new
    return folded(rebuild(node, tuple(_placed(child, old, new) for child in children(node))))


@dataclass(frozen=True, eq=False)
class Along:
    """The product of some factors along a side (lines, batch): rows of arrays of features, or expressions of their own.

    `moves` says whether anything in time moves it.
    """

    parts: tuple[tuple[str, np.ndarray] | Expressions, ...]
    lines: int
    moves: bool

    @classmethod
    def of(cls, end: End, factors: Sequence[Expression], where: Where, place: Place) -> Along:
        """Look the factors up among the features."""
        lists = [end.factors(factor) for factor in factors]
        moves = any(signals(each) for found in lists for each in found)
        return cls(tuple(_part(found, where, place) for found in lists), len(end.voltages), moves)

    def __call__(self, arrays: Mapping[str, Array], dtype: np.dtype) -> Array:
        """The values (lines, batch), (lines, 1) where nothing has a batch."""
        found = jnp.ones((self.lines, 1), dtype)
        for part in self.parts:
            value = part(arrays, dtype) if isinstance(part, Expressions) else take_rows(arrays[part[0]], part[1])
            found = value if part is self.parts[0] else found * value
        return found


def _part(found: Sequence[Expression], where: Where, place: Place) -> tuple[str, np.ndarray] | Expressions:
    homes = [where[each] for each in found if each in where]
    if len(homes) == len(found) and len({array for array, _ in homes}) == 1:
        return homes[0][0], np.array([row for _, row in homes])
    return Expressions.of(found, place)
