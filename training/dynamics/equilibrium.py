"""Equilibrium propagation in time: a circuit settles, is nudged at its outputs, settles again; the change is the slope.

The circuit follows C·dv/dt = −∂E/∂v − β·∂L/∂v with its co-content E and the loss L of its outputs. With the states that
two nudgings β_p > β_m settle into, dL/dθ = [∂E/∂θ(v_p) − ∂E/∂θ(v_m)] / (β_p − β_m) for β → 0 (Scellier and Bengio 2017,
Theorem 1; with oscillators: arXiv:2505.02103). ∂E/∂θ of an element is read from its own voltage alone.

A sample of which some state still moves at the end of a phase is counted: its slope is not that of a steady state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from ...solvers.dynamics.content import CoContent
from .circumstances import Circumstances, Estimate, Values
from .losses import Loss
from .phases import Phase, moving
from .readings import Reader
from .simulation import Wiring


@dataclass(frozen=True, eq=False)
class EquilibriumPropagation:
    """The estimator for circuits with a co-content. `nudges` are (β_p, β_m); 0 is the free state.

    `free` and `nudged` are the ways to rest, at the time `stop`; a nudged phase starts where the free one ended. A
    sample is at rest when no state would move by more than `settled` volts in `step` seconds. `reader` is what
    instruments tell of the states.
    """

    content: CoContent
    wiring: Wiring
    loss: Loss
    free: Phase
    nudged: Phase
    nudges: tuple[float, float]
    stop: float
    step: float
    settled: float
    reader: Reader

    def __call__(self, parameters: Values, inputs: Array, targets: Array, around: Circumstances) -> Estimate:
        """The estimate for parameters, scalar or (batch,), inputs (inputs, batch) and targets (outputs, batch)."""
        system = self.content.system
        given, sources = self.wiring.split(inputs)

        def values(parameters: Values) -> Any:
            return system.values({**parameters, **given}, sources, around.draws, dtype=inputs.dtype)

        fixed = values(parameters)

        def outputs(y: Array) -> Array:
            return system.read(self.stop, y, fixed, self.wiring.outputs)

        def losses(y: Array) -> Array:
            return inputs.shape[1] * self.loss(outputs(y), targets)

        def rate(beta: float, t: Any, y: Array) -> Array:
            found = system.rate(t, y, fixed)
            if beta == 0.0:
                return found
            return found - beta * system.network.inertia.apply(fixed["inverse"], jax.grad(losses)(y))

        free = self.free(lambda t, y: rate(0.0, t, y), system.start(fixed))
        plus, minus = (
            free if beta == 0.0 else self.nudged(lambda t, y, beta=beta: rate(beta, t, y), free) for beta in self.nudges
        )
        ends = [(0.0, free), *((beta, y) for beta, y in zip(self.nudges, (plus, minus), strict=True) if beta)]
        restless = [moving(rate(beta, self.stop, y), self.step, self.settled) for beta, y in ends]
        keys = jax.random.split(around.noise, 3)
        free, plus, minus = (self.reader(y, key) for y, key in zip((free, plus, minus), keys, strict=True))

        def contrast(parameters: Values) -> Array:
            here = values(parameters)
            difference = self.content(self.stop, plus, here) - self.content(self.stop, minus, here)
            return jnp.mean(difference) / (self.nudges[0] - self.nudges[1])

        unsettled = jnp.sum(jnp.any(jnp.stack(restless), axis=0))
        told = losses(free) / inputs.shape[1], outputs(free)
        return Estimate(*told, jax.grad(contrast)(parameters), unsettled)
