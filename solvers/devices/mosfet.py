"""The MOSFET, level 1 of ngspice 39: Shichman and Hodges, with Meyer's gate capacitances.

    id = beta·(1 + lambda·vds)·d·(o - d/2),   o = max(vgs - von, 0),   d = min(vds, o)
    von = vto + gamma·(√(phi - vbs) - √phi),  drain and source change places where vds < 0

The square root goes on along its tangent for vbs > 0. Bulk junctions are ideal, constant below -3·kT/q, with gmin.
Shichman and Hodges 1968, IEEE J. Solid-State Circuits 3:285; ngspice manual 39, chapter 11. Meyer's capacitances add
three unknowns (`meyer`); without an oxide thickness there are none, and the devices `…_WITHOUT_OXIDE` are for them.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp

from .declared import declared_parameters
from .device import Charges, Currents, Device, Limit, NoiseSource, Parameters, Scalar
from .junction import depletion_charge, exponential
from .meyer import Shares, shares
from .mosfet_temperature import prepare
from .noise import channel_noise, flicker_noise, resistor_noise
from .silicon import times
from .sums import Sums

_RATES = ("gate_source", "gate_drain", "gate_bulk")


class _Bias(NamedTuple):
    """Voltages of an n-channel in V: of the gate to source, drain and bulk, of the bulk to source and drain."""

    source: Scalar
    drain: Scalar
    bulk: Scalar
    bulk_source: Scalar
    bulk_drain: Scalar

    @property
    def along(self) -> Scalar:
        return self.source - self.drain


def _bias(u: Sequence[Scalar], p: Parameters) -> _Bias:
    gate, drain, bulk_source, bulk_drain = (p.polarity * each for each in u[:4])
    return _Bias(gate, gate - drain, gate - bulk_source, bulk_source, bulk_drain)


def _over(at: _Bias, p: Parameters) -> Scalar:
    """The gate's voltage above the threshold, seen from whichever end is the source."""
    forwards = at.along >= 0.0
    body = jnp.where(forwards, at.bulk_source, at.bulk_drain)
    below = jnp.minimum(body, 0.0)
    # √(phi - v) up to 0 V, then its tangent down to 0
    root = jnp.maximum(jnp.sqrt(p.surface - below) - (body - below) / (2.0 * jnp.sqrt(p.surface)), 0.0)
    return jnp.where(forwards, at.source, at.drain) - p.flat - p.body * root


def _channel(at: _Bias, p: Parameters) -> Scalar:
    """The current from drain to source in A."""
    # by `where`: the derivative of abs at 0 V, where many transistors rest, is not that of the current
    forwards = at.along >= 0.0
    length = jnp.where(forwards, at.along, -at.along)
    over = jnp.maximum(_over(at, p), 0.0)
    inside = jnp.minimum(length, over)
    size = p.beta * (1.0 + p["lambda"] * length) * inside * (over - 0.5 * inside)
    return jnp.where(forwards, size, -size)


def _leak(voltage: Scalar, saturation: Scalar, p: Parameters) -> Scalar:
    """The current of a bulk junction in A."""
    edge = -3.0 * p.thermal
    forwards = exponential(jnp.maximum(voltage, edge) / p.thermal) - 1.0
    return saturation * jnp.where(voltage > edge, forwards, -1.0) + p.gmin * voltage


def _shares(at: _Bias, p: Parameters) -> Shares:
    """Meyer's capacitances over that of the oxide, at source and drain as the card has them."""
    forwards = at.along >= 0.0
    found = shares(_over(at, p), jnp.where(forwards, at.along, -at.along), p.surface)
    return Shares(
        jnp.where(forwards, found.source, found.drain), jnp.where(forwards, found.drain, found.source), found.bulk
    )


def _static(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    """Controls: gate-source, drain-source, bulk-source, bulk-drain; then over rd and rs.

    The last of the four follows from two others at a solution, but each junction has a step of its own.
    """
    at, sign = _bias(u, p), p.polarity
    currents, charges = Sums(), Sums()
    currents.flow("drain_inner", "source_inner", sign * _channel(at, p))
    for end, voltage in (("source", at.bulk_source), ("drain", at.bulk_drain)):
        currents.flow("bulk", f"{end}_inner", sign * _leak(voltage, p[f"{end}_saturation"], p))
        depleted = depletion_charge(f"{end} bottom", voltage, p) + depletion_charge(f"{end} side", voltage, p)
        charges.flow("bulk", f"{end}_inner", times(depleted, sign))
    currents.flow("drain", "drain_inner", times(p.drain_conductance, u[4]))
    currents.flow("source", "source_inner", times(p.source_conductance, u[5]))
    charges.flow("gate", "source_inner", times(p.source_overlap, sign * at.source))
    charges.flow("gate", "drain_inner", times(p.drain_overlap, sign * at.drain))
    charges.flow("gate", "bulk", times(p.bulk_overlap, sign * at.bulk))
    return currents.rows, charges.rows


def _with_oxide(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    """Controls as `_static`, then the three currents that the oxide would carry."""
    still, charges = _static(u, p, time)
    at = _bias(u, p)
    currents = Sums(still)
    for name, node, share, voltage, carried in zip(
        _RATES, ("source_inner", "drain_inner", "bulk"), _shares(at, p), at[:3], u[6:], strict=True
    ):
        currents.flow("gate", node, share * carried)
        still[name] = -p.oxide_resistance * carried
        charges[name] = times(p.oxide_rate, p.polarity * voltage)
    return still, charges


def _noise(u: Sequence[Scalar], p: Parameters) -> list[NoiseSource]:
    """Thermal noise of the resistances and of the channel, flicker noise of the drain current."""
    at, ends = _bias(u, p), ("drain_inner", "source_inner")

    def moved(gate: Scalar) -> Scalar:
        return _channel(at._replace(source=at.source + gate, drain=at.drain + gate), p)

    transconductance = jnp.abs(jax.grad(moved)(jnp.zeros_like(at.source)))
    through = _channel(at, p) - _leak(at.bulk_drain, p.drain_saturation, p)
    return [
        *resistor_noise(("drain", "drain_inner"), p.drain_conductance, p, "rd"),
        *resistor_noise(("source", "source_inner"), p.source_conductance, p, "rs"),
        channel_noise(ends, transconductance, p, "id"),
        *flicker_noise(ends, p.flicker, through, p.af),
    ]


def mosfet(name: str, polarity: float, oxide: bool) -> Device:
    """The transistor with an n-channel (1) or a p-channel (-1), with Meyer's capacitances or without."""
    rates = _RATES if oxide else ()
    return Device(
        name,
        ("drain", "gate", "source", "bulk"),
        (
            ("gate", "source_inner"),
            ("drain_inner", "source_inner"),
            ("bulk", "source_inner"),
            ("bulk", "drain_inner"),
            ("drain", "drain_inner"),
            ("source", "source_inner"),
            *((rate, None) for rate in rates),
        ),
        _with_oxide if oxide else _static,
        functools.partial(prepare, polarity),
        declared_parameters("nmos", "M", "l", "w", "ad", "as", "pd", "ps", "nrd", "nrs"),
        internal={"drain_inner": ("drain", "rd", "rsh*nrd"), "source_inner": ("source", "rs", "rsh*nrs")},
        branch_currents=rates,
        limits=(
            Limit(0, "gate", ("threshold",), "polarity"),
            Limit(1, "drain", (), "polarity"),
            Limit(2, "junction", ("thermal", "source_critical"), "polarity"),
            Limit(3, "junction", ("thermal", "drain_critical"), "polarity"),
        ),
        noise=_noise,
    )


N_CHANNEL = mosfet("n-channel MOSFET", 1.0, oxide=True)
P_CHANNEL = mosfet("p-channel MOSFET", -1.0, oxide=True)
N_CHANNEL_WITHOUT_OXIDE = mosfet("n-channel MOSFET", 1.0, oxide=False)
P_CHANNEL_WITHOUT_OXIDE = mosfet("p-channel MOSFET", -1.0, oxide=False)
