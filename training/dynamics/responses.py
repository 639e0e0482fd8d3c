"""How good a physical unclonable function is, from its responses.

A response is a bit, or while training the logistic function of a voltage in its place, so that it has a gradient.
Everything is a mean over the last axes that a docstring names, so both kinds of response are measured alike.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

STEEPNESS = 60.0
"""Of the logistic function that stands for the comparator while training, in 1/V."""


def soft_bit(voltage: Array) -> Array:
    """The comparator with a gradient: 1/(1 + exp(−60·v))."""
    return jax.nn.sigmoid(STEEPNESS * voltage)


def hard_bit(voltage: Array) -> Array:
    """The comparator: 1 for a positive voltage, else 0."""
    return (voltage > 0).astype(voltage.dtype)


def flip_bias(base: Array, flipped: Array) -> Array:
    """I2O, the mean distance from ½ of how often a response changes when one bit of the challenge does.

    `base` (instances, challenges) and `flipped` (instances, challenges, bits) are responses. 0 is best, ½ worst: an
    attacker who knows the response to one challenge then knows nothing, or all, about its neighbours'.
    """
    changes = jnp.mean(jnp.abs(base[:, :, None] - flipped), axis=1)
    return jnp.mean(jnp.abs(changes - 0.5))


def uniformity(bits: Array) -> Array:
    """The share of ones among the responses (instances, challenges) of each instance; best is ½. (instances,)."""
    return jnp.mean(bits, axis=1)


def uniqueness(bits: Array) -> Array:
    """The mean share of responses (instances, challenges) in which two instances differ; best is ½.

    From the ones a challenge counts, so it is linear in the number of responses, not in that of pairs.
    """
    instances = bits.shape[0]
    ones = jnp.sum(bits, axis=0)
    pairs = instances * (instances - 1) / 2
    return jnp.mean(ones * (instances - ones)) / pairs


def reliability(bits: Array, again: Array) -> Array:
    """The share of responses (instances, challenges) that are the same when asked `again` (…, instances, challenges)
    under noise or at another temperature; best is 1.
    """
    return 1.0 - jnp.mean(jnp.abs(bits - again))
