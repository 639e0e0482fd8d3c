"""The matrix that an analysis is given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Given:
    """A CSC pattern `indptr`, `indices`, and `rows`, `columns` and `values` (None if unknown) of the entries `kept`.

    Entries on the diagonal whose value is zero are not: many a pattern has them for every unknown, but a voltage
    source's current has none.
    """

    indptr: np.ndarray
    indices: np.ndarray
    kept: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray | None

    @classmethod
    def of(cls, indptr: np.ndarray, indices: np.ndarray, values: np.ndarray | None) -> Given:
        """From a pattern and the values (entries,), where there are some."""
        columns = column_of_entries(indptr)
        zero = np.zeros(len(indices), bool) if values is None else (values == 0) & (columns == indices)
        kept = np.flatnonzero(~zero)
        return cls(indptr, indices, kept, indices[kept], columns[kept], None if values is None else values[kept])

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return len(self.indptr) - 1

    @property
    def magnitudes(self) -> np.ndarray:
        """Of the entries kept; 1 where values are not known."""
        return np.ones(len(self.kept)) if self.values is None else np.abs(self.values)

    @property
    def absent(self) -> np.ndarray:
        """The entries left out."""
        return others(len(self.indices), self.kept)


def column_of_entries(indptr: np.ndarray) -> np.ndarray:
    """The column of every entry of a CSC pattern."""
    return np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))


def others(count: int, taken: np.ndarray) -> np.ndarray:
    """Which of 0…count − 1 are not among those taken, ascending."""
    left = np.ones(count, bool)
    left[taken] = False
    return np.flatnonzero(left).astype(np.int32)
