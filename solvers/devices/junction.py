"""The pn junction: its current and its depletion charge, shared by diode, bipolar transistor and field-effect ones.

    i = is·(exp(v/vt) - 1)                                         for v ≥ -3·vt
    i = -is·(1 + (3·vt/(e·v))³)                                    below, once continuously differentiable
    q = c·vj·(1 - (1 - v/vj)^(1-m))/(1-m)                          for v < fc·vj
    q = q(fc·vj) + c/(1-fc)^(1+m)·((1-fc·(1+m))·(v-fc·vj) + m/(2·vj)·(v² - (fc·vj)²))   above

Antognetti and Massobrio 1988, Semiconductor Device Modeling with SPICE, chapter 1.
"""

from __future__ import annotations

import math

import jax.numpy as jnp

from .device import Parameters, Scalar
from .silicon import is_zero

STEEPEST = 400.0
"""Above this argument an exponential goes on along its tangent. e^400 is 5e173, beyond any current, and its products
with other such numbers are still finite; ngspice's own exponentials overflow at 709."""


def exponential(x: Scalar, steepest: float = STEEPEST) -> Scalar:
    """exp(x) up to `steepest`, its tangent above."""
    capped = jnp.minimum(x, steepest)
    return jnp.exp(capped) * (1.0 + (x - capped))


def junction_current(voltage: Scalar, saturation: Scalar, thermal: Scalar) -> Scalar:
    """The current of a junction in A; `thermal` is n·kT/q in V."""
    edge = -3.0 * thermal
    ratio = -edge / (jnp.minimum(voltage, edge) * math.e)
    return saturation * jnp.where(
        voltage >= edge, exponential(jnp.maximum(voltage, edge) / thermal) - 1.0, -1.0 - ratio * ratio * ratio
    )


def saturation_current(
    nominal_current: Scalar,
    energy: Scalar,
    exponent: Scalar,
    emission: Scalar,
    temperature: Scalar,
    nominal: Scalar,
    thermal: Scalar,
) -> Scalar:
    """is·(T/Tnom)^(xti/n)·exp((T/Tnom - 1)·eg/(n·kT/q))."""
    ratio = temperature / nominal
    return nominal_current * jnp.exp(
        (ratio - 1.0) * energy / (emission * thermal) + exponent / emission * jnp.log(ratio)
    )


def critical_voltage(saturation: Scalar, thermal: Scalar) -> Scalar:
    """Where the exponential has its smallest radius of curvature: beyond, Newton's steps are limited."""
    return thermal * jnp.log(thermal / (math.sqrt(2.0) * jnp.maximum(saturation, 1e-300)))


def depletion(name: str, capacitance: Scalar, potential: Scalar, grading: Scalar, forward: Scalar) -> dict[str, Scalar]:
    """Effective parameters of a depletion charge, for `depletion_charge` of the same name; none where it has none."""
    if is_zero(capacitance):
        return {}
    steep = capacitance * jnp.exp(-(1.0 + grading) * jnp.log(1.0 - forward))
    return {
        f"{name} capacitance": capacitance,
        f"{name} potential": potential,
        f"{name} rest": jnp.maximum(1.0 - grading, 1e-9),
        f"{name} knee": forward * potential,
        f"{name} slope": steep * (1.0 - forward * (1.0 + grading)),
        f"{name} curvature": steep * grading / potential,
    }


def depletion_charge(name: str, voltage: Scalar, p: Parameters) -> Scalar:
    """The charge in C of the depletion layer of that name; 0.0 where it has none."""
    if f"{name} capacitance" not in p:
        return 0.0
    knee, potential, rest = p[f"{name} knee"], p[f"{name} potential"], p[f"{name} rest"]
    below = jnp.minimum(voltage, knee)
    above = voltage - below
    power = jnp.exp(rest * jnp.log(1.0 - below / potential))
    # above the knee v² - knee² = (v - knee)·(v + knee), and at it the first term is the knee's charge
    depleted = p[f"{name} capacitance"] * potential * (1.0 - power) / rest
    return depleted + above * (p[f"{name} slope"] + 0.5 * p[f"{name} curvature"] * (above + 2.0 * knee))
