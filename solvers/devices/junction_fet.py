"""The junction field-effect transistor, level 1 of ngspice 39: Shichman and Hodges with Parker and Skellern's tail.

    f(o, d) = o²·(b + B·o)                            in saturation, o ≤ d
              d·(d·(B·d - b) + o·(2·b + 3·B·(o - d)))   in the linear region, B = (1 - b)/(pb - vto)
    id = beta·(1 + lambda·vds)·f(vgs - vto, vds),  drain and source change places where vds < 0

b = 1 is Shichman and Hodges 1968, IEEE J. Solid-State Circuits 3:285. Gate junctions are ideal, with gmin; charges are
those of abrupt junctions. Parker and Skellern's own model is level 2, which is not here.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from .constants import THERMAL
from .declared import declared_parameters
from .device import Charges, Currents, Device, Limit, NoiseSource, Parameters, Scalar
from .junction import critical_voltage, depletion, depletion_charge, junction_current
from .noise import channel_noise, flicker_noise, resistor_noise
from .silicon import capacitance_ratio, is_zero, times
from .sums import Sums

_GRADING = 0.5
_LARGEST_FORWARD = 0.95


def _prepare(polarity: float, r: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    """Effective parameters; transistors in parallel are one of as many times the area."""
    size, thermal = r.area * r.multiplicity, THERMAL * r.temperature
    ratio, rise = r.temperature / r.nominal, r.temperature - r.nominal
    capacitance, potential = capacitance_ratio(r.pb, _GRADING, r.temperature, r.nominal)
    growth = (ratio - 1.0) * r.eg / thermal
    if "xti" in given:
        growth += r.xti * jnp.log(ratio)
    saturation = r["is"] * jnp.exp(growth)
    percents = r.betatce * rise * math.log(1.01) if "betatce" in given else times(r.bex, jnp.log(ratio))
    forward = jnp.minimum(r.fc, _LARGEST_FORWARD)
    return {
        "polarity": polarity,
        "temperature": r.temperature,
        "thermal": thermal,
        "critical": critical_voltage(saturation, thermal),
        "gmin": r.gmin * r.multiplicity,
        "saturation": saturation * size,
        "threshold": r.vto + r.vtotc * rise if "vtotc" in given else r.vto - r.tcv * rise,
        "beta": r.beta * (1.0 if is_zero(percents) else jnp.exp(percents)) * size,
        "lambda": r["lambda"],
        "tail": r.b,
        "bend": 0.0 if isinstance(r.b, float) and r.b == 1.0 else (1.0 - r.b) / (r.pb - r.vto),
        "drain_conductance": _conductance(r.rd, size),
        "source_conductance": _conductance(r.rs, size),
        **depletion("source", times(r.cgs, capacitance * size), potential, _GRADING, forward),
        **depletion("drain", times(r.cgd, capacitance * size), potential, _GRADING, forward),
        "flicker": 0.0 if is_zero(r.kf) else r.kf * jnp.exp((1.0 - r.af) * jnp.log(r.multiplicity)),
        "af": r.af,
        "noise_level": r.nlev,
        "noise_factor": r.gdsnoi,
    }


def _conductance(ohms: Scalar, size: Scalar) -> Scalar:
    if is_zero(ohms):
        return 0.0
    return jnp.where(ohms == 0.0, 0.0, size / jnp.where(ohms == 0.0, 1.0, ohms))


def _channel(to_source: Scalar, to_drain: Scalar, p: Parameters) -> Scalar:
    """Drain current of an n-channel in A from the voltages of the gate to source and drain."""
    along = to_source - to_drain
    # by `where`: the derivatives of abs and max at 0 V, where many transistors rest, are not those of the current
    forwards = along >= 0.0
    length = jnp.where(forwards, along, -along)
    over = jnp.maximum(jnp.where(forwards, to_source, to_drain) - p.threshold, 0.0)
    inside = jnp.minimum(length, over)
    rest = over - inside
    # with d cut off at o both regions are one: at d = o the bracket is o²·(b + B·o)
    shape = inside * (inside * (p.bend * inside - p.tail) + over * (2.0 * p.tail + 3.0 * p.bend * rest))
    size = p.beta * (1.0 + p["lambda"] * length) * shape
    return jnp.where(forwards, size, -size)


def _physics(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    """Controls: gate-source and gate-drain, then over rd and rs."""
    to_source, to_drain = p.polarity * u[0], p.polarity * u[1]
    currents, charges = Sums(), Sums()
    currents.flow("drain_inner", "source_inner", p.polarity * _channel(to_source, to_drain, p))
    for end, voltage in (("source", to_source), ("drain", to_drain)):
        leak = junction_current(voltage, p.saturation, p.thermal) + p.gmin * voltage
        currents.flow("gate", f"{end}_inner", p.polarity * leak)
        charges.flow("gate", f"{end}_inner", times(depletion_charge(end, voltage, p), p.polarity))
    currents.flow("drain", "drain_inner", times(p.drain_conductance, u[2]))
    currents.flow("source", "source_inner", times(p.source_conductance, u[3]))
    return currents.rows, charges.rows


def _noise(u: Sequence[Scalar], p: Parameters) -> list[NoiseSource]:
    """Thermal noise of the resistances and of the channel, flicker noise of the drain current."""
    to_source, to_drain = p.polarity * u[0], p.polarity * u[1]
    ends = ("drain_inner", "source_inner")
    leak = junction_current(to_drain, p.saturation, p.thermal) + p.gmin * to_drain
    transconductance = jnp.abs(jax.grad(lambda v: _channel(v, v - (to_source - to_drain), p))(to_source))
    if isinstance(p.noise_level, float) and p.noise_level < 3.0:
        level = transconductance
    else:
        level = jnp.where(p.noise_level < 3.0, transconductance, _linear_noise(to_source, to_drain, p))
    return [
        *resistor_noise(("drain", "drain_inner"), p.drain_conductance, p, "rd"),
        *resistor_noise(("source", "source_inner"), p.source_conductance, p, "rs"),
        channel_noise(ends, level, p, "id"),
        *flicker_noise(ends, p.flicker, _channel(to_source, to_drain, p) - leak, p.af),
    ]


def _linear_noise(to_source: Scalar, to_drain: Scalar, p: Parameters) -> Scalar:
    """The conductance of channel noise that holds down to vds = 0: beta·o·(1 + a + a²)/(1 + a), a = 1 - vds/o."""
    over, along = to_source - p.threshold, to_source - to_drain
    part = jnp.where(over >= along, 1.0 - along / jnp.where(over == 0.0, 1.0, over), 0.0)
    return jnp.maximum(p.beta * over * (1.0 + part + part * part) / (1.0 + part) * p.noise_factor, 0.0)


def junction_fet(name: str, polarity: float) -> Device:
    """The transistor with an n-channel (1) or a p-channel (-1)."""
    voltages = (("gate", "source_inner"), ("gate", "drain_inner"))
    return Device(
        name,
        ("drain", "gate", "source"),
        (*voltages, ("drain", "drain_inner"), ("source", "source_inner")),
        _physics,
        functools.partial(_prepare, polarity),
        declared_parameters("njf", "J", "area"),
        internal={"drain_inner": ("drain", "rd"), "source_inner": ("source", "rs")},
        limits=tuple(
            limit
            for each in range(len(voltages))
            for limit in (
                Limit(each, "junction", ("thermal", "critical"), "polarity"),
                Limit(each, "gate", ("threshold",), "polarity"),
            )
        ),
        noise=_noise,
    )


N_CHANNEL = junction_fet("n-channel junction FET", 1.0)
P_CHANNEL = junction_fet("p-channel junction FET", -1.0)
