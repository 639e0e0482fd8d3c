"""The bipolar transistor: Gummel and Poon's model as ngspice 39 has it, with a substrate.

    f = is·(exp(vbe/(nf·vt)) - 1),  r = is·(exp(vbc/(nr·vt)) - 1),  both as in `junction`
    qb = q1·(1 + (1 + 4·(f/ikf + r/ikr))^nkf)/2,   q1 = 1/(1 - vbc/vaf - vbe/var)
    ic = (f - r)/qb - r/br - leakage(bc),   ib = f/bf + r/br + leakage(be) + leakage(bc)

The base resistance falls from rb to rbm as qb rises, or with the base current where irb is given. Gummel and Poon
1970, Bell System Technical Journal 49:827; Antognetti and Massobrio 1988, chapter 2. Every junction has gmin, the
substrate's too. The excess phase `ptf` is left out, as its circuit is not one of charges; `remarks` says so. In
small-signal analyses ngspice leaves out the substrate's conductance and how the base resistance changes; here they
are in.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp

from .bipolar_temperature import prepare
from .declared import declared_parameters
from .device import Charges, Currents, Device, Limit, NoiseSource, Parameters, Scalar
from .junction import depletion_charge, exponential, junction_current
from .noise import flicker_noise, resistor_noise, shot_noise
from .silicon import is_zero, times
from .sums import Sums

_STEEPEST_BIAS = 30.0
"""Above this argument the exponential in the forward transit time goes on along its tangent."""
_NEARLY_STRAIGHT = 0.03
"""Below this angle tan(z) is taken by its series: the difference tan(z) - z has no digits left."""


class _Transport(NamedTuple):
    """Currents of an npn in A, and the base charge over that at rest."""

    forward: Scalar
    reverse: Scalar
    charge: Scalar
    collector: Scalar
    base: Scalar


def _transport(u: Sequence[Scalar], p: Parameters) -> _Transport:
    emitter, collector = p.polarity * u[0], p.polarity * u[1]
    forward = junction_current(emitter, p.emitter_saturation, p.emitter_thermal)
    reverse = junction_current(collector, p.collector_saturation, p.collector_thermal)
    charge = _base_charge(emitter, collector, forward, reverse, p)
    at_emitter, at_collector = p.gmin * emitter, p.gmin * collector
    if not is_zero(p.emitter_leakage):
        at_emitter += junction_current(emitter, p.emitter_leakage, p.emitter_leakage_thermal)
    if not is_zero(p.collector_leakage):
        at_collector += junction_current(collector, p.collector_leakage, p.collector_leakage_thermal)
    returned = reverse / p.reverse_gain + at_collector
    base = forward / p.forward_gain + at_emitter + returned
    return _Transport(forward, reverse, charge, (forward - reverse) / charge - returned, base)


def _base_charge(emitter: Scalar, collector: Scalar, forward: Scalar, reverse: Scalar, p: Parameters) -> Scalar:
    early = 1.0 - p.inverse_early_forward * collector - p.inverse_early_reverse * emitter
    narrowed = 1.0 / jnp.where(early == 0.0, 1e-12, early)
    if is_zero(p.inverse_knee_forward) and is_zero(p.inverse_knee_reverse):
        return narrowed
    inside = 1.0 + 4.0 * (p.inverse_knee_forward * forward + p.inverse_knee_reverse * reverse)
    safe = jnp.where(inside > 0.0, inside, 1.0)
    half = isinstance(p.knee_exponent, float) and p.knee_exponent == 0.5
    root = jnp.sqrt(safe) if half else jnp.exp(p.knee_exponent * jnp.log(safe))
    return 0.5 * narrowed * (1.0 + root)


def _base_conductance(at: _Transport, p: Parameters) -> Scalar:
    """Of the base resistance, which falls with the base charge, or with the base current towards that of `irb`."""
    falling = p.base_resistance - p.least_base_resistance
    if "base_half" in p:
        load = jnp.maximum(at.base / p.base_half, 1e-9)
        # (√(1 + a) - 1)/b without the difference of near numbers
        angle = 14.59025 / 2.4317 * jnp.sqrt(load) / (1.0 + jnp.sqrt(1.0 + 14.59025 * load))
        ohms = p.least_base_resistance + 3.0 * falling * _crowding(angle)
    else:
        ohms = p.least_base_resistance + falling / at.charge
    return jnp.where(ohms == 0.0, 0.0, 1.0 / jnp.where(ohms == 0.0, 1.0, ohms))


def _crowding(z: Scalar) -> Scalar:
    """(tan(z) - z)/(z·tan(z)²), a third at 0."""
    small = jnp.minimum(z, _NEARLY_STRAIGHT) ** 2
    series = (1 / 3 + small * (2 / 15 + small * 17 / 315)) / (1.0 + small * (2 / 3 + small * 17 / 45))
    large = jnp.maximum(z, _NEARLY_STRAIGHT)
    tangent = jnp.tan(large)
    return jnp.where(z < _NEARLY_STRAIGHT, series, (tangent - large) / (large * tangent * tangent))


def _emitter_charge(u: Sequence[Scalar], at: _Transport, p: Parameters) -> Scalar:
    """Charge of the base-emitter junction in C: carriers in transit, more of them at high currents, and depletion."""
    emitter, collector = p.polarity * u[0], p.polarity * u[1]
    depleted = depletion_charge("emitter", emitter, p)
    if is_zero(p.forward_transit):
        return depleted
    extra, carries = p.transit_bias, at.forward > 0.0
    if not is_zero(extra):
        part = 1.0 / (1.0 + p.transit_current / jnp.where(carries, at.forward, 1.0))
        extra *= exponential(collector * p.transit_voltage, _STEEPEST_BIAS) * part * part
    carried = jnp.where(carries, at.forward * (1.0 + extra) / at.charge, at.forward)
    return depleted + p.forward_transit * carried


def _physics(lateral: bool, u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    """Controls: base-emitter, base-collector, outer base-collector, substrate; then over rc, rb and re."""
    at = _transport(u, p)
    below = p.substrate_polarity * u[3]
    held = "base_inner" if lateral else "collector_inner"
    leak = p.gmin * below
    if not is_zero(p.substrate_saturation):
        leak += junction_current(below, p.substrate_saturation, p.substrate_thermal)
    currents = Sums()
    currents.flow("collector_inner", "emitter_inner", p.polarity * at.collector)
    currents.flow("base_inner", "emitter_inner", p.polarity * at.base)
    currents.flow("substrate", held, p.substrate_polarity * leak)
    currents.flow("collector", "collector_inner", times(p.collector_conductance, u[4]))
    if not is_zero(p.base_resistance):
        currents.flow("base", "base_inner", _base_conductance(at, p) * u[5])
    currents.flow("emitter", "emitter_inner", times(p.emitter_conductance, u[6]))
    inner = depletion_charge("inner", p.polarity * u[1], p) + times(p.reverse_transit, at.reverse)
    charges = Sums()
    charges.flow("base_inner", "emitter_inner", times(_emitter_charge(u, at, p), p.polarity))
    charges.flow("base_inner", "collector_inner", times(inner, p.polarity))
    charges.flow("base", "collector_inner", times(depletion_charge("outer", p.polarity * u[2], p), p.polarity))
    charges.flow("substrate", held, times(depletion_charge("substrate", below, p), p.substrate_polarity))
    return currents.rows, charges.rows


def _noise(u: Sequence[Scalar], p: Parameters) -> list[NoiseSource]:
    """Thermal noise of the resistances, shot noise of collector and base current, flicker noise of the base's."""
    at, ends = _transport(u, p), ("base_inner", "emitter_inner")
    crowded = 0.0 if is_zero(p.base_resistance) else _base_conductance(at, p)
    return [
        *resistor_noise(("collector", "collector_inner"), p.collector_conductance, p, "rc"),
        *resistor_noise(("base", "base_inner"), crowded, p, "rb"),
        *resistor_noise(("emitter", "emitter_inner"), p.emitter_conductance, p, "re"),
        shot_noise(("collector_inner", "emitter_inner"), at.collector, "ic"),
        shot_noise(ends, at.base, "ib"),
        *flicker_noise(ends, p.flicker, at.base, p.af),
    ]


def bipolar(name: str, polarity: float, lateral: bool) -> Device:
    """The transistor of that polarity; `lateral` ones have their substrate at the base, vertical at the collector."""
    return Device(
        name,
        ("collector", "base", "emitter", "substrate"),
        (
            ("base_inner", "emitter_inner"),
            ("base_inner", "collector_inner"),
            ("base", "collector_inner"),
            ("substrate", "base_inner" if lateral else "collector_inner"),
            ("collector", "collector_inner"),
            ("base", "base_inner"),
            ("emitter", "emitter_inner"),
        ),
        functools.partial(_physics, lateral),
        functools.partial(prepare, polarity, lateral),
        declared_parameters("npn", "Q", "area", "areab", "areac"),
        internal={
            "collector_inner": ("collector", "rc"),
            "base_inner": ("base", "rb"),
            "emitter_inner": ("emitter", "re"),
        },
        limits=(
            Limit(0, "junction", ("thermal", "critical"), "polarity"),
            Limit(1, "junction", ("thermal", "critical"), "polarity"),
            Limit(3, "junction", ("thermal", "substrate_critical"), "substrate_polarity"),
        ),
        noise=_noise,
    )


NPN = bipolar("npn transistor", 1.0, lateral=False)
PNP = bipolar("pnp transistor", -1.0, lateral=True)
LATERAL_NPN = bipolar("lateral npn transistor", 1.0, lateral=True)
VERTICAL_PNP = bipolar("vertical pnp transistor", -1.0, lateral=False)
