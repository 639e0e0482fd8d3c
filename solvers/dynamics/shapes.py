"""Many expressions evaluated at once: those of the same shape are one formula over arrays.

The shape of an expression is its tree with numbered slots for its leaves; equal leaves share a slot. A slot is a number
(the same for all instances, or an array), a parameter's row, or a signal's row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.expression import Expression, Name, Number, Voltage, children, rebuild
from ...netlist.functions import CONSTANTS
from ..formula import Formulas
from .circular import cosine, sine
from .patterns import materialised, take_rows

TOKEN = "token"
"""The array that holds the number for `patterns.materialised`."""

Leaf = Number | Name | Voltage


def shape_of(expression: Expression) -> tuple[Expression, tuple[Leaf, ...]]:
    """The tree with slots, and the leaves that stood there."""
    slots: dict[Leaf, int] = {}

    def walk(node: Expression) -> Expression:
        if isinstance(node, Name) and node.name in CONSTANTS:
            return node
        if isinstance(node, Number | Name | Voltage):
            return Name(f"{_KINDS[type(node)]}{slots.setdefault(node, len(slots))}")
        return rebuild(node, tuple(walk(child) for child in children(node)))

    return walk(expression), tuple(slots)


_KINDS: Mapping[type, str] = {Number: "number ", Name: "name ", Voltage: "signal "}


CIRCULAR = {"sin": sine, "cos": cosine}


@dataclass(frozen=True, eq=False)
class Slot:
    """Where the values of one slot come from: numbers (instances,) or one number, or rows of one of the arrays."""

    numbers: np.ndarray | float | None = None
    array: str = ""
    rows: np.ndarray | None = None

    def values(self, arrays: Mapping[str, Array], dtype: np.dtype) -> Array | float:
        if self.rows is not None:
            return take_rows(arrays[self.array], self.rows)
        return self.numbers if isinstance(self.numbers, float) else jnp.asarray(self.numbers, dtype)[:, None]


@dataclass(frozen=True, eq=False)
class Shape:
    """One formula for `count` instances."""

    tree: Expression
    names: tuple[str, ...]
    slots: tuple[Slot, ...]
    count: int

    def __call__(self, arrays: Mapping[str, Array], dtype: np.dtype) -> Array:
        """The values (instances, batch)."""
        values = {name: slot.values(arrays, dtype) for name, slot in zip(self.names, self.slots, strict=True)}
        found = jnp.asarray(Formulas(values, {}, CIRCULAR).value(self.tree), dtype)
        return jnp.broadcast_to(found, (self.count, found.shape[-1] if found.ndim else 1))


Place = Callable[[str], tuple[str, int]]
"""From a name to the array that holds it and its row there."""


@dataclass(frozen=True, eq=False)
class Expressions:
    """A list of expressions, evaluated shape by shape; row k of the result is expression k."""

    shapes: tuple[Shape, ...]
    order: np.ndarray

    @classmethod
    def of(cls, expressions: Sequence[Expression], place: Place) -> Expressions:
        """Group by shape. Linear in the size of the expressions."""
        groups: dict[object, list[int]] = {}
        leaves: list[tuple[Leaf, ...]] = []
        trees: dict[object, Expression] = {}
        for index, expression in enumerate(expressions):
            tree, found = shape_of(expression)
            where = tuple(place(_name(leaf))[0] if not isinstance(leaf, Number) else "" for leaf in found)
            trees[tree, where] = tree
            groups.setdefault((tree, where), []).append(index)
            leaves.append(found)
        shapes = tuple(_shape(trees[key], [leaves[k] for k in members], place) for key, members in groups.items())
        listed = [index for members in groups.values() for index in members]
        return cls(shapes, np.argsort(np.asarray(listed, int), kind="stable"))

    def __call__(self, arrays: Mapping[str, Array], dtype: np.dtype) -> Array:
        """The values (expressions, batch), or (expressions, 1) where nothing in them has a batch."""
        if not self.shapes:
            return jnp.zeros((0, 1), dtype)
        parts = [shape(arrays, dtype) for shape in self.shapes]
        width = max(part.shape[1] for part in parts)
        whole = [jnp.broadcast_to(part, (part.shape[0], width)) for part in parts]
        found = jnp.concatenate(whole) if len(whole) > 1 else whole[0]
        return take_rows(materialised(found, arrays[TOKEN]) if TOKEN in arrays else found, self.order)


def _name(leaf: Leaf) -> str:
    return leaf.positive if isinstance(leaf, Voltage) else leaf.name if isinstance(leaf, Name) else ""


def _shape(tree: Expression, members: Sequence[tuple[Leaf, ...]], place: Place) -> Shape:
    columns = list(zip(*members, strict=True))
    names = tuple(f"{_KINDS[type(column[0])]}{position}" for position, column in enumerate(columns))
    return Shape(tree, names, tuple(_slot(column, place) for column in columns), len(members))


def _slot(column: Sequence[Leaf], place: Place) -> Slot:
    if isinstance(column[0], Number):
        numbers = np.array([leaf.value for leaf in column if isinstance(leaf, Number)])
        return Slot(numbers=float(numbers[0]) if np.all(numbers == numbers[0]) else numbers)
    places = [place(_name(leaf)) for leaf in column]
    return Slot(array=places[0][0], rows=np.array([row for _, row in places]))
