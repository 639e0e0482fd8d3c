"""A node that carries one-ports, each of which a switch connects or not."""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array


def host_voltage(drive: Array, own: Array, ports: Array, connected: Array, weights: Array) -> Array:
    """The host's voltage (settings, …) at one time step, in volts.

    `drive` (…, frequencies) in amperes and `own` (…, frequencies) in siemens are the transforms of the current into the
    node and of the node's own admittance; `ports` (ports, …, frequencies) are the one-ports' admittances, `connected`
    (settings, ports) says which of them stand in each setting, 0 or 1; `weights` (frequencies,) pick the time step
    (`Circle.weights`), or (frequencies, times) several, which then come last in the voltages.

    One product of matrices for the sums of admittances, then one complex division a setting and a frequency.
    """
    return _at(weights, drive / _admittance(own, ports, connected))


def flipped_voltage(drive: Array, own: Array, ports: Array, connected: Array, weights: Array) -> Array:
    """The host's voltage (settings, ports, …) with each one-port in turn switched over, from each of the settings.

    Arguments as in `host_voltage`. A flip adds or takes away one admittance, so no sum over ports is formed again.
    """
    turned = (1 - 2 * connected.astype(ports.real.dtype)).reshape(connected.shape + (1,) * (ports.ndim - 1))
    return _at(weights, drive / (_admittance(own, ports, connected)[:, None] + turned * ports))


def _admittance(own: Array, ports: Array, connected: Array) -> Array:
    return own + jnp.tensordot(connected.astype(ports.real.dtype), ports, axes=1)


def _at(weights: Array, transform: Array) -> Array:
    return transform.real @ weights.real - transform.imag @ weights.imag
