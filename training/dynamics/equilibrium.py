"""Equilibrium propagation in time: a circuit settles, is nudged at its outputs, settles again; the change is the slope.

The circuit follows C·dv/dt = −∂E/∂v − β·∂L/∂v with its co-content E and the loss L of its outputs. With the states that
two nudgings β_p > β_m settle into, dL/dθ = [∂E/∂θ(v_p) − ∂E/∂θ(v_m)] / (β_p − β_m) for β → 0 (Scellier and Bengio 2017,
Theorem 1; with oscillators: arXiv:2505.02103). ∂E/∂θ of an element is read from its own voltage alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from ...solvers.dynamics import Grid
from ...solvers.dynamics.content import CoContent
from ...solvers.dynamics.integration.fixed import runge_kutta_step
from ...solvers.dynamics.integration.methods import METHODS
from .losses import Loss
from .simulation import Wiring
from .trainer import Circumstances, Estimate, Values


@dataclass(frozen=True, eq=False)
class EquilibriumPropagation:
    """The estimator for circuits with a co-content. `nudges` are (β_p, β_m); 0 is the free state.

    `free` is the grid of the free phase, `nudged` that of each nudged one, which starts where the free one ended.
    """

    content: CoContent
    wiring: Wiring
    loss: Loss
    method: str
    free: Grid
    nudged: Grid
    nudges: tuple[float, float]

    def __call__(self, parameters: Values, inputs: Array, targets: Array, around: Circumstances) -> Estimate:
        """The estimate for parameters, scalar or (batch,), inputs (inputs, batch) and targets (outputs, batch)."""
        system = self.content.system
        given, sources = self.wiring.split(inputs)

        def values(parameters: Values) -> Any:
            return system.values({**parameters, **given}, sources, around.draws, dtype=inputs.dtype)

        fixed = values(parameters)

        def outputs(y: Array) -> Array:
            return system.read(self.free.stop, y, fixed, self.wiring.outputs)

        def losses(y: Array) -> Array:
            return inputs.shape[1] * self.loss(outputs(y), targets)

        def nudged(beta: float, start: Array) -> Array:
            def rate(t: Any, y: Array) -> Array:
                pull = system.network.inertia.apply(fixed["inverse"], jax.grad(losses)(y))
                return system.rate(t, y, fixed) - beta * pull

            return start if beta == 0.0 else self._settle(rate, start, self.nudged)

        free = self._settle(lambda t, y: system.rate(t, y, fixed), system.start(fixed), self.free)
        plus, minus = (nudged(beta, free) for beta in self.nudges)

        def contrast(parameters: Values) -> Array:
            here = values(parameters)
            difference = self.content(self.free.stop, plus, here) - self.content(self.free.stop, minus, here)
            return jnp.mean(difference) / (self.nudges[0] - self.nudges[1])

        return Estimate(losses(free) / inputs.shape[1], outputs(free), jax.grad(contrast)(parameters))

    def _settle(self, rate: Callable[[Any, Array], Array], start: Array, grid: Grid) -> Array:
        def body(y: Array, index: Array) -> tuple[Array, None]:
            return runge_kutta_step(METHODS[self.method], rate, grid.time(index), y, grid.step), None

        return jax.lax.scan(body, start, jnp.arange(grid.steps))[0]
