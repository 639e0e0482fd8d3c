"""Fixed patterns of gathers and sums over rows, whose derivatives are again gathers and sums: nothing is scattered.

A sum over entries is written out as one multiply-add of whole rows an entry, `w_1·x[c_1] + w_2·x[c_2] + …`, which the
compiler makes one loop over contiguous memory; written as a reduction over an axis of entries it takes ten times as
long. Rows of many entries are sums of shorter virtual rows.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.custom_derivatives import SymbolicZero, linear_call

LONGEST = 32
"""Entries that are written out for one row."""

WASTE = 1.3
"""Rows of all degrees are padded to the largest one up to so much more work; else they are sorted into classes."""

_PLAIN = contextvars.ContextVar("plain gathers", default=False)


@contextlib.contextmanager
def plain_gathers() -> Iterator[None]:
    """What is traced inside has JAX's own derivatives of gathers, slower, but ready for `vmap` (full Jacobians)."""
    token = _PLAIN.set(True)
    try:
        yield
    finally:
        _PLAIN.reset(token)


def _linear(
    forward: Callable[[Any, Array], Array], backward: Callable[[Any, Array], Array], fixed: Any, x: Array
) -> Array:
    """forward(fixed, x), linear in x, whose transpose is `backward`."""
    return forward(fixed, x) if _PLAIN.get() else linear_call(forward, backward, fixed, x)


def materialised(x: Array, token: Array) -> Array:
    """x, written to memory where it stands, and so is what flows back through it.

    The compiler fuses a row-wise formula into every gather that reads it, formulas of formulas too, which makes
    thousands of evaluations of one. It cannot look through a branch whose condition (on the `token`, a number of the
    run) it does not know; its own barriers are gone before it fuses.
    """
    return _linear(_written, _written, jax.lax.stop_gradient(token), x)


def _written(token: Array, x: Array) -> Array:
    return jax.lax.cond(jnp.logical_not(token < -jnp.inf), lambda whole: whole, jnp.zeros_like, x)


def is_range(rows: np.ndarray) -> bool:
    """Whether the rows follow each other."""
    return bool(len(rows)) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows)))


def take_rows(array: Array, rows: np.ndarray) -> Array:
    """array[rows]: a slice where the rows follow each other; else its derivative sums by the transposed pattern."""
    if is_range(rows):
        return array if len(rows) == len(array) else array[int(rows[0]) : int(rows[0]) + len(rows)]
    if not len(rows):
        return array[:0]
    back = Incidence.of(rows, len(array))
    return _linear(lambda _, x: x[rows], lambda _, y: back(y), (), array)


def add(values: list[Array]) -> Array:
    """The sum of some arrays."""
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


@dataclass(frozen=True, eq=False)
class Class:
    """Rows of similar degree: `entries` (degree, rows of the class), the one past the last stands for none."""

    entries: np.ndarray


@dataclass(frozen=True, eq=False)
class Lists:
    """The entries of each of `count` rows, in classes; `order` puts the classes' rows into place.

    `virtual` sums virtual rows where some row has more than `LONGEST` entries.
    """

    classes: tuple[Class, ...]
    order: np.ndarray
    virtual: Incidence | None

    @classmethod
    def of(cls, rows: np.ndarray, count: int) -> Lists:
        """O(entries log entries)."""
        degrees = np.bincount(rows, minlength=count)
        order = np.argsort(rows, kind="stable")
        rank = np.arange(len(rows)) - np.repeat(np.cumsum(degrees) - degrees, degrees)
        if degrees.max(initial=0) <= LONGEST:
            return cls(*_classes(rows[order], rank, order, count, len(rows)), None)
        pieces = np.maximum(-(-degrees // LONGEST), 1)
        first = np.cumsum(pieces) - pieces
        virtual = first[rows[order]] + rank // LONGEST
        whole = Incidence.of(np.repeat(np.arange(count), pieces), count)
        return cls(*_classes(virtual, rank % LONGEST, order, int(pieces.sum()), len(rows)), whole)

    def assembled(self, parts: list[Array]) -> Array:
        """The rows in order, from the classes' sums."""
        width = max(part.shape[1] for part in parts)
        whole = parts[0] if len(parts) == 1 else jnp.concatenate([jnp.broadcast_to(p, (len(p), width)) for p in parts])
        found = take_rows(whole, self.order)
        return found if self.virtual is None else self.virtual(found)


def _classes(
    rows: np.ndarray, rank: np.ndarray, entries: np.ndarray, count: int, none: int
) -> tuple[tuple[Class, ...], np.ndarray]:
    """Rows sorted by degree to a power of two, unless one table of all wastes little."""
    degrees = np.bincount(rows, minlength=count)
    table = np.full((max(int(degrees.max(initial=0)), 1), count), none)
    table[rank, rows] = entries
    if table.size <= WASTE * (len(rows) + count):
        return (Class(table),), np.arange(count)
    sizes = np.ceil(np.log2(np.maximum(degrees, 1))).astype(int)
    chosen = [np.flatnonzero(sizes == size) for size in np.unique(sizes)]
    classes = tuple(Class(table[: max(int(degrees[members].max()), 1), members]) for members in chosen)
    return classes, np.argsort(np.concatenate(chosen), kind="stable")


@dataclass(frozen=True, eq=False)
class Incidence:
    """result[row] = Σ over entries e with rows[e] = row of value[e]."""

    rows: np.ndarray
    count: int

    @classmethod
    def of(cls, rows: np.ndarray, count: int) -> Incidence:
        """`rows` says to which row each entry belongs."""
        return cls(np.asarray(rows, int), count)

    @cached_property
    def lists(self) -> Lists:
        """The entries of each row."""
        return Lists.of(self.rows, self.count)

    def __call__(self, values: Array) -> Array:
        """The sums (count, batch) of values (entries, batch)."""
        if not len(self.rows):
            return jnp.zeros((self.count, 1), values.dtype)
        if is_range(self.rows) and len(self.rows) == self.count:
            return values
        return _linear(lambda _, x: self._sum(x), lambda _, y: take_rows(y, self.rows), (), values)

    def _sum(self, values: Array) -> Array:
        padded = _with_zero(values)
        return self.lists.assembled([add([padded[entry] for entry in each.entries]) for each in self.lists.classes])


def _with_zero(values: Array) -> Array:
    return jnp.concatenate([values, jnp.zeros((1, values.shape[1]), values.dtype)])


Weights = tuple[tuple[Array, ...], ...]
"""For every class, for every position in its lists: the weights (rows of the class, batch)."""


@dataclass(frozen=True, eq=False)
class Product:
    """result[row] = Σ over entries of weight[e] · feature[column[e]]: a sparse matrix with weights of a batch each."""

    rows: np.ndarray
    columns: np.ndarray
    count: int
    features: int

    @classmethod
    def of(cls, rows: np.ndarray, columns: np.ndarray, count: int, features: int) -> Product:
        """A matrix (count, features) by the rows and columns of its entries."""
        return cls(rows, columns, count, features)

    @cached_property
    def forward(self) -> Lists:
        """The entries of each row."""
        return Lists.of(self.rows, self.count)

    @cached_property
    def backward(self) -> Lists:
        """The entries of each column."""
        return Lists.of(self.columns, self.features)

    @cached_property
    def is_diagonal(self) -> bool:
        """Whether it multiplies every row by a weight."""
        everywhere = is_range(self.rows) and is_range(self.columns) and self.count == self.features
        return everywhere and len(self.rows) == self.count

    def weights(self, values: Array) -> dict[str, Any]:
        """The entries' values (entries, batch) laid out for both directions."""
        if self.is_diagonal:
            return {"forward": ((values,),)}
        fixed = jax.lax.stop_gradient(values)
        return {"forward": _laid_out(values, self.forward), "backward": _laid_out(fixed, self.backward)}

    def __call__(self, weights: dict[str, Weights], feature: Array, token: Array) -> Array:
        """The products (count, batch); for the `token` see `materialised`."""
        if self.is_diagonal:
            return weights["forward"][0][0] * feature
        return materialised(_product(self, weights["forward"], weights["backward"], feature), token)

    def times(self, weights: Weights, feature: Array) -> Array:
        """Σ weight · feature over the rows' entries."""
        return _times(weights, feature, self.forward, self.columns)

    def transposed(self, weights: Weights, right: Array) -> Array:
        """Σ weight · right over the columns' entries."""
        return _times(weights, right, self.backward, self.rows)


def _laid_out(values: Array, lists: Lists) -> Weights:
    padded = _with_zero(values)
    return tuple(tuple(take_rows(padded, entry) for entry in each.entries) for each in lists.classes)


def _times(weights: Weights, x: Array, lists: Lists, where: np.ndarray) -> Array:
    where = np.concatenate([where, [0]])
    parts = []
    for each, own in zip(lists.classes, weights, strict=True):
        parts.append(add([weight * x[where[entry]] for weight, entry in zip(own, each.entries, strict=True)]))
    return lists.assembled(parts)


def _product(product: Product, forward: Weights, backward: Weights, feature: Array) -> Array:
    """The product, whose derivative in the feature goes through the transposed lists."""
    width = max(feature.shape[1], *(weight.shape[1] for own in forward for weight in own))
    feature = jnp.broadcast_to(feature, (len(feature), width))
    if _PLAIN.get():
        return product.times(forward, feature)

    @jax.custom_jvp
    def apply(forward: Weights, backward: Weights, feature: Array) -> Array:
        return product.times(forward, feature)

    def tangent(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
        forward, backward, feature = primals
        along_weights, _, along_feature = tangents
        found = product.times(forward, feature)
        along = jnp.zeros_like(found)
        if not isinstance(along_feature, SymbolicZero):
            along = _linear(
                lambda fixed, x: product.times(fixed[0], x),
                lambda fixed, y: product.transposed(fixed[1], y),
                (forward, backward),
                along_feature,
            )
        if not any(isinstance(leaf, SymbolicZero) for leaf in jax.tree.leaves(along_weights, is_leaf=_is_zero)):
            along = along + product.times(along_weights, feature)
        return found, along

    apply.defjvp(tangent, symbolic_zeros=True)
    return apply(forward, backward, feature)


def _is_zero(leaf: Any) -> bool:
    return isinstance(leaf, SymbolicZero)
