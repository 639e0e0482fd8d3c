"""A diode at its temperature and of its size: from the netlist's parameters to those of its physics (ngspice 39)."""

from __future__ import annotations

import math

import jax.numpy as jnp

from .constants import REFERENCE, THERMAL
from .device import Parameters, Scalar
from .junction import critical_voltage, depletion, saturation_current
from .silicon import capacitance_ratio, drift, is_zero, times

_SMALLEST = 1e-28
"""In A: the least saturation current, and the least knee current that counts."""
_NO_KNEE = 1e300
_STEEPEST_GRADING = 0.9
_FITS = 25
"""Steps of the fit of the breakdown; it converges by a factor is/ibv a step."""


def prepare(r: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    """Effective parameters; instances in parallel are one of as many times the area."""
    area, thermal = r.area * r.multiplicity, THERMAL * r.temperature
    bottom = _saturation(r, jnp.maximum(r["is"], _SMALLEST) * area, r.n)
    critical = critical_voltage(bottom, r.n * thermal)
    found = {
        "temperature": r.temperature,
        "gmin": r.gmin,
        "thermal": r.n * thermal,
        "critical": critical,
        "saturation": bottom,
        "conductance": _conductance(r, area),
        "transit": 0.0 if is_zero(r.tt) else r.tt * drift(_rise(r), r.ttt1, r.ttt2),
        "recombination": 0.0 if is_zero(r.isr) else _saturation(r, r.isr * area, r.nr),
        "recombination_thermal": r.nr * thermal,
        "tunnelling": _tunnelling(r, area),
        "tunnelling_thermal": r.ntun * thermal,
        "flicker": 0.0 if is_zero(r.kf) else r.kf * jnp.exp((1.0 - r.af) * jnp.log(r.multiplicity)),
        "af": r.af,
        **_knees(r, given, area),
        **_breakdown(r, given, bottom, thermal),
        **_charges(r, area),
    }
    return found | _sidewall(r, given, bottom, thermal)


def _rise(r: Parameters) -> Scalar:
    return r.temperature - r.nominal


def _saturation(r: Parameters, current: Scalar, emission: Scalar) -> Scalar:
    return saturation_current(current, r.eg, r.xti, emission, r.temperature, r.nominal, THERMAL * r.temperature)


def _sidewall(r: Parameters, given: frozenset[str], bottom: Scalar, thermal: Scalar) -> dict[str, Scalar]:
    """The sidewall as a junction of its own, or, without an emission coefficient of its own, as part of the bottom."""
    if "jsw" not in given or is_zero(r.jsw):
        return {"sidewall": 0.0, "sidewall_thermal": thermal}
    current = _saturation(r, r.jsw * r.pj * r.multiplicity, r.ns)
    if "ns" in given:
        return {"sidewall": current, "sidewall_thermal": r.ns * thermal}
    return {"sidewall": 0.0, "sidewall_thermal": thermal, "saturation": bottom + current}


def _conductance(r: Parameters, area: Scalar) -> Scalar:
    """Of the series resistance, 0 where there is none."""
    if is_zero(r.rs):
        return 0.0
    ohms = r.rs * drift(_rise(r), r.trs1, r.trs2)
    return jnp.where(ohms == 0.0, 0.0, area / jnp.where(ohms == 0.0, 1.0, ohms))


def _tunnelling(r: Parameters, area: Scalar) -> Scalar:
    """Saturation current of tunnelling through bottom and sidewall, which have the same law."""
    if is_zero(r.jtun) and is_zero(r.jtunsw):
        return 0.0
    thermal = THERMAL * r.temperature
    current = r.jtun * area + r.jtunsw * r.pj * r.multiplicity
    return saturation_current(current, r.keg * r.eg, r.xtitun, r.ntun, r.temperature, r.nominal, thermal)


def _knees(r: Parameters, given: frozenset[str], area: Scalar) -> dict[str, Scalar]:
    """Knee currents, those that are given."""
    return {
        f"{name}_knee": jnp.where(r[name] < _SMALLEST, _NO_KNEE, r[name] * area)
        for name in ("ikf", "ikr")
        if name in given and not is_zero(r[name])
    }


def _breakdown(r: Parameters, given: frozenset[str], saturation: Scalar, thermal: Scalar) -> dict[str, Scalar]:
    """The voltage at which breakdown begins, so that ibv flows at bv; infinite, and nothing else, where none is given.

    xbv = bv - nbv·vt·log(ibv/is + 1 - xbv/vt), a contraction; xbv = bv where ibv is less than is·bv/vt.
    """
    if "bv" not in given:
        return {"breakdown": math.inf}
    rise = _rise(r)
    voltage = jnp.where(r.tlev == 0.0, r.bv - r.tcv * rise, r.bv * (1.0 - r.tcv * rise))
    slope = (r.nbv if "nbv" in given else r.n) * thermal
    ratio = r.multiplicity * r.ibv / saturation
    enough = ratio >= voltage / thermal
    safe = jnp.where(enough, ratio, voltage / thermal)
    start = voltage - slope * jnp.log(1.0 + safe)
    for _ in range(_FITS):
        start = voltage - slope * jnp.log(jnp.maximum(safe + 1.0 - start / thermal, 1e-3))
    return {"breakdown": jnp.where(enough, start, voltage), "breakdown_thermal": slope}


def _charges(r: Parameters, area: Scalar) -> dict[str, Scalar]:
    """Depletion charges of bottom and sidewall, and what recombination needs of the bottom's."""
    grading = jnp.minimum(r.m * drift(_rise(r), r.tm1, r.tm2), _STEEPEST_GRADING)
    bottom, potential = _junction(r, r.cjo, r.vj, grading, r.cta, r.tpb)
    side, side_potential = _junction(r, r.cjp, r.php, r.mjsw, r.ctp, r.tphp)
    potential = jnp.minimum(potential, 1.0 / jnp.maximum(r.fc, 1e-9))
    side_potential = jnp.minimum(side_potential, 1.0 / jnp.maximum(r.fcs, 1e-9))
    return {
        "grading": grading,
        "potential": potential,
        **depletion("bottom", times(bottom, area), potential, grading, r.fc),
        **depletion("side", times(side, r.pj * r.multiplicity), side_potential, r.mjsw, r.fcs),
    }


def _junction(
    r: Parameters, capacitance: Scalar, voltage: Scalar, grading: Scalar, growth: Scalar, fall: Scalar
) -> tuple[Scalar, Scalar]:
    """Capacitance and potential at the diode's temperature, by silicon (tlevc=0) or by coefficients (tlevc=1)."""
    ratio, potential = capacitance_ratio(voltage, grading, r.temperature, r.nominal)
    if is_zero(r.tlevc):
        return times(capacitance, ratio), potential
    rise = r.temperature - REFERENCE
    ratio = jnp.where(r.tlevc == 0.0, ratio, 1.0 + growth * rise)
    return times(capacitance, ratio), jnp.where(r.tlevc == 0.0, potential, voltage - fall * rise)
