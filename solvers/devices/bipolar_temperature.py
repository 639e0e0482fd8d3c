"""A bipolar transistor at its temperature and of its size: from the netlist's parameters to those of its physics.

As ngspice 39: `area` counts for all currents, resistances and for the emitter's capacitance, `areab` and `areac` (by
default `area`) for collector and substrate. ngspice multiplies the base-collector saturation current by both `area` and
`areab` (or `areac`); so does this.
"""

from __future__ import annotations

import jax.numpy as jnp

from .constants import THERMAL
from .device import Parameters, Scalar
from .junction import critical_voltage, depletion
from .silicon import capacitance_ratio, drift, is_zero, times

_STEEPEST_GRADING = 0.999
_LARGEST_FORWARD = 0.9999
_RELATIVE_LEAKAGE = 1e-4
"""Above this a leakage saturation current is a factor on `is`, as in SPICE2."""


def prepare(polarity: float, lateral: bool, r: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    """Effective parameters; transistors in parallel are one of as many times the area.

    `polarity` is 1 for npn and -1 for pnp; `lateral` transistors have their substrate at the base.
    """
    collector = _area(r, given, "areac" if lateral else "areab")
    substrate = _area(r, given, "areab" if lateral else "areac")
    thermal = THERMAL * r.temperature
    return {
        "polarity": polarity,
        "substrate_polarity": -polarity if lateral else polarity,
        "temperature": r.temperature,
        "thermal": thermal,
        "gmin": r.gmin * r.multiplicity,
        **_currents(r, given, collector, substrate, thermal),
        **_gains(r, given),
        **_resistances(r, given),
        **_charges(r, collector, substrate),
        "flicker": 0.0 if is_zero(r.kf) else r.kf * jnp.exp((1.0 - r.af) * jnp.log(r.multiplicity)),
        "af": r.af,
    }


def _area(r: Parameters, given: frozenset[str], name: str) -> Scalar:
    return r[name] if name in given else r.area


def _rise(r: Parameters) -> Scalar:
    return r.temperature - r.nominal


def _drift(r: Parameters, name: str) -> Scalar:
    """The growth with temperature of a parameter that has coefficients `t…1` and `t…2`."""
    return drift(_rise(r), r[f"t{name}1"], r[f"t{name}2"])


def _currents(
    r: Parameters, given: frozenset[str], collector: Scalar, substrate: Scalar, thermal: Scalar
) -> dict[str, Scalar]:
    """Saturation currents and n·kT/q of the five junctions, and where Newton's steps are limited."""
    transport = r.area * _saturation(r, "is", "is", 1.0)
    emitter, base = transport, transport
    if {"ibe", "ibc"} <= given:
        emitter = r.area * _saturation(r, "ibe", "is", r.nf)
        base = _saturation(r, "ibc", "is", r.nr)
    beta = _beta(r)
    found = {
        "critical": critical_voltage(transport, thermal),
        "emitter_saturation": emitter * r.multiplicity,
        "emitter_thermal": r.nf * _drift(r, "nf") * thermal,
        "collector_saturation": base * collector * r.multiplicity,
        "collector_thermal": r.nr * _drift(r, "nr") * thermal,
        "emitter_leakage": _leakage(r, "ise", r.ne, beta, r.area),
        "emitter_leakage_thermal": r.ne * _drift(r, "ne") * thermal,
        "collector_leakage": _leakage(r, "isc", r.nc, beta, collector),
        "collector_leakage_thermal": r.nc * _drift(r, "nc") * thermal,
        "substrate_saturation": 0.0,
        "substrate_thermal": r.ns * _drift(r, "ns") * thermal,
        "substrate_critical": 50.0,
    }
    if "iss" in given and not is_zero(r.iss):
        both = {"ibe", "ibc"} <= given
        current = _saturation(r, "iss", "iss", r.nr if both else 1.0) * (substrate if both else r.area)
        found["substrate_saturation"] = current * r.multiplicity
        found["substrate_critical"] = critical_voltage(current, thermal)
    return found


def _saturation(r: Parameters, name: str, coefficients: str, emission: Scalar) -> Scalar:
    """A saturation current at the transistor's temperature: by the gap (tlev 0 and 1) or by a power (tlev 3)."""
    thermal, ratio = THERMAL * r.temperature, r.temperature / r.nominal
    growth = (ratio - 1.0) * r.eg / thermal + r.xti * jnp.log(ratio)
    by_gap = r[name] * jnp.exp(growth / emission)
    if is_zero(r.tlev):
        return by_gap
    return jnp.where(r.tlev == 3.0, _power(r[name], _drift(r, coefficients)), by_gap)


def _leakage(r: Parameters, name: str, emission: Scalar, beta: Scalar, area: Scalar) -> Scalar:
    """A leakage saturation current; it falls as the gain rises."""
    if is_zero(r[name]):
        return 0.0
    current = jnp.where(r[name] > _RELATIVE_LEAKAGE, r["is"] * r[name], r[name])
    found = _saturation(Parameters({**r, name: current}), name, name, emission)
    return found / beta * area * r.multiplicity


def _power(value: Scalar, exponent: Scalar) -> Scalar:
    """value^exponent; 0 for 0."""
    safe = jnp.where(value > 0.0, value, 1.0)
    return jnp.where(value > 0.0, jnp.exp(exponent * jnp.log(safe)), 0.0)


def _beta(r: Parameters) -> Scalar:
    """The growth of the current gains with temperature."""
    by_power = 1.0 if is_zero(r.xtb) else jnp.exp(r.xtb * jnp.log(r.temperature / r.nominal))
    if is_zero(r.tlev):
        return by_power
    return jnp.where(r.tlev == 1.0, 1.0 + r.xtb * _rise(r), jnp.where(r.tlev == 3.0, 1.0, by_power))


def _gains(r: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    """Current gains, inverse Early voltages and inverse knee currents."""
    forward = _drift(r, "bf") if given & {"tbf1", "tbf2"} else _beta(r)
    reverse = _drift(r, "br") if given & {"tbr1", "tbr2"} else _beta(r)
    size = r.area * r.multiplicity
    return {
        "forward_gain": r.bf * forward,
        "reverse_gain": r.br * reverse,
        "inverse_early_forward": _inverse(r.vaf, _drift(r, "vaf")),
        "inverse_early_reverse": _inverse(r["var"], _drift(r, "var")),
        "inverse_knee_forward": _inverse(r.ikf, _drift(r, "ikf") * size),
        "inverse_knee_reverse": _inverse(r.ikr, _drift(r, "ikr") * size),
        "knee_exponent": r.nkf,
    }


def _inverse(value: Scalar | None, factor: Scalar) -> Scalar:
    """1/(value·factor); 0 where the value is 0, which stands for infinity, or not given."""
    if value is None or is_zero(value):
        return 0.0
    return jnp.where(value == 0.0, 0.0, 1.0 / (jnp.where(value == 0.0, 1.0, value) * factor))


def _resistances(r: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    """Conductances of emitter and collector; the base's resistances and the current at which it is half way."""
    size = r.area * r.multiplicity
    least = r.rbm * drift(_rise(r), r.trm1, r.trm2) if "rbm" in given else r.rb * drift(_rise(r), r.trm1, r.trm2)
    found = {
        "emitter_conductance": times(_inverse(r.re, _drift(r, "re")), size),
        "collector_conductance": times(_inverse(r.rc, _drift(r, "rc")), size),
        "base_resistance": 0.0 if is_zero(r.rb) else r.rb * _drift(r, "rb") / size,
        "least_base_resistance": least / size,
    }
    if "irb" in given and not is_zero(r.irb):
        found["base_half"] = r.irb * _drift(r, "irb") * size
    return found


def _charges(r: Parameters, collector: Scalar, substrate: Scalar) -> dict[str, Scalar]:
    """Transit times and depletion charges."""
    forward = jnp.minimum(r.fc, _LARGEST_FORWARD)
    inner = r.xcjc
    return {
        "forward_transit": times(r.tf, _drift(r, "tf")),
        "reverse_transit": times(r.tr, _drift(r, "tr")),
        "transit_bias": r.xtf,
        "transit_voltage": _inverse(r.vtf, 1.44),
        "transit_current": times(r.itf, _drift(r, "itf") * r.area * r.multiplicity),
        **_depletion(r, "emitter", "e", r.area, forward),
        **_depletion(r, "inner", "c", times(inner, collector), forward),
        **_depletion(r, "outer", "c", times(1.0 - inner, collector), forward),
        **_depletion(r, "substrate", "s", substrate, 0.0),
    }


def _depletion(r: Parameters, name: str, letter: str, size: Scalar, forward: Scalar) -> dict[str, Scalar]:
    """The depletion charge of a junction, by silicon (tlevc=0) or by coefficients (tlevc=1)."""
    capacitance, voltage = r[f"cj{letter}"], r[f"vj{letter}"]
    if is_zero(capacitance) or is_zero(size):
        return {}
    grading = jnp.minimum(r[f"mj{letter}"] * _drift(r, f"mj{letter}"), _STEEPEST_GRADING)
    ratio, potential = capacitance_ratio(voltage, grading, r.temperature, r.nominal)
    if not is_zero(r.tlevc):
        rise = _rise(r)
        ratio = jnp.where(r.tlevc == 0.0, ratio, 1.0 + r[f"ct{letter}"] * rise)
        potential = jnp.where(r.tlevc == 0.0, potential, voltage - r[f"tvj{letter}"] * rise)
    return depletion(name, capacitance * ratio * size * r.multiplicity, potential, grading, forward)
