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


def checked_pattern(n: int, indptr: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A CSC pattern in the integers of compiled code, which would read anywhere if it were wrong.

    Raises:
        ValueError: columns do not begin one after another, a row is not among the n, or stands twice in a column.
    """
    indptr, indices = np.array(indptr, np.int64), np.array(indices, np.int64)
    if len(indptr) != n + 1 or indptr[0] != 0 or indptr[-1] != len(indices) or np.any(np.diff(indptr) < 0):
        raise ValueError(f"indptr must have {n + 1} entries, ascending from 0 to the {len(indices)} entries")
    if np.any((indices < 0) | (indices >= n)):
        raise ValueError(f"rows must be among 0…{n - 1}, but there are {indices.min()} and {indices.max()}")
    keys = np.sort(column_of_entries(indptr) * np.int64(n) + indices)
    twice = np.flatnonzero(keys[1:] == keys[:-1])
    if len(twice):
        column, row = divmod(int(keys[twice[0]]), n)
        raise ValueError(f"row {row} stands twice in column {column}; add the entries up and name it once")
    return indptr.astype(np.int32), indices.astype(np.int32)


def column_of_entries(indptr: np.ndarray) -> np.ndarray:
    """The column of every entry of a CSC pattern."""
    return np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))


def others(count: int, taken: np.ndarray) -> np.ndarray:
    """Which of 0…count − 1 are not among those taken, ascending."""
    left = np.ones(count, bool)
    left[taken] = False
    return np.flatnonzero(left).astype(np.int32)
