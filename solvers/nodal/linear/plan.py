"""What is known of a sparse matrix before its values are, and what a factorisation of it writes into.

Compiled loops take both as arguments: a `Plan` says where each value goes and in which order unknowns are eliminated,
a `Work` holds the factors. Several `Work`s, real or complex, may share a plan. Both have few fields, for every array of
an argument costs time in every call.
"""

from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

KERNEL: dict[str, Any] = {
    "cache": True,
    "error_model": "numpy",
    "boundscheck": False,
    "fastmath": {"contract", "nsz"},
    "forceinline": True,
    "_nrt": False,
}
"""Of every compiled function here: fused multiply-adds, no Python error for a division by zero, NaN and infinity kept.
None of them makes arrays, so references to arrays need not be counted, which takes as long as a small factorisation."""


INNER: dict[str, Any] = {**KERNEL, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Of those that only compiled functions call."""

DENSE, COLUMNS, FRONTS = range(3)


class Plan(NamedTuple):
    """How a matrix of `size` unknowns with a fixed pattern is factorised: `method` is DENSE, COLUMNS or FRONTS.

    `tables` begins with where each of its parts begins: the CSC pattern `indptr`, `indices`, and then what dense.py,
    columns.py or fronts.py say. `weights`: what fixed pivots are judged by. `kernels`: addresses of `factor_fronts`,
    `solve_fronts`, `solve_transposed_fronts`, for real and then for complex values, 0 for those not made yet.
    `factor_size` and `scratch_size` are the lengths of `Work.factors` and `Work.scratch`.
    """

    size: int
    method: int
    factor_size: int
    scratch_size: int
    tables: np.ndarray
    weights: np.ndarray
    kernels: np.ndarray


def is_by_columns(plan: Plan) -> bool:
    """Whether a plan by columns of the same matrix, as batches have, is no detour."""
    return plan.method in (DENSE, COLUMNS)


class Work(NamedTuple):
    """The `factors`; `swaps` (size,): the row exchanged with each row, in a dense plan; `scratch` of the values' type,
    and `sums` (2 size,), reals."""

    factors: np.ndarray
    swaps: np.ndarray
    scratch: np.ndarray
    sums: np.ndarray


@register_jitable
def workspace(plan, values):
    """A `Work` for matrices of this plan whose values have the type of `values`: float64 or complex128."""
    factors, scratch = np.zeros(plan.factor_size, values.dtype), np.zeros(plan.scratch_size, values.dtype)
    return Work(factors, np.zeros(plan.size, np.int32), scratch, np.zeros(2 * plan.size))


def packed(parts: list[np.ndarray]) -> np.ndarray:
    """One array: where the parts begin and where the last ends, and then the parts. Without signs, for numba lets a
    negative index count from the end, and asks about it every time."""
    ends = np.cumsum([len(parts) + 1, *map(len, parts)]).astype(np.int32)
    return np.concatenate([ends, *parts], dtype=np.int32).view(np.uint32)


def part(plan: Plan, number: int) -> np.ndarray:
    """One of the parts of a plan."""
    return plan.tables[plan.tables[number] : plan.tables[number + 1]].view(np.int32)
