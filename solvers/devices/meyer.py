"""Meyer's gate capacitances, which no charge at the terminals has for derivatives, as laws of the form dq/dt + i = 0.

    i(gate→source) = C(gs)·d(vgs)/dt, likewise drain and bulk, with capacitances that depend on all voltages

Only the gate's charge exists: source and drain get C·dv/dt along the path that the voltages take, and it does not add
up to a function of them. ngspice integrates (C_old + C_new)/2·(v_new - v_old), the same differential. Here each of the
three has an unknown of its own, the current j that the whole oxide would carry:

    τ·d(vgs)/dt - (τ/Cox)·j = 0,   i(gate→source) = (C(gs)/Cox)·j

which is exact: in time both agree to within the error of the time steps, at small signals they are equal. τ is a scale
alone, so that the law is in volts and j in amperes. Meyer 1971, RCA Review 32:42; C as ngspice's, with 25 mV for the
least saturation voltage.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from .device import Scalar

OXIDE_RATE = 1e-12
"""τ in s. Time steps then err in the three laws by as much as a charge of 1 fC at 1 mV may."""
_LEAST_SATURATION = 0.025
"""In V."""


class Shares(NamedTuple):
    """Capacitances of the gate over that of the whole oxide."""

    source: Scalar
    drain: Scalar
    bulk: Scalar


def shares(over: Scalar, along: Scalar, surface: Scalar) -> Shares:
    """At a gate `over` V above the threshold, `along` ≥ 0 V from drain to source, and a surface potential in V."""
    channel = 2.0 / 3.0 * jnp.clip(1.0 + 2.0 * over / surface, 0.0, 1.0)
    saturation = jnp.maximum(over, _LEAST_SATURATION)
    rest = saturation - jnp.minimum(along, saturation)
    at_source, at_drain = rest / (saturation + rest), saturation / (saturation + rest)
    bulk = jnp.clip(-over / surface, 0.0, 1.0)
    return Shares(channel * (1.0 - at_source * at_source), channel * (1.0 - at_drain * at_drain), bulk)
