"""Sums of terms at rows: v[row] = Σ c·Π f, as few gathers and products as their pattern allows.

A term whose factors are all one feature of another row is a weight of a sparse product; a further factor that is the
row's own multiplies the product's result. What is left is evaluated term by term, then summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jax import Array

from ...netlist.expression import Expression
from .patterns import Incidence, Product, materialised, take_rows
from .polynomial import Term, signals
from .shapes import TOKEN, Expressions, Place

Where = Mapping[Expression, tuple[str, int]]
"""The array and row of each factor."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """Σ over entries of weight · feature[column], times the row's own feature where `own` names one."""

    members: np.ndarray
    product: Product
    array: str
    own: str | None
    own_rows: np.ndarray


@dataclass(frozen=True, eq=False)
class General:
    """Terms of any number of factors: their product each, summed a row. `factors` are (array, rows) a position."""

    members: np.ndarray
    factors: tuple[tuple[str, np.ndarray], ...]
    incidence: Incidence


@dataclass(frozen=True, eq=False)
class Sum:
    """The sum of all terms at `count` rows."""

    count: int
    coefficients: Expressions
    constants: np.ndarray
    constant_incidence: Incidence
    weighted: tuple[Weighted, ...]
    general: tuple[General, ...]

    @classmethod
    def of(
        cls, own: Sequence[str], terms: Sequence[tuple[int, Term]], where: Where, sizes: Mapping[str, int], place: Place
    ) -> Sum:
        """Sort the terms by what they need. `own` is each row's own signal, `sizes` the length of each array. Linear
        in the number of terms.
        """
        groups: dict[tuple, list[int]] = {}
        for index, (row, term) in enumerate(terms):
            groups.setdefault(_kind(term, own[row], where), []).append(index)
        rows = np.array([row for row, _ in terms], int)
        count = len(own)
        constants = np.array(groups.pop(("constant",), []), int)
        weighted = [
            part
            for key, members in groups.items()
            if key[0] == "weighted"
            for part in _weighted(key, members, rows, [term for _, term in terms], own, where, sizes)
        ]
        general = [
            _general(key, members, rows, [term for _, term in terms], where, count)
            for key, members in groups.items()
            if key[0] == "general"
        ]
        return cls(
            count,
            Expressions.of([term.coefficient for _, term in terms], place),
            constants,
            Incidence.of(rows[constants], count),
            tuple(weighted),
            tuple(general),
        )

    def prepare(self, arrays: Mapping[str, Array], dtype: np.dtype) -> dict[str, object]:
        """All that does not change with time: the constant part and every weight."""
        values = materialised(self.coefficients(arrays, dtype), arrays[TOKEN])
        return {
            "constant": self.constant_incidence(take_rows(values, self.constants)),
            "weighted": tuple(part.product.weights(take_rows(values, part.members)) for part in self.weighted),
            "general": tuple(take_rows(values, part.members) for part in self.general),
        }

    def __call__(self, arrays: Mapping[str, Array], prepared: Mapping[str, object]) -> Array:
        """The sums (rows, batch)."""
        total: Array = prepared["constant"]  # type: ignore[assignment]
        for part, weights in zip(self.weighted, prepared["weighted"], strict=True):  # type: ignore[arg-type]
            found = part.product(weights, arrays[part.array], arrays[TOKEN])
            total = total + (found if part.own is None else take_rows(arrays[part.own], part.own_rows) * found)
        for part, coefficients in zip(self.general, prepared["general"], strict=True):  # type: ignore[arg-type]
            value = coefficients
            for array, rows in part.factors:
                value = value * take_rows(arrays[array], rows)
            total = total + part.incidence(materialised(value, arrays[TOKEN]))
        return total


def _kind(term: Term, own: str, where: Where) -> tuple:
    """What a term needs: nothing; a weight of a product, with the row's own factor or without; or everything."""
    if not term.factors:
        return ("constant",)
    if len(term.factors) == 1:
        return ("weighted", None, where[term.factors[0]][0])
    if len(term.factors) == 2:
        for mine, other in (term.factors, term.factors[::-1]):
            if signals(mine) == {own} and signals(other) != {own}:
                return ("weighted", where[mine][0], where[other][0])
    return ("general", *(where[factor][0] for factor in term.factors))


def _weighted(
    key: tuple,
    members: Sequence[int],
    rows: np.ndarray,
    terms: Sequence[Term],
    own: Sequence[str],
    where: Where,
    sizes: Mapping[str, int],
) -> list[Weighted]:
    """One product; several where a row has several features of its own in one array."""
    _, own_array, array = key
    layers: list[dict[int, int]] = []
    sorted_members: list[list[int]] = []
    for index in members:
        row = int(rows[index])
        mine = next((f for f in terms[index].factors if own_array is not None and signals(f) == {own[row]}), None)
        own_row = -1 if mine is None else where[mine][1]
        layer = next((k for k, taken in enumerate(layers) if taken.get(row, own_row) == own_row), len(layers))
        if layer == len(layers):
            layers.append({})
            sorted_members.append([])
        layers[layer][row] = own_row
        sorted_members[layer].append(index)
    found = []
    for taken, chosen in zip(layers, sorted_members, strict=True):
        columns = [where[_other(terms[index], own[int(rows[index])], own_array)][1] for index in chosen]
        product = Product.of(rows[chosen], np.array(columns), len(own), sizes[array])
        own_rows = np.array([taken.get(row, next(iter(taken.values()))) for row in range(len(own))])
        found.append(Weighted(np.array(chosen), product, array, own_array, own_rows))
    return found


def _other(term: Term, own: str, own_array: str | None) -> Expression:
    if own_array is None:
        return term.factors[0]
    return next(factor for factor in term.factors if signals(factor) != {own})


def _general(
    key: tuple, members: Sequence[int], rows: np.ndarray, terms: Sequence[Term], where: Where, count: int
) -> General:
    chosen = np.array(members)
    factors = tuple(
        (array, np.array([where[terms[index].factors[position]][1] for index in members]))
        for position, array in enumerate(key[1:])
    )
    return General(chosen, factors, Incidence.of(rows[chosen], count))
