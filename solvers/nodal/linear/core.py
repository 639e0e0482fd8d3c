"""What is left of a matrix once its trivial pivots are taken: the part in which elimination changes anything.

A row with one entry gives its unknown, and a column with one gives it at the end. A grounded voltage source has both:
its own row fixes the node's voltage, and its current stands only in the node's row. Taken first, such pivots leave
everything else as it is, however many neighbours the node has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .given import others
from .matching import match
from .ordering import fill_reducing

ROUNDS = 30
"""Trivial pivots that make others trivial are followed so far."""


@dataclass(frozen=True, eq=False)
class Sequence:
    """Pivots in order: `rows` and `columns` (n,) of the matrix; the first `trivial` of them need no elimination, and
    `by_row` of these are of rows with one entry."""

    rows: np.ndarray
    columns: np.ndarray
    trivial: int
    by_row: int

    def positions(self) -> tuple[np.ndarray, np.ndarray]:
        """The position of each row and of each column of the matrix."""
        row, column = np.empty(len(self.rows), np.int64), np.empty(len(self.rows), np.int64)
        row[self.rows] = column[self.columns] = np.arange(len(self.rows))
        return row, column

    def renumbered(self, label: np.ndarray) -> Sequence:
        """With pivot k of those that are not trivial in the place label[k] among them."""
        order = np.arange(len(self.rows))
        order[self.trivial + label] = self.trivial + np.arange(len(label))
        return Sequence(self.rows[order], self.columns[order], self.trivial, self.by_row)


@dataclass(frozen=True, eq=False)
class Core:
    """Trivial pivots, (row, column): first `by_row`, then `by_column`; the other `rows` and `columns` of the matrix.

    Entries of the core: `inner` says which entries of the matrix, `row` and `column` are their places in it.
    """

    by_row: np.ndarray
    by_column: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    inner: np.ndarray
    row: np.ndarray
    column: np.ndarray

    @classmethod
    def of(cls, n: int, rows: np.ndarray, columns: np.ndarray) -> Core:
        """The core of a pattern by the row and column of every entry. O(entries), `ROUNDS` times at most."""
        inner = np.arange(len(rows))
        inner, by_row = _peeled(n, rows, columns, inner)
        inner, by_column = _peeled(n, columns, rows, inner)
        by_column = by_column[:, ::-1]
        first = np.concatenate([by_row, by_column])
        left_rows, row_place = _rest(n, first[:, 0])
        left_columns, column_place = _rest(n, first[:, 1])
        return cls(
            by_row, by_column, left_rows, left_columns, inner, row_place[rows[inner]], column_place[columns[inner]]
        )

    def row_weights(self, n: int, sizes: np.ndarray) -> np.ndarray:
        """One by the largest magnitude of each row (n,) within the core, `sizes` (entries); 1 where there is none."""
        largest = np.zeros(len(self.rows))
        np.maximum.at(largest, self.row, sizes[self.inner])
        weights = np.ones(n)
        weights[self.rows] = 1.0 / np.where((largest > 0.0) & np.isfinite(largest), largest, 1.0)
        return weights

    def sequence(self, sizes: np.ndarray) -> Sequence:
        """Trivial pivots and then the others, in an order of elimination with little fill.

        `sizes` (entries): magnitudes in rows of similar scale.
        """
        m = len(self.rows)
        on_diagonal = self.rows[self.row] == self.columns[self.column]
        matched = match(m, self.row, self.column, sizes[self.inner], on_diagonal)
        partner = np.empty(m, np.int32)
        partner[matched] = np.arange(m, dtype=np.int32)
        order = fill_reducing(m, partner[self.row], self.column)
        columns = np.concatenate([self.by_row[:, 1], self.by_column[:, 1], self.columns[order]])
        rows = np.concatenate([self.by_row[:, 0], self.by_column[:, 0], self.rows[matched[order]]])
        trivial = len(self.by_row) + len(self.by_column)
        return Sequence(rows.astype(np.int32), columns.astype(np.int32), trivial, len(self.by_row))


def _peeled(n: int, lines: np.ndarray, crossing: np.ndarray, inner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take lines with one entry among the entries `inner`, again and again: the entries left, and what is taken, as
    (line, crossing line).

    A crossing with two such lines is taken once, and the other line is then empty, which no pivot mends.
    """
    taken = [np.empty((0, 2), np.int64)]
    for _ in range(ROUNDS):
        single = np.bincount(lines[inner], minlength=n)[lines[inner]] == 1
        if not np.any(single):
            break
        last = np.full(n, -1)
        last[crossing[inner[single]]] = lines[inner[single]]
        other = np.flatnonzero(last >= 0)
        line = last[other]
        taken.append(np.stack([line, other], axis=1))
        gone_line, gone_other = np.zeros(n, bool), np.zeros(n, bool)
        gone_line[line], gone_other[other] = True, True
        inner = inner[~(gone_line[lines[inner]] | gone_other[crossing[inner]])]
    return inner, np.concatenate(taken)


def _rest(n: int, taken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of n are not taken, and the place of each among them, −1 for the others."""
    left = others(n, taken)
    place = np.full(n, -1, np.int32)
    place[left] = np.arange(len(left), dtype=np.int32)
    return left, place
