"""One step of learning, a function of arrays that is compiled as a whole.

A batch is answered, its loss differentiated through the simulator (or its slope estimated beside it), and the
coordinates move against the slope, inside their ranges and onto the devices' levels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import jax
import jax.numpy as jnp
import optax
from jax import Array

from ...solvers.dynamics.patterns import plain_gathers
from ..hardware import Hardware
from .bank import Bank
from .circumstances import Circumstances, Estimator, Simulator, Values
from .losses import Loss
from .transforms import Draw

Cost = Callable[[Values], tuple[Array, Array]]
"""The loss of coordinates, and how many samples were off."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a step is made of. With an `accuracy` in volts a sample is off where an output is off by more, else where it
    is taken for another class; `forward` differentiates along with the flow of time.
    """

    simulator: Simulator
    bank: Bank
    loss: Loss
    direction: optax.GradientTransformation
    accuracy: float = 0.0
    forward: bool = False
    estimator: Estimator | None = None
    hardware: Hardware = field(default_factory=Hardware)

    def __call__(
        self, coordinates: Values, memory: Any, inputs: Array, targets: Array, around: Circumstances,
        temperature: Array, rates: Values,
    ) -> tuple[Values, Any, Array, Array, Array]:  # fmt: skip
        """The coordinates and the optimiser's memory after a batch, its mean loss, and how many of its samples were off
        and had not come to rest. Inputs are (inputs, batch), targets (outputs, batch).
        """
        noise, levels = jax.random.split(around.noise)
        draw = Draw(levels, inputs.shape[-1], temperature)

        def cost(u: Values) -> tuple[Array, Array]:
            outputs = self.simulator(self.bank.values(u, draw), inputs, around._replace(noise=noise))
            return self.loss(outputs, targets), self._off(outputs, targets)

        if self.estimator is None:
            (loss, off), slope = self._value_and_slope(cost, coordinates)
            unsettled = jnp.zeros(())
        else:
            parameters, pull_back = jax.vjp(lambda u: self.bank.values(u, draw), coordinates)
            found = self.estimator(parameters, inputs, targets, around._replace(noise=noise))
            loss, off, (slope,) = found.loss, self._off(found.outputs, targets), pull_back(found.slopes)
            unsettled = found.unsettled
        step, memory = self.direction.update(slope, memory)
        direction = cast(Values, step)
        moved = self.bank.project({name: u - rates[name] * direction[name] for name, u in coordinates.items()})
        return self.levelled(moved, levels), memory, loss, off, unsettled

    def levelled(self, coordinates: Values, key: Array | None) -> Values:
        """The coordinates on the devices' levels, where they have some; drawn by a key where rounding is stochastic."""
        levels = self.hardware.conductance_levels
        if not levels:
            return coordinates
        if key is None or self.hardware.level_rounding == "nearest":
            return self.bank.levelled(coordinates, levels, 0.5)
        keys = jax.random.split(key, len(coordinates))
        shift = {
            name: jax.random.uniform(key, u.shape, u.dtype)
            for key, (name, u) in zip(keys, coordinates.items(), strict=True)
        }
        return self.bank.levelled(coordinates, levels, shift)

    def _off(self, outputs: Array, targets: Array) -> Array:
        """How many samples of a batch are wrong: another class or, with an `accuracy`, a value off by more."""
        if not len(targets):
            return jnp.zeros(())
        outputs = outputs[: len(targets)]
        if not self.accuracy:
            return jnp.sum(outputs.argmax(0) != targets.argmax(0))
        return jnp.sum(jnp.any(jnp.abs(outputs - targets) > self.accuracy, axis=0))

    def _value_and_slope(self, cost: Cost, coordinates: Values) -> tuple[tuple[Array, Array], Values]:
        """Against the flow of time in one pass, or along with it in one a coordinate."""
        if not self.forward:
            return jax.value_and_grad(cost, has_aux=True)(coordinates)

        def twice(u: Values) -> tuple[Array, tuple[Array, Array]]:
            loss, off = cost(u)
            return loss, (loss, off)

        with plain_gathers():
            slope, told = jax.jacfwd(twice, has_aux=True)(coordinates)
        return told, slope
