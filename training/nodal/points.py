"""Operating points that remember why one was not found: JAX, which calls them, tells of an error without its reason."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...netlist.errors import TellegenError
from ...solvers.nodal.gradients import DifferentiablePoints, Solved


@dataclass(frozen=True, eq=False)
class RememberingPoints(DifferentiablePoints):
    """Differentiable operating points; `failures` are the errors that they raised."""

    failures: list[TellegenError] = field(default_factory=list)

    def solve(
        self, values: np.ndarray | None = None, inputs: np.ndarray | None = None, start: np.ndarray | None = None
    ) -> Solved:
        """As `DifferentiablePoints.solve`."""
        try:
            return super().solve(values, inputs, start)
        except TellegenError as error:
            self.failures.append(error)
            raise
