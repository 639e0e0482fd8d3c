"""Diode-connected MOSFETs of a batch: the transistor's own physics (`solvers.devices.mosfet`) with gate at drain and
body at source, elementwise in JAX.

    i(v) = beta/2·(v − von)²·(1 + lambda·v)       forwards, above the threshold
    i(v) = −is·(exp(−v/vt) − 1)                   backwards, through the junction of body and drain

With a body effect the channel opens backwards too, when the junction's voltage lowers its threshold below 0 V.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jax import Array

from ...netlist.errors import CircuitError
from ..devices import Device, Parameters
from ..nodal.instance import Instance
from .junction_diode import limited_junction

DRAIN, SOURCE = frozenset({"drain", "drain_inner", "gate"}), frozenset({"source", "source_inner", "bulk"})
"""Local nodes at either end; resistances between them are refused."""


@dataclass(frozen=True, eq=False)
class MosfetDiodes:
    """MOSFETs of one device with the same numbers given; their effective `numbers`, each (m,) or one."""

    device: Device
    numbers: Mapping[str, Any]

    @property
    def thermal(self) -> Any:
        """kT/q in V."""
        return self.numbers["thermal"]

    def current(self, voltage: Array) -> Array:
        """The currents (m,) from anode to cathode at the voltages between them: drain to source in an n-channel."""
        along = self.numbers["polarity"] * voltage
        numbers = {name: each if isinstance(each, float) else jnp.asarray(each) for name, each in self.numbers.items()}
        controls = [self._across(plus, minus, along) for plus, minus in self.device.controls]
        currents, _ = self.device.physics(controls, Parameters(numbers), 0.0)
        into_drain = sum((jnp.asarray(each) for name, each in currents.items() if name in DRAIN), jnp.zeros_like(along))
        return self.numbers["polarity"] * into_drain

    def _across(self, plus: str, minus: str | None, along: Array) -> Array:
        """A control at a voltage from drain to source; the currents that the oxide would carry at rest are none."""
        if minus is None:
            return jnp.zeros_like(along)
        return (float(plus in DRAIN) - float(minus in DRAIN)) * along

    def voltage(self, current: Array) -> Array:
        """About the voltages (m,) of currents (m,): where to begin."""
        forwards = self.numbers["threshold"] + jnp.sqrt(2.0 * jnp.maximum(current, 0.0) / self.numbers["beta"])
        saturation = jnp.maximum(jnp.asarray(self.numbers["drain_saturation"]), 1e-300)
        backwards = self.thermal * jnp.log1p(jnp.maximum(-current, 0.0) / saturation)
        return jnp.where(current > 0.0, forwards, -backwards)

    def limited(self, new: Array, old: Array) -> Array:
        """The voltages that one step of Newton's method may reach: the junction's, which conducts backwards, alone.

        The square law needs no limit: its tangents lead down to the solution from wherever they begin above it.
        """
        return -limited_junction(-new, -old, self.thermal, self.numbers["drain_critical"])


def refuse_resistances(instance: Instance, inner: tuple[str, ...]) -> None:
    """Raise CircuitError where resistances make nodes of their own inside the transistor."""
    if inner:
        element = instance.element
        raise CircuitError(
            f"the model {element.model} of {element.name} has resistances at drain or source, which the batched solver "
            "does not take in MOSFETs; leave out rd, rs and rsh, or use the nodal engine",
            element.location,
        )
