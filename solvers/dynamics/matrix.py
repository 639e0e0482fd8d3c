"""A small matrix of expressions, inverted once: of capacitances, or of a block of algebraic nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.expression import Expression
from .patterns import take_rows
from .shapes import Expressions, Place


@dataclass(frozen=True, eq=False)
class Matrix:
    """Entries at (rows, columns); a diagonal matrix is inverted number by number."""

    rows: np.ndarray
    columns: np.ndarray
    size: int
    entries: Expressions

    @classmethod
    def of(cls, entries: Mapping[tuple[int, int], Expression], size: int, place: Place) -> Matrix:
        """Rows in order."""
        keys = sorted(entries)
        rows, columns = (np.array([key[k] for key in keys], int) for k in (0, 1))
        return cls(rows, columns, size, Expressions.of([entries[key] for key in keys], place))

    @property
    def is_diagonal(self) -> bool:
        """Whether no entry stands beside the diagonal."""
        return bool(np.all(self.rows == self.columns))

    def inverse(self, arrays: Mapping[str, Array], dtype: np.dtype) -> Array:
        """1/diagonal (size, batch), or the inverse (batch, size, size)."""
        values = self.entries(arrays, dtype)
        if self.is_diagonal:
            return 1.0 / take_rows(values, np.argsort(self.rows))
        whole = jnp.zeros((values.shape[1], self.size, self.size), dtype)
        return jnp.linalg.inv(whole.at[:, self.rows, self.columns].set(values.T))

    def apply(self, inverse: Array, right: Array) -> Array:
        """The solution (size, batch) for a right side (size, batch)."""
        if self.is_diagonal:
            return inverse * right
        return jnp.einsum(
            "bij,jb->ib", inverse, jnp.broadcast_to(right, (self.size, max(right.shape[1], inverse.shape[0])))
        )
