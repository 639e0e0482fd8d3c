"""Fixed patterns of gathers and sums over rows, whose derivatives are again gathers and sums."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array


@dataclass(frozen=True, eq=False)
class Incidence:
    """result[row] = Σ over entries e with row_of[e] = row of value[e], as a gather of padded lists.

    `lists` (rows, largest degree) are entries; the one past the last is zero.
    """

    lists: np.ndarray
    entries: int

    @classmethod
    def of(cls, rows: np.ndarray, count: int) -> Incidence:
        """The lists of entries of each row."""
        return cls(_lists(rows, count), len(rows))

    def __call__(self, values: Array) -> Array:
        """The sums (rows, batch) of values (entries, batch)."""
        if not self.lists.shape[1]:
            return jnp.zeros((len(self.lists), 1), values.dtype)
        padded = jnp.concatenate([values, jnp.zeros((1, values.shape[1]), values.dtype)])
        return padded[self.lists.T].sum(axis=0)


def _lists(rows: np.ndarray, count: int) -> np.ndarray:
    """The entries of each row, padded with their number. O(entries log entries)."""
    degrees = np.bincount(rows, minlength=count)
    lists = np.full((count, int(degrees.max(initial=0))), len(rows))
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(degrees)[:-1]]) if count else np.zeros(0, int)
    lists[rows[order], np.arange(len(rows)) - starts[rows[order]]] = order
    return lists


@dataclass(frozen=True, eq=False)
class Product:
    """result[row] = Σ over entries of weight[e] · feature[column[e]]: a sparse matrix with weights of a batch each."""

    lists: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, columns: np.ndarray, count: int) -> Product:
        """Pad the rows' entries to the largest degree."""
        lists = _lists(rows, count).T
        return cls(lists, np.concatenate([columns, [0]])[lists])

    def weights(self, values: Array) -> Array:
        """The weights (degree, rows, batch) of the entries' values (entries, batch)."""
        padded = jnp.concatenate([values, jnp.zeros((1, values.shape[1]), values.dtype)])
        return padded[self.lists]

    def __call__(self, weights: Array, feature: Array) -> Array:
        """The products (rows, batch)."""
        if self.columns.shape[0] == 1 and np.array_equal(self.columns[0], np.arange(len(feature))):
            return weights[0] * feature
        return (weights * feature[self.columns]).sum(axis=0)
