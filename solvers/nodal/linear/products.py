"""From the pattern of factors to the list of their products, which a factorisation reads from end to end."""

from __future__ import annotations

import numba
import numpy as np

from .columns import Columns
from .given import Given
from .pivoting import Pattern
from .plan import KERNEL


def lay_out(given: Given, columns: np.ndarray, pattern: Pattern) -> Columns:
    """The `Columns` of a matrix, eliminated in the order `columns`, and of its factors. O(products)."""
    n = len(columns)
    below, above = np.diff(pattern.lower_start), np.diff(pattern.upper_start)
    start = np.concatenate([[0], np.cumsum(below + above)]).astype(np.int32)
    rows = np.empty(start[-1], np.int32)
    rows[np.arange(len(pattern.upper)) + np.repeat(pattern.lower_start[:-1], above)] = pattern.upper
    rows[np.arange(len(pattern.lower)) + np.repeat(pattern.upper_start[1:], below)] = pattern.lower
    diagonal = start[:-1] + above.astype(np.int32) - 1
    row_order = np.empty(n, np.int32)
    row_order[pattern.position] = np.arange(n, dtype=np.int32)
    parts = Columns(
        given.indptr,
        given.indices,
        row_order,
        columns,
        np.empty(len(given.indices), np.int32),
        given.absent,
        start,
        diagonal,
        rows,
        np.empty(pattern.products, np.int32),
        np.zeros(n + 1, np.int32),
        np.empty(len(rows), np.int32),
        np.empty(len(rows), np.int32),
    )
    _fill(parts, pattern.position, np.empty(n, np.int32))
    parts.place[given.absent] = start[-1]
    pairs = parts.pair_start[-1]
    return parts._replace(lower=parts.lower[:pairs], upper=parts.upper[:pairs])


@numba.njit(**KERNEL)
def _fill(parts, position, where):
    """Find the places of all values and products; `where` is scratch (size,)."""
    start, diagonal, rows = parts.start, parts.diagonal, parts.rows
    product, pairs = 0, 0
    for k in range(len(diagonal)):
        for p in range(start[k], start[k + 1]):
            where[rows[p]] = p
        column = parts.column_order[k]
        for p in range(parts.indptr[column], parts.indptr[column + 1]):
            parts.place[p] = where[position[parts.indices[p]]]
        for p in range(start[k], diagonal[k]):
            for s in range(diagonal[rows[p]] + 1, start[rows[p] + 1]):
                parts.target[product] = where[rows[s]]
                product += 1
                if rows[s] == k:
                    parts.lower[pairs], parts.upper[pairs] = s, p
                    pairs += 1
        parts.pair_start[k + 1] = pairs
