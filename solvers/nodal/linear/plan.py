"""What is known of a sparse matrix before its values are, and what a factorisation of it writes into.

Compiled loops take both as arguments: a `Plan` says where each value goes and in which order unknowns are eliminated,
a `Work` holds the factors. Several `Work`s, real or complex, may share a plan.
"""

from typing import NamedTuple

import numba
import numpy as np

OPTIONS = {"cache": True, "error_model": "numpy", "boundscheck": False, "fastmath": {"contract", "nsz"}}
"""Of every kernel here: fused multiply-adds, and no Python error for a division by zero; NaN and infinity are kept."""


class Plan(NamedTuple):
    """How a matrix of `size` unknowns, given by the values of its CSC pattern `indptr`, `indices`, is factorised.

    `dense`: as a dense matrix with rows of `width` entries, row-major; `place` (entries): where each value stands.
    """

    size: int
    dense: bool
    width: int
    indptr: np.ndarray
    indices: np.ndarray
    place: np.ndarray


class Work(NamedTuple):
    """The factors P A = L U: `upper` U, `lower` L without its diagonal of ones, `inverse` (size,) the inverse pivots.

    `pivots` (size,): the row swapped with each row, in order. `scratch` (size,): scalars.
    """

    upper: np.ndarray
    lower: np.ndarray
    inverse: np.ndarray
    pivots: np.ndarray
    scratch: np.ndarray


@numba.njit(**OPTIONS)
def workspace(plan, values):
    """A `Work` for matrices of this plan whose values have the type of `values`: float64 or complex128."""
    n = plan.size
    upper = np.zeros(n * plan.width, values.dtype)
    lower = np.zeros(n * n, values.dtype)
    return Work(upper, lower, np.zeros(n, values.dtype), np.zeros(n, np.int32), np.zeros(n, values.dtype))
