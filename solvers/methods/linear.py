"""Solving with a weighted graph Laplacian: dense Cholesky while small, sparse LU without pivoting beyond.

A grounded Laplacian is a symmetric diagonally dominant M-matrix, so elimination needs no pivoting.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import linalg as sparse_linalg

from ...netlist.errors import NumericalError

DENSE = 256
SINGULAR = "the Laplacian is not positive definite; a nudging load may be too negative for its node"


class Factor:
    """A factorisation of a symmetric positive definite matrix (n, n), for many right-hand sides.

    Raises:
        NumericalError: the matrix is not positive definite to rounding.
    """

    def __init__(self, matrix: sparse.csc_array):
        self._dense = matrix.shape[0] <= DENSE
        try:
            if self._dense:
                self._factor = linalg.cho_factor(matrix.toarray(), lower=True, check_finite=False)
            else:
                options = {"SymmetricMode": True}
                self._factor = sparse_linalg.splu(
                    sparse.csc_array(matrix), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options
                )
        except (linalg.LinAlgError, RuntimeError) as error:
            raise NumericalError(SINGULAR) from error

    def solve(self, right: np.ndarray) -> np.ndarray:
        """The solution for a right-hand side (n,) or several (n, columns)."""
        if self._dense:
            return linalg.cho_solve(self._factor, right, check_finite=False) if right.size else right.copy()
        return self._factor.solve(right)
