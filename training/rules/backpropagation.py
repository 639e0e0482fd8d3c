"""Truncated backpropagation through the sweeps: from the steady state on, more sweeps, differentiated in reverse.

The state before them is held fixed, so their number is how far back the gradient sees; it tends to the implicit one
as that number grows (the paper's baseline: B. Scellier, 2024).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
from jax import Array

from ...solvers.batched.wires import State
from ..resistive.model import Model
from .estimate import Batch, Estimate, squared_error


@dataclass(frozen=True, eq=False)
class Backpropagation:
    """Backpropagation through `differentiated` sweeps on a model; `sweeps` lead to the free state, 0 exactly."""

    model: Model
    sweeps: int
    differentiated: int

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """Free phase, then the differentiated sweeps."""
        model = self.model
        physical = model.driven(model.values(coordinates), batch.inputs)
        free = model.settle(model.problem(physical, 0.0, batch.targets), batch.start, self.sweeps)
        start = jax.lax.stop_gradient(free.state.x)

        def cost(moved: dict[str, Array]) -> tuple[Array, tuple[Array, State]]:
            values = model.driven(model.values(moved), batch.inputs)
            state = model.descent(model.problem(values, 0.0, batch.targets), start, self.differentiated)
            answer = model.outputs(values, state)
            return squared_error(answer, batch.targets) / len(batch.inputs), (answer, state)

        gradients, (answer, state) = jax.grad(cost, has_aux=True)(coordinates)
        return Estimate(squared_error(answer, batch.targets), gradients, answer, state, free.residual)
