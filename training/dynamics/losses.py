"""What a batch of responses is worth: one number, which training lowers.

Outputs and targets are (outputs, batch), as the dynamical systems have them. A loss of one's own is a function of the
same two arrays, differentiable by JAX, that `train(…, loss=…)` takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from .responses import flip_bias, hard_bit

Loss = Callable[[Array, Array], Array]
WATCHED_STEEPNESS = 30.0
"""Of the logistic function where a window is watched, in 1/V: gentler, since it gives slopes alone."""


def squared(outputs: Array, targets: Array) -> Array:
    """The mean of (o − y)² over outputs and batch."""
    return jnp.mean((outputs - targets) ** 2)


def periodic(outputs: Array, targets: Array) -> Array:
    """The mean squared difference of phase patterns, phases in units of π; only differences of phase count.

    With d_i the distance of output i from output 0 around the circle, 0 in phase and 1 in antiphase, it is the mean of
    (d_i − |y_i − y_0|)².
    """
    apart = jnp.abs(jnp.mod(outputs, 2.0) - jnp.mod(outputs[:1], 2.0))
    distance = jnp.minimum(apart, 2.0 - apart)
    return jnp.mean((distance - jnp.abs(targets - targets[:1])) ** 2)


def settling(outputs: Array, targets: Array) -> Array:
    """The mean of (o − y)² over the times that are watched as well: low where an answer is there early, and stays.

    `outputs` are (times·outputs, batch), the end first, then back in time.
    """
    return jnp.mean((outputs.reshape(-1, *targets.shape) - targets) ** 2)


def cross_entropy(outputs: Array, targets: Array) -> Array:
    """The mean of −log softmax(o) at the targets' classes, which are one-hot."""
    return -jnp.mean(jnp.sum(targets * jax.nn.log_softmax(outputs, axis=0), axis=0))


def flip_bias_of(bit: Callable[[Array], Array], challenges: int) -> Loss:
    """I2O of responses (1 + bits, batch): to each challenge, and with each bit turned over.

    `challenges` of the batch, one behind the other, were asked of one die; `bit` is the comparator.
    """

    def loss(outputs: Array, targets: Array) -> Array:
        responses = bit(outputs).reshape(len(outputs), -1, challenges)
        return flip_bias(responses[0], jnp.moveaxis(responses[1:], 0, -1))

    return loss


def watched_flip_bias_of(challenges: int, readings: int) -> Loss:
    """I2O as it is counted at the readout, with the slope that logistic responses have in a window around it.

    Responses are (readings·(1 + bits), batch), the readout in the middle. Which way a parameter moves the sign of a
    ringing response hangs on where in its period the readout falls, so slopes at one instant are noise that only very
    many challenges average out; over a period it cancels. The readings count by Hann's window, so that nothing enters
    or leaves it abruptly.
    """
    window = np.hanning(readings + 2)[1:-1]
    window /= window.sum()

    def loss(outputs: Array, targets: Array) -> Array:
        voltages = outputs.reshape(readings, -1, outputs.shape[1] // challenges, challenges)
        soft, counted = jax.nn.sigmoid(WATCHED_STEEPNESS * voltages), hard_bit(voltages[readings // 2])
        shares = jnp.mean(jnp.abs(soft[:, :1] - soft[:, 1:]), axis=-1)
        watched = jnp.tensordot(jnp.asarray(window, outputs.dtype), shares, axes=1)
        changes = jnp.mean(jnp.abs(counted[:1] - counted[1:]), axis=-1)
        off = changes - 0.5
        return jnp.mean(jnp.abs(off) + jnp.sign(off) * (watched - jax.lax.stop_gradient(watched)))

    return loss


AT_THE_END: Mapping[str, Loss] = {"squared": squared, "periodic": periodic, "cross_entropy": cross_entropy}
"""The losses of outputs at the end and targets by the word an experiment uses."""
LOSSES: Mapping[str, Loss] = {**AT_THE_END, "settling": settling}
"""All losses of outputs and targets."""
