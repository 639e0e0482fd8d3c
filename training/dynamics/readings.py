"""The states as instruments tell them, where `[hardware]` limits what can be measured."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from jax import Array

from ...netlist.errors import ExperimentError
from ..hardware import Hardware
from ..hardware.meter import exact, meter_of

Reader = Callable[[Array, Array], Array]
"""States (states, batch) and a random key to what is read of them."""


def reader_of(hardware: Hardware, source: str) -> Reader:
    """The reader of an experiment. Raises `ExperimentError` for bits without a range."""
    meter = meter_of(hardware, source)
    if meter is exact:
        return lambda y, key: y

    def read(y: Array, key: Array) -> Array:
        potentials = jnp.concatenate([y, jnp.zeros((1, y.shape[1]), y.dtype)])
        return meter(potentials.T, key).T[:-1]

    return read


def check_hardware(hardware: Hardware, rule: str, source: str) -> None:
    """Raise `ExperimentError` for limits that training in time does not have."""
    moves = ("update_asymmetry", "update_saturation", "update_threshold", "update_noise", "stuck_fraction")
    for name in moves:
        if getattr(hardware, name):
            raise ExperimentError(
                f"{source}: [hardware] {name} is not for circuits in time, which have conductance_levels and, where "
                f"they learn by equilibrium propagation, limits of measurement"
            )
    if hardware.limits_measurement and rule != "equilibrium":
        raise ExperimentError(
            f"{source}: the rule {rule} computes its gradients in time and reads no voltages, so [hardware] "
            f"measurement_noise and measurement_bits have no meaning; use the rule equilibrium"
        )
    if hardware.conductance_levels == 1:
        raise ExperimentError(f"{source}: [hardware] conductance_levels must be 0 (any value), or 2 or more")
