"""Solving with a weighted graph Laplacian: dense Cholesky while small, sparse LU without pivoting beyond.

A grounded Laplacian is a symmetric diagonally dominant M-matrix, so elimination needs no pivoting.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import linalg as sparse_linalg

from ...netlist.errors import NumericalError

SINGULAR = "the Laplacian is not positive definite; a nudging load may be too negative for its node"


class Factor:
    """A factorisation of a symmetric positive definite matrix (n, n), for many right-hand sides.

    Raises:
        NumericalError: the matrix is not positive definite to rounding.
    """

    def __init__(self, matrix: np.ndarray | sparse.csc_array):
        try:
            self._solve = _dense(matrix) if isinstance(matrix, np.ndarray) else _sparse(matrix)
        except (linalg.LinAlgError, RuntimeError) as error:
            raise NumericalError(SINGULAR) from error

    def solve(self, right: np.ndarray) -> np.ndarray:
        """The solution for a right-hand side (n,) or several (n, columns)."""
        return self._solve(right) if right.size else right.copy()


def _dense(matrix: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    factor = linalg.cho_factor(matrix, lower=True, check_finite=False)
    return lambda right: linalg.cho_solve(factor, right, check_finite=False)


def _sparse(matrix: sparse.csc_array) -> Callable[[np.ndarray], np.ndarray]:
    """Pivots stay on the diagonal, so the signs on that of U are those of the eigenvalues (Sylvester's inertia)."""
    factor = sparse_linalg.splu(
        matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    if not np.min(factor.U.diagonal()) > 0 or not np.array_equal(factor.perm_r, factor.perm_c):
        raise linalg.LinAlgError(SINGULAR)
    return factor.solve
