"""Node voltages as an instrument tells them: Gaussian noise first, then the codes of a converter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from ...netlist.errors import ExperimentError
from .limits import Hardware

Meter = Callable[[Array, "Array | None"], Array]
"""Potentials (..., nodes + 1, ground last) and a random key to what is read; every entry is one reading."""


def exact(potentials: Array, key: Array | None) -> Array:
    """The potentials themselves."""
    return potentials


@dataclass(frozen=True)
class Instrument:
    """A meter with `noise` volts rms and 2^`bits` codes (0: no rounding) from −`reach` to `reach` volts.

    Codes are whole multiples of reach/2^(bits − 1), zero among them; what is beyond the last code reads as the last or,
    where it `wraps`, as the one that is 2·reach from it. Ground is the reference and reads zero.
    """

    noise: float
    bits: int
    reach: float
    wraps: bool = False

    def __call__(self, potentials: Array, key: Array | None) -> Array:
        """One reading of each potential."""
        read = potentials
        if self.noise and key is not None:
            read = read + self.noise * jax.random.normal(key, read.shape, read.dtype)
        if self.bits:
            half = 2.0 ** (self.bits - 1)
            step = self.reach / half
            code = jnp.round(read / step)
            read = step * (jnp.mod(code + half, 2.0 * half) - half if self.wraps else jnp.clip(code, -half, half - 1))
        return read.at[..., -1].set(0.0)


def meter_of(hardware: Hardware, source: str = "experiment") -> Meter:
    """The meter of an experiment. Raises `ExperimentError` for bits without a range."""
    if not hardware.limits_measurement:
        return exact
    if hardware.measurement_bits and not hardware.measurement_range:
        raise ExperimentError(
            f"{source}: [hardware] measurement_bits need a range; write measurement_range in volts, such as 1.0"
        )
    if hardware.measurement_wraps and not hardware.measurement_bits:
        raise ExperimentError(f"{source}: [hardware] measurement_wraps is for codes; write measurement_bits")
    return Instrument(
        hardware.measurement_noise, hardware.measurement_bits, hardware.measurement_range, hardware.measurement_wraps
    )
