"""Features: the functions of signals that the sums read, each evaluated once, shape by shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from jax import Array

from ...netlist.expression import Expression, Voltage
from .patterns import materialised
from .polynomial import signals
from .shapes import TOKEN, Expressions, Place, Shape, shape_of


@dataclass(frozen=True, eq=False)
class Features:
    """`arrays` are formulas by the name of their array and the depth from which they can be evaluated."""

    arrays: Mapping[str, tuple[int, Shape]]
    where: Mapping[Expression, tuple[str, int]]

    @classmethod
    def of(cls, factors: Iterable[Expression], depth: Mapping[str, int], place: Place) -> Features:
        """Group the distinct factors by shape and depth, in the order of the signals' rows, so that rows line up."""
        distinct = dict.fromkeys(factors)
        where: dict[Expression, tuple[str, int]] = {
            factor: place(factor.positive) for factor in distinct if isinstance(factor, Voltage)
        }
        groups: dict[object, list[Expression]] = {}
        for factor in distinct:
            if factor not in where:
                tree, leaves = shape_of(factor)
                homes = tuple(place(leaf.positive)[0] if isinstance(leaf, Voltage) else "" for leaf in leaves)
                level = max(depth[place(name)[0]] for name in signals(factor))
                groups.setdefault((level, tree, homes), []).append(factor)
        arrays: dict[str, tuple[int, Shape]] = {}
        for (level, _, _), members in groups.items():  # type: ignore[misc]
            ordered = sorted(members, key=lambda factor: sorted(place(name) for name in signals(factor)))
            name = f"feature {len(arrays)}"
            (shape,) = Expressions.of(ordered, place).shapes
            arrays[name] = (level, shape)
            where.update({factor: (name, row) for row, factor in enumerate(ordered)})
        return cls(arrays, where)

    @property
    def sizes(self) -> dict[str, int]:
        """The number of rows of each array."""
        return {name: shape.count for name, (_, shape) in self.arrays.items()}

    def evaluate(self, depth: int, arrays: dict[str, Array], dtype: np.dtype) -> None:
        """Add the features of one depth to the arrays."""
        for name, (level, shape) in self.arrays.items():
            if level == depth:
                arrays[name] = materialised(shape(arrays, dtype), arrays[TOKEN])
