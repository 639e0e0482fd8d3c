"""How the linear system of a quotient network is solved: a sparse factor, or conjugate gradients where that fills in.

The factor of a circuit that is nearly planar has a few entries a node; that of a cube or of a random graph has many
more, and takes their power of 1.5 to compute.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .cholesky import Cholesky
from .clusters import Quotient
from .conjugate import Conjugate


class LinearSystem(Protocol):
    """A system that has been prepared for right-hand sides."""

    def solve(self, right: np.ndarray) -> np.ndarray:
        """The solution for a right-hand side (clusters,) or several (clusters, columns)."""
        ...


def linear_system(parts: Quotient, crowded: bool, like: LinearSystem | None = None) -> LinearSystem:
    """Prepare the system of `parts`; `crowded` (network.py) says that its factor would be too large.

    `like`: a system prepared for the same edges, whose symbolic analysis serves again.

    Raises:
        NumericalError: the matrix is not positive definite to rounding.
    """
    if crowded:
        return Conjugate.of(parts)
    return Cholesky.of(parts, like if isinstance(like, Cholesky) else None)
