"""From the pattern of a matrix, and its values where there are some, to the plan of its factorisation."""

from __future__ import annotations

import numpy as np

from .core import Core
from .dense import LANES
from .pivoting import Matrix, choose
from .plan import Plan, packed, part
from .products import lay_out

SMALL = 8
"""Systems to this size are dense."""
THRESHOLD = 1e-2
"""A preferred pivot may be so much smaller than the largest of its column."""
LIMIT = 1e5
"""A factor so much larger than one, rows being scaled, asks for other pivots."""


def analyse(n: int, indptr: np.ndarray, indices: np.ndarray, values: np.ndarray | None = None) -> Plan:
    """The plan of an n × n matrix by its CSC pattern: column j has the rows `indices[indptr[j]:indptr[j + 1]]`.

    Rows need not be in order, and none may be named twice in a column. Without `values` pivots are expected on the
    diagonal wherever the pattern has an entry there.
    """
    indptr, indices = np.array(indptr, np.int32), np.array(indices, np.int32)
    if n <= SMALL:
        return _dense(n, indptr, indices)
    return _sparse(n, indptr, indices, values)


def choose_pivots(plan: Plan, values: np.ndarray) -> Plan:
    """A plan whose pivots suit these values (entries,), for when `factor` has found that the old ones do not.

    Diagonal entries that are zero are left out, as those of voltage sources are; `factor` fails once they are not.
    The same plan is returned where values are not finite.
    """
    if plan.is_dense or not np.all(np.isfinite(values)):
        return plan
    return _sparse(plan.size, part(plan, 0), part(plan, 1), values)


def _dense(n: int, indptr: np.ndarray, indices: np.ndarray) -> Plan:
    width = -(-n // LANES) * LANES
    place = indices * width + _column_of_entries(indptr)
    return Plan(n, True, n * (width + n), packed([indptr, indices, place]), np.zeros(0))


def _column_of_entries(indptr: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))


def _sparse(n: int, indptr: np.ndarray, indices: np.ndarray, values: np.ndarray | None) -> Plan:
    columns = _column_of_entries(indptr)
    zero = np.zeros(len(indices), bool) if values is None else (values == 0) & (columns == indices)
    kept = np.flatnonzero(~zero)
    rows, columns = indices[kept], columns[kept]
    sizes = np.ones(len(kept)) if values is None else np.abs(values[kept])
    core = Core.of(n, rows, columns)
    weight = core.row_weights(n, sizes)
    order, pivot_rows = core.pivots(sizes * weight[rows])
    inner = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=n))]).astype(np.int32)
    known = _likely(order, pivot_rows, rows, columns) if values is None else values[kept]
    matrix = Matrix(inner, rows, known)
    forced = len(core.by_row) + len(core.by_column)
    pattern = choose(matrix, order, pivot_rows, forced, weight, THRESHOLD)
    parts = lay_out(indptr, indices, np.flatnonzero(zero).astype(np.int32), order, pattern)
    weights = _weights(weight, pattern.position, len(core.by_row))
    return Plan(n, False, len(parts.rows) + 1, packed(list(parts)), weights)


def _likely(order: np.ndarray, pivot_rows: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Values for which the expected pivots are good, for an analysis without values."""
    row_of = np.empty(len(order), np.int32)
    row_of[order] = pivot_rows
    return np.where(rows == row_of[columns], 1.0, 1e-9)


def _weights(row_weight: np.ndarray, position: np.ndarray, by_row: int) -> np.ndarray:
    """What `factor_columns` compares factors with: row weights and limits, by position. What the rows of trivial pivots
    are multiplied by may be as large as it likes, as they have no other entry."""
    own = np.empty(len(position))
    own[position] = row_weight
    limit = LIMIT * own
    limit[:by_row] = np.inf
    return np.concatenate([own, limit])
