"""How silicon changes with temperature: its gap, a junction's potential and capacitance (Sze 1981; ngspice manual).

Temperatures in kelvin, potentials in volts, energies in electronvolts.
"""

from __future__ import annotations

import jax.numpy as jnp

from .constants import BOLTZMANN, CHARGE, REFERENCE, THERMAL
from .device import Scalar

_GAP_AT_REFERENCE = 1.1150877
_STRETCH = 4e-4
"""Relative growth of the permittivity and of lengths a kelvin."""


def gap(temperature: Scalar) -> Scalar:
    """The energy gap of silicon, eV (Thurmond 1975, with SPICE's numbers)."""
    return 1.16 - 7.02e-4 * temperature * temperature / (temperature + 1108.0)


def _shift(temperature: Scalar) -> Scalar:
    """What a junction's potential loses from the reference temperature on, beyond being proportional to it."""
    bend = -gap(temperature) / (2.0 * BOLTZMANN * temperature) + _GAP_AT_REFERENCE / (2.0 * BOLTZMANN * REFERENCE)
    return -2.0 * THERMAL * temperature * (1.5 * jnp.log(temperature / REFERENCE) + CHARGE * bend)


def potential(nominal_potential: Scalar, temperature: Scalar, nominal: Scalar) -> tuple[Scalar, Scalar]:
    """A junction's potential at `temperature` and at the reference temperature, from that at `nominal`."""
    reference = (nominal_potential - _shift(nominal)) / (nominal / REFERENCE)
    return temperature / REFERENCE * reference + _shift(temperature), reference


def capacitance_ratio(
    nominal_potential: Scalar, grading: Scalar, temperature: Scalar, nominal: Scalar
) -> tuple[Scalar, Scalar]:
    """Capacitance without bias at `temperature` over that at `nominal`, and the potential at `temperature`."""
    now, reference = potential(nominal_potential, temperature, nominal)

    def growth(at: Scalar, voltage: Scalar) -> Scalar:
        return 1.0 + grading * (_STRETCH * (at - REFERENCE) - (voltage - reference) / reference)

    return growth(temperature, now) / growth(nominal, nominal_potential), now


def drift(rise: Scalar, first: Scalar, second: Scalar = 0.0) -> Scalar:
    """1 + first·rise + second·rise²; exactly 1 where both are the constant zero."""
    if is_zero(first) and is_zero(second):
        return 1.0
    return 1.0 + first * rise + second * rise * rise


def is_zero(value: Scalar) -> bool:
    """Whether a number is the constant 0.0, so that what it multiplies can be left out of the code."""
    return isinstance(value, float) and value == 0.0


def times(value: Scalar, factor: Scalar) -> Scalar:
    """The product; the constant zero stays one."""
    return 0.0 if is_zero(value) or is_zero(factor) else value * factor
