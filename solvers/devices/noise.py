"""Spectral densities of the noise currents that devices share, in A²/Hz, one-sided (van der Ziel 1986).

resistor   4·k·T·g        junction   2·q·|i|        channel   8/3·k·T·gm        flicker   kf·|i|^af/f
"""

from __future__ import annotations

import jax.numpy as jnp

from .constants import BOLTZMANN, CHARGE
from .device import NoiseSource, Parameters, Scalar
from .silicon import is_zero

_SMALLEST = 1e-38
"""In A: below this a current has no logarithm worth taking."""


def resistor_noise(ends: tuple[str, str], conductance: Scalar, p: Parameters, name: str) -> list[NoiseSource]:
    """Thermal noise of a resistance; none where there is none."""
    if is_zero(conductance):
        return []
    return [NoiseSource(*ends, 4.0 * BOLTZMANN * p.temperature * conductance, None, name)]


def shot_noise(ends: tuple[str, str], current: Scalar, name: str) -> NoiseSource:
    """Shot noise of a current over a junction."""
    return NoiseSource(*ends, 2.0 * CHARGE * jnp.abs(current), None, name)


def channel_noise(ends: tuple[str, str], conductance: Scalar, p: Parameters, name: str) -> NoiseSource:
    """Thermal noise of a channel: two thirds of that of a conductance."""
    return NoiseSource(*ends, 8.0 / 3.0 * BOLTZMANN * p.temperature * conductance, None, name)


def flicker_noise(ends: tuple[str, str], factor: Scalar, current: Scalar, exponent: Scalar) -> list[NoiseSource]:
    """factor·|current|^exponent/f; none where the factor is the constant zero."""
    if is_zero(factor):
        return []
    power = jnp.exp(exponent * jnp.log(jnp.maximum(jnp.abs(current), _SMALLEST)))
    return [NoiseSource(*ends, 0.0, factor * power, "flicker")]
