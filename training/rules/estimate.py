"""What a gradient estimator takes and gives."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import jax.numpy as jnp
from jax import Array

from ..learner import State


class Batch(NamedTuple):
    """Source voltages (batch, inputs), target voltages (batch, outputs), the state to start from, and a random key
    for readings with noise.
    """

    inputs: Array
    targets: Array
    start: State
    key: Array | None = None


class Estimate(NamedTuple):
    """The summed loss ½‖outputs − targets‖² of the batch before the step, the gradients of its mean by coordinate,
    the outputs (batch, outputs), the free state, and the largest KKT residual met on the way.
    """

    loss: Array
    gradients: dict[str, Array]
    outputs: Array
    state: State
    residual: Array


class Estimator(Protocol):
    """A learning rule on one circuit."""

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """The loss of a batch and its gradient, exact or estimated."""
        ...


def squared_error(outputs: Array, targets: Array) -> Array:
    """½‖outputs − targets‖² summed over the batch, volts squared."""
    return 0.5 * jnp.sum((outputs - targets) ** 2)
