"""The linear system of a quotient network, factorised: a sparse Cholesky factor for any number of right-hand sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...netlist.errors import NumericalError
from .assembly import Entries
from .clusters import Quotient
from .elimination import Fronts, analyse
from .factor import factorise
from .substitution import substitute, substitute_many
from .subtrees import available_threads

SINGULAR = "the Laplacian is not positive definite; a nudging load may be too negative for its node"


@dataclass(frozen=True, eq=False)
class Cholesky:
    """The factor of the Laplacian of a quotient network: `fronts` says where each entry of `panel` belongs."""

    fronts: Fronts
    start: np.ndarray
    order: np.ndarray
    panel: np.ndarray

    @classmethod
    def of(cls, parts: Quotient, like: Cholesky | None = None) -> Cholesky:
        """Analyse and factorise; the analysis of a factor with the same edges, `like`, is used again.

        Raises:
            NumericalError: the matrix is not positive definite to rounding.
        """
        if like is None:
            fronts, start, order = analyse(len(parts.diagonal), parts.low, parts.high)
        else:
            fronts, start, order = like.fronts, like.start, like.order
        unknown = np.empty(len(parts.diagonal), np.int32)
        unknown[fronts.label] = np.arange(len(unknown), dtype=np.int32)
        matrix = Entries(start, order, parts.high, parts.weight, parts.diagonal, unknown)
        panel, failed = factorise(fronts, matrix, available_threads())
        if failed >= 0:
            raise NumericalError(SINGULAR)
        return cls(fronts, start, order, panel)

    def solve(self, right: np.ndarray) -> np.ndarray:
        """The solution for a right-hand side (clusters,) or several (clusters, columns)."""
        work = np.empty_like(right, dtype=np.float64, order="C")
        work[self.fronts.label] = right
        if right.ndim == 1:
            substitute(self.fronts, self.panel, work)
        else:
            substitute_many(self.fronts, self.panel, work)
        return work[self.fronts.label]
