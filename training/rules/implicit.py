"""Implicit differentiation of the steady state: the exact gradient, from one more linear circuit.

The adjoint circuit has the same resistors, no sources, conducting diodes as shorts, the others as gaps, and the loss's
gradient as currents into the outputs. Its voltages w answer dL/dg = −u·w across every resistor (S. Director and
R. Rohrer, IEEE Trans. Circuit Theory 16:318, 1969). It is what equilibrium propagation tends to as β → 0, and exact
wherever no diode is just about to switch.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
from jax import Array

from ..learner import Learner, Settled
from .estimate import Batch, Estimate, squared_error


@dataclass(frozen=True, eq=False)
class Implicit:
    """Implicit differentiation on a model; the steady state brings its own adjoint."""

    model: Learner

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """The steady state and its adjoint."""
        model = self.model

        def cost(moved: dict[str, Array]) -> tuple[Array, tuple[Array, Settled]]:
            physical = model.driven(model.values(moved), batch.inputs)
            free = model.settle(model.problem(physical, 0.0, batch.targets), batch.start, 0)
            answer = model.outputs(physical, free.state)
            return squared_error(answer, batch.targets) / len(batch.inputs), (answer, free)

        gradients, (answer, free) = jax.grad(cost, has_aux=True)(coordinates)
        return Estimate(squared_error(answer, batch.targets), gradients, answer, free.state, free.residual)
