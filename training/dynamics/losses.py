"""What a response in time is worth: a number a sample, and the mean of them is what training lowers.

Outputs and targets are (outputs, batch), as the dynamical systems have them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
from jax import Array

Loss = Callable[[Array, Array], Array]


def squared(outputs: Array, targets: Array) -> Array:
    """The mean of (o − y)² over the outputs: (batch,)."""
    return jnp.mean((outputs - targets) ** 2, axis=0)


def periodic(outputs: Array, targets: Array) -> Array:
    """The mean squared difference of phase patterns (batch,), phases in units of π; only differences of phase count.

    With d_i the distance of output i from output 0 around the circle, 0 in phase and 1 in antiphase, it is the mean of
    (d_i − |y_i − y_0|)².
    """
    apart = jnp.abs(jnp.mod(outputs, 2.0) - jnp.mod(outputs[:1], 2.0))
    distance = jnp.minimum(apart, 2.0 - apart)
    return jnp.mean((distance - jnp.abs(targets - targets[:1])) ** 2, axis=0)


def cross_entropy(outputs: Array, targets: Array) -> Array:
    """−log softmax(o) at the targets' classes, which are one-hot: (batch,)."""
    return -jnp.sum(targets * jax.nn.log_softmax(outputs, axis=0), axis=0)


LOSSES: Mapping[str, Loss] = {"squared": squared, "periodic": periodic, "cross_entropy": cross_entropy}
"""The losses by the word an experiment uses."""
