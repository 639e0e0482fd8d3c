"""Crossbars as arrays: currents into states by products of dense matrices, and the co-content for learning.

    into row i:  Σ over pieces s·f(row i)·Σ_j w(K_ij)·g(column j)

Products of one matrix with several functions are one product with a wider batch; those of a side that nothing in time
moves are made once, before time begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from ....netlist.circuit import Circuit
from ....netlist.element import Element
from ....netlist.errors import CircuitError
from ....netlist.expression import Expression, names
from ....netlist.functions import CONSTANTS
from ...formula import Formulas
from ..names import weights_name
from ..shapes import CIRCULAR, Place
from ..unknowns import Unknowns
from .coupling import COLUMN, ROW, WEIGHT, Coupling, Piece
from .ends import Along, End, Where
from .opening import weights_of


@dataclass(frozen=True, eq=False)
class Crossbar:
    """One crossbar taken apart, before its features have places. `weights` are None where all crosspoints are equal."""

    element: Element
    coupling: Coupling
    row: End
    column: End
    weights: np.ndarray | None

    @classmethod
    def of(cls, circuit: Circuit, element: Element, free: Iterable[str], unknowns: Unknowns) -> Crossbar:
        """Take it apart.

        Raises:
            CircuitError: a coupling that is no sum of products, or ends that are neither states nor held.
        """
        coupling = Coupling.of(circuit, element, tuple(free))
        row, column = (End.of(element, name, unknowns) for name in (ROW, COLUMN))
        return cls(element, coupling, row, column, weights_of(element) if coupling.valued else None)

    def factors(self) -> list[Expression]:
        """Every function of one state that its products read."""
        pieces = [*self.coupling.currents[ROW], *self.coupling.currents[COLUMN], *(self.coupling.energy or ())]
        found = dict.fromkeys(
            factor
            for piece in pieces
            for end, factors in ((self.row, piece.row), (self.column, piece.column))
            if end.moves
            for own in factors
            for factor in end.factors(own)
        )
        return list(found)


@dataclass(frozen=True, eq=False)
class Product:
    """sign · own ∘ (w(K) · other), w(K) turned round for the columns; a piece of the current into one side."""

    sign: float
    weight: Expression
    own: Along
    other: Along


@dataclass(frozen=True, eq=False)
class Compiled:
    """A crossbar's products by side, and the pieces of its co-content. `weights` are the distinct matrices, `scalars`
    the rows of the parameters that they read.
    """

    element: Element
    weights: tuple[Expression, ...]
    scalars: Mapping[str, tuple[str, int]]
    sides: tuple[tuple[End, tuple[Product, ...]], ...]
    energy: tuple[Product, ...] | None

    @classmethod
    def of(cls, crossbar: Crossbar, where: Where, place: Place) -> Compiled:
        """Find what it reads among the features."""
        cache: dict[tuple[str, tuple[Expression, ...]], Along] = {}

        def along(end: End, factors: tuple[Expression, ...]) -> Along:
            key = end.name, factors
            if key not in cache:
                cache[key] = Along.of(end, factors, where, place)
            return cache[key]

        def product(piece: Piece, mine: End) -> Product:
            row, column = along(crossbar.row, piece.row), along(crossbar.column, piece.column)
            own, other = (row, column) if mine is crossbar.row else (column, row)
            return Product(piece.sign, piece.weight, own, other)

        ends = [end for end in (crossbar.row, crossbar.column) if end.moves]
        sides = tuple((end, tuple(product(each, end) for each in crossbar.coupling.currents[end.name])) for end in ends)
        energy = crossbar.coupling.energy
        found = None if energy is None else tuple(product(piece, crossbar.row) for piece in energy)
        products = [each for side in (*(side for _, side in sides), found or ()) for each in side]
        distinct = dict.fromkeys(each.weight for each in products)
        read = sorted({name for weight in distinct for name in names(weight)} - {WEIGHT} - CONSTANTS.keys())
        return cls(crossbar.element, tuple(distinct), {name: place(name) for name in read}, sides, found)

    def prepare(self, arrays: Mapping[str, Array], dtype: np.dtype) -> dict[str, Any]:
        """What is constant in time: every matrix (rows, columns, 1), and products with a side that nothing moves."""
        matrices = tuple(self._matrices(arrays, dtype))
        fixed = []
        for end, products in self.sides:
            still = [each for each in products if not each.other.moves]
            fixed.append(tuple(self._multiplied(end, still, matrices, arrays, dtype)))
        return {"matrices": matrices, "fixed": tuple(fixed)}

    def _matrices(self, arrays: Mapping[str, Array], dtype: np.dtype) -> list[Array]:
        values = {name: arrays[array][row] for name, (array, row) in self.scalars.items()}
        wide = [name for name, value in values.items() if value.shape[-1] > 1]
        if wide:
            raise CircuitError(
                f"the crossbar {self.element.name} reads the parameter {wide[0]}, which is another for every sample; "
                f"give it one number"
            )
        own = arrays.get(weights_name(self.element.name))
        formulas = Formulas(values if own is None else {**values, WEIGHT: own}, {}, CIRCULAR)
        shape = (*self.element.shape, 1)
        return [jnp.broadcast_to(jnp.asarray(formulas.value(each), dtype), shape) for each in self.weights]

    def _multiplied(
        self,
        end: End,
        products: Sequence[Product],
        matrices: Sequence[Array],
        arrays: Mapping[str, Array],
        dtype: np.dtype,
    ) -> list[Array]:
        """w(K)·other of each product; those of one matrix side by side, as one product."""
        made: dict[tuple[Expression, Along], Array] = {}
        for number, weight in enumerate(self.weights):
            others = list(dict.fromkeys(each.other for each in products if each.weight == weight))
            if not others:
                continue
            values = [other(arrays, dtype) for other in others]
            width = max(each.shape[1] for each in values)
            whole = jnp.concatenate([jnp.broadcast_to(each, (len(each), width)) for each in values], axis=1)
            matrix = matrices[number][:, :, 0]
            answer = jnp.split((matrix if end.name == ROW else matrix.T) @ whole, len(others), axis=1)
            made.update({(weight, other): part for other, part in zip(others, answer, strict=True)})
        return [made[each.weight, each.other] for each in products]

    def __call__(self, arrays: Mapping[str, Array], prepared: Mapping[str, Any], count: int) -> Array:
        """The currents into all `count` states (states, batch), (states, 1) where nothing has a batch."""
        total = jnp.zeros((count, 1), arrays["states"].dtype)
        for (end, products), fixed in zip(self.sides, prepared["fixed"], strict=True):
            moving = [each for each in products if each.other.moves]
            made = iter(self._multiplied(end, moving, prepared["matrices"], arrays, total.dtype))
            before = iter(fixed)
            currents = jnp.zeros((len(end.voltages), 1), total.dtype)
            for each in products:
                field = next(made) if each.other.moves else next(before)
                currents = currents + each.sign * (each.own(arrays, total.dtype) * field)
            total = total + end.into_states(currents, count)
        return total

    def check_content(self) -> None:
        """Raise CircuitError for a coupling whose co-content has no closed form."""
        if self.energy is None:
            raise CircuitError(
                f"the co-content of the crossbar {self.element.name} has no closed form; take a coupling whose current "
                f"is a sum of powers, sines and cosines of its voltage",
                self.element.location,
            )

    def content(self, arrays: Mapping[str, Array], prepared: Mapping[str, Any]) -> Array:
        """The co-content (batch,), or (1,): Σ s·f(row)·w(K)·g(column)."""
        dtype = arrays["states"].dtype
        total = jnp.zeros((1,), dtype)
        for each in self.energy or ():
            matrix = prepared["matrices"][self.weights.index(each.weight)][:, :, 0]
            along = each.own(arrays, dtype), each.other(arrays, dtype)
            total = total + each.sign * jnp.sum(along[0] * (matrix @ along[1]), axis=0)
        return total
