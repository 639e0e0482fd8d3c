"""A MOSFET at its temperature and of its size: from the netlist's parameters to those of its physics (ngspice 39).

What is not given follows from the process where that is given: kp and uo from the oxide, phi, gamma and vto from the
doping and the gate's material. Lengths in m, dopings a cm³ and mobilities in cm²/(V·s) as in SPICE.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from .constants import CHARGE, INTRINSIC, OXIDE, SILICON, THERMAL
from .device import Parameters, Scalar
from .junction import critical_voltage, depletion
from .meyer import OXIDE_RATE
from .silicon import capacitance_ratio, gap, is_zero, potential, times

LENGTH = WIDTH = 1e-4
"""Of a transistor whose card has none, in m."""
_TRANSCONDUCTANCE, _SURFACE_POTENTIAL = 2e-5, 0.6
_ALUMINIUM, _AFFINITY = 3.2, 3.25
"""Work function of aluminium and electron affinity of silicon, less than vacuum's by that of silicon dioxide, in eV."""


class _Process(NamedTuple):
    """What the model says at its own temperature, in SI units."""

    oxide: Scalar
    transconductance: Scalar
    surface: Scalar
    body: Scalar
    threshold: Scalar


def prepare(polarity: float, r: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    """Effective parameters; transistors in parallel are one of as many times the width."""
    process = _process(polarity, r, given)
    thermal, ratio = THERMAL * r.temperature, r.temperature / r.nominal
    length = (LENGTH if r.l is None else r.l) - 2.0 * r.ld
    width = (WIDTH if r.w is None else r.w) * r.multiplicity
    surface, _ = potential(process.surface, r.temperature, r.nominal)
    shift = 0.5 * (gap(r.nominal) - gap(r.temperature)) * polarity + 0.5 * (surface - process.surface)
    flat = polarity * process.threshold - process.body * jnp.sqrt(process.surface) + shift
    return {
        "polarity": polarity,
        "temperature": r.temperature,
        "thermal": thermal,
        "gmin": r.gmin,
        "beta": process.transconductance / (ratio * jnp.sqrt(ratio)) * width / length,
        "lambda": r["lambda"],
        "flat": flat,
        "body": process.body,
        "surface": surface,
        "threshold": flat + process.body * jnp.sqrt(surface),
        "drain_conductance": _conductance(r, given, "rd", "nrd"),
        "source_conductance": _conductance(r, given, "rs", "nrs"),
        **_bulk(r, given, thermal),
        **_overlaps(r, width, length),
        **_oxide(process.oxide, width * length),
        "flicker": _flicker(r, process.oxide, width * length),
        "af": r.af,
    }


def _process(polarity: float, r: Parameters, given: frozenset[str]) -> _Process:
    oxide = _of_oxide(r, given)
    doped = not is_zero(oxide) and "nsub" in given
    doping = r.nsub * 1e6 if doped else 1.0
    surface = r.phi if "phi" in given else _SURFACE_POTENTIAL
    if doped and "phi" not in given:
        surface = jnp.maximum(2.0 * THERMAL * r.nominal * jnp.log(doping / INTRINSIC), 0.1)
    body = r.gamma if "gamma" in given else 0.0
    if doped and "gamma" not in given:
        body = jnp.sqrt(2.0 * SILICON * CHARGE * doping) / oxide
    threshold = r.vto if "vto" in given else 0.0
    if doped and "vto" not in given:
        bands = gap(r.nominal)
        gate = jnp.where(r.tpg == 0.0, _ALUMINIUM, _AFFINITY + 0.5 * bands - 0.5 * polarity * r.tpg * bands)
        bent = gate - (_AFFINITY + 0.5 * bands + 0.5 * polarity * surface) - r.nss * 1e4 * CHARGE / oxide
        threshold = bent + polarity * (body * jnp.sqrt(surface) + surface)
    transconductance = r.kp if "kp" in given else _TRANSCONDUCTANCE
    if not is_zero(oxide) and "kp" not in given:
        transconductance = r.uo * 1e-4 * oxide
    return _Process(oxide, transconductance, surface, body, threshold)


def _of_oxide(r: Parameters, given: frozenset[str]) -> Scalar:
    """Capacitance of the gate oxide an area, F/m²; 0 where its thickness is not given."""
    return OXIDE / r.tox if "tox" in given and not is_zero(r.tox) else 0.0


def _conductance(r: Parameters, given: frozenset[str], name: str, squares: str) -> Scalar:
    """Of the resistance that is given, or else of the sheet's squares."""
    sheet = times(r.rsh, r[squares]) if "rsh" in given else 0.0
    ohms = r[name] if name in given else sheet
    if is_zero(ohms):
        return 0.0
    return jnp.where(ohms == 0.0, 0.0, r.multiplicity / jnp.where(ohms == 0.0, 1.0, ohms))


def _bulk(r: Parameters, given: frozenset[str], thermal: Scalar) -> dict[str, Scalar]:
    """Bulk junctions: saturation currents by area where both areas and js are given, and depletion charges."""
    growth = jnp.exp(gap(r.nominal) / (THERMAL * r.nominal) - gap(r.temperature) / thermal)
    found: dict[str, Scalar] = {}
    for end, area, perimeter, whole in (("drain", r.ad, r.pd, "cbd"), ("source", r["as"], r.ps, "cbs")):
        current = r["is"]
        if not (is_zero(r.js) or is_zero(r.ad) or is_zero(r["as"])):
            current = jnp.where((r.js == 0.0) | (r.ad == 0.0) | (r["as"] == 0.0), current, r.js * area)
        found[f"{end}_saturation"] = current * growth * r.multiplicity
        found[f"{end}_critical"] = critical_voltage(found[f"{end}_saturation"], thermal)
        bottom = r[whole] if whole in given else times(r.cj, area)
        for part, capacitance, grading in (("bottom", bottom, r.mj), ("side", times(r.cjsw, perimeter), r.mjsw)):
            ratio, barrier = capacitance_ratio(r.pb, grading, r.temperature, r.nominal)
            size = times(capacitance, ratio * r.multiplicity)
            found |= depletion(f"{end} {part}", size, barrier, grading, r.fc)
    return found


def _overlaps(r: Parameters, width: Scalar, length: Scalar) -> dict[str, Scalar]:
    return {
        "source_overlap": times(r.cgso, width),
        "drain_overlap": times(r.cgdo, width),
        "bulk_overlap": times(r.cgbo, length * r.multiplicity),
    }


def _oxide(oxide: Scalar, area: Scalar) -> dict[str, Scalar]:
    """What Meyer's capacitances need: the laws of the currents that the whole oxide would carry."""
    if is_zero(oxide):
        return {"oxide_rate": 0.0, "oxide_resistance": 1.0}
    return {"oxide_rate": OXIDE_RATE, "oxide_resistance": OXIDE_RATE / (oxide * area)}


def _flicker(r: Parameters, oxide: Scalar, area: Scalar) -> Scalar:
    """kf/(w·l·cox²), with an oxide of 0.1 µm where none is given."""
    if is_zero(r.kf):
        return 0.0
    thin = OXIDE / 1e-7 if is_zero(oxide) else oxide
    return r.kf / (area * thin * thin)
