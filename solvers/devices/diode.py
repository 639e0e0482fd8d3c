"""The junction diode, level 1 of ngspice 39: emission, recombination, tunnelling, breakdown, knees, sidewall, charge.

    i = (bottom + recombination + sidewall + tunnelling), bent at the knee currents, + gmin·v
    q = tt·i + depletion charges of bottom and sidewall

Antognetti and Massobrio 1988, chapter 1; ngspice manual 39, section 7.2. A sidewall with an emission coefficient of
its own (`ns`) is a junction beside the bottom's; without one it adds to the bottom's saturation current. Recombination
counts above -3·n·kT/q alone. Two oddities of ngspice are not followed: the charge of its sidewall jumps at fcs·php
where vj and php differ, and the conductance it gives recombination is not the derivative of the current. Here charges
are continuous and derivatives exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp

from .declared import declared_parameters
from .device import Charges, Currents, Device, Limit, NoiseSource, Parameters, Scalar
from .diode_temperature import prepare
from .junction import depletion_charge, exponential, junction_current
from .noise import flicker_noise, resistor_noise, shot_noise
from .silicon import is_zero

_UNBENT = 1e-18
"""Below this current in A knees do not count."""


def current(voltage: Scalar, p: Parameters) -> Scalar:
    """The current through the junctions in A, forwards."""
    found = _junction(voltage, p.saturation, p.thermal, p)
    if not is_zero(p.sidewall):
        found += _junction(voltage, p.sidewall, p.sidewall_thermal, p)
    if not is_zero(p.recombination):
        found += _recombination(voltage, p)
    if not is_zero(p.tunnelling):
        found -= p.tunnelling * (exponential(-voltage / p.tunnelling_thermal) - 1.0)
    return _bent(voltage, found, p) + p.gmin * voltage


def _junction(voltage: Scalar, saturation: Scalar, thermal: Scalar, p: Parameters) -> Scalar:
    """A junction that breaks down, where a breakdown voltage is given."""
    found = junction_current(voltage, saturation, thermal)
    if "breakdown_thermal" not in p:
        return found
    broken = (voltage < -3.0 * thermal) & (voltage < -p.breakdown)
    return jnp.where(broken, -saturation * exponential(-(p.breakdown + voltage) / p.breakdown_thermal), found)


def _recombination(voltage: Scalar, p: Parameters) -> Scalar:
    """isr·(exp(v/(nr·vt)) - 1)·((1 - v/vj)² + 0.005)^(m/2), forwards alone."""
    inside = jnp.maximum(voltage, -3.0 * p.thermal)
    depth = 1.0 - inside / p.potential
    width = jnp.exp(0.5 * p.grading * jnp.log(depth * depth + 0.005))
    found = p.recombination * (exponential(inside / p.recombination_thermal) - 1.0) * width
    return jnp.where(voltage >= -3.0 * p.thermal, found, 0.0)


def _bent(voltage: Scalar, found: Scalar, p: Parameters) -> Scalar:
    """The current under high injection: i/(1 + √(|i|/knee)), with the knee of its direction."""
    forwards = voltage >= -3.0 * p.thermal
    for name, sign, counts in (("ikf_knee", 1.0, forwards), ("ikr_knee", -1.0, ~forwards)):
        if name in p:
            bends = counts & (sign * found > _UNBENT)
            size = jnp.where(bends, sign * found, 1.0)
            found = jnp.where(bends, found / (1.0 + jnp.sqrt(size / p[name])), found)
    return found


def physics(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    """Controls: the voltages over the junction and over the series resistance."""
    voltage, drop = u
    through = current(voltage, p)
    charge = depletion_charge("bottom", voltage, p) + depletion_charge("side", voltage, p)
    if not is_zero(p.transit):
        charge += p.transit * through
    charges = {} if is_zero(charge) else {"inner": charge, "cathode": -charge}
    if is_zero(p.conductance):
        return {"inner": through, "cathode": -through}, charges
    series = p.conductance * drop
    return {"anode": series, "inner": through - series, "cathode": -through}, charges


def noise(u: Sequence[Scalar], p: Parameters) -> list[NoiseSource]:
    """Thermal noise of the series resistance, shot and flicker noise of the junction."""
    ends, through = ("inner", "cathode"), current(u[0], p)
    return [
        *resistor_noise(("anode", "inner"), p.conductance, p, "rs"),
        shot_noise(ends, through, "id"),
        *flicker_noise(ends, p.flicker, through, p.af),
    ]


DIODE = Device(
    "diode",
    ("anode", "cathode"),
    (("inner", "cathode"), ("anode", "inner")),
    physics,
    prepare,
    declared_parameters("d", "D", "area", "pj"),
    internal={"inner": ("anode", "rs")},
    limits=(Limit(0, "junction", ("thermal", "critical", "breakdown")),),
    noise=noise,
    monotone=True,
)
