"""What a real diode of a resistive network says: its current as a function of its voltage, elementwise in JAX.

The physics is the device's own (`solvers.devices.diode`); a series resistance is solved for, so that the whole diode is
one function of the voltage between its two nodes:  i = f(v − rs·i).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.circuit import Circuit
from ...netlist.element import Element
from ..devices import Parameters
from ..devices.diode import DIODE
from ..nodal.instance import Instance
from ..nodal.instances import instances_of
from ..nodal.network import group_of
from ..nodal.surroundings import Surroundings
from ..resistive import ResistiveNetwork

NEEDED = ("thermal", "critical", "saturation")
SERIES_STEPS = 20
"""Newton steps for the voltage behind a series resistance; they begin above it and go down to it."""


@dataclass(frozen=True, eq=False)
class Characteristics:
    """The diodes (k,) of a network that its equations keep.

    `numbers` (k,) are those that starts and limits need: `thermal` n·kT/q and `critical` voltages in V, `saturation`
    currents in A.
    """

    kinds: tuple[Kind, ...]
    numbers: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, network: ResistiveNetwork) -> Characteristics:
        """The laws of a network's diodes, in the order of its equations. Linear in their number."""
        around = Surroundings.of_circuit(network.circuit)
        owners = [
            owner for name, place in network.diodes.places.items() for owner in [name] * (place.stop - place.start)
        ]
        owners = [owners[row] for row in network.diode_rows]
        instances = {name: _instance(network.circuit, network.circuit[name], around) for name in dict.fromkeys(owners)}
        groups = {name: group_of(instance) for name, instance in instances.items()}
        kinds, found = [], {name: np.zeros(len(owners)) for name in NEEDED}
        for group in dict.fromkeys(groups.values()):
            chosen = np.array([k for k, name in enumerate(owners) if groups[name] is group])
            raw = np.array([[instances[owners[k]].raw[name] for name in group.raw] for k in chosen])
            numbers = {**group.constants, **dict(zip(group.effective, group.numbers(raw).T, strict=True))}
            kinds.append(Kind(chosen, numbers))
            for name, values in found.items():
                values[chosen] = numbers[name]
        return cls(tuple(kinds), found)

    def current(self, voltage: Array) -> Array:
        """The currents (k,) in A at the voltages (k,), from anode to cathode."""
        found = jnp.zeros_like(voltage)
        for kind in self.kinds:
            found = found.at[kind.chosen].set(kind.current(voltage[kind.chosen]))
        return found

    def slope(self, voltage: Array) -> tuple[Array, Array]:
        """The currents (k,) and their derivatives in S."""
        return jax.jvp(self.current, (voltage,), (jnp.ones_like(voltage),))

    def voltage(self, current: Array) -> Array:
        """About the voltages (k,) of currents (k,): where to begin."""
        return jnp.asarray(self.numbers["thermal"]) * jnp.log1p(jnp.maximum(current, 0.0) / self.numbers["saturation"])

    def limited(self, new: Array, old: Array) -> Array:
        """The voltages that one step of Newton's method may reach: `nodal.limiting.junction`, elementwise."""
        thermal, critical = self.numbers["thermal"], self.numbers["critical"]
        step = (new - old) / thermal
        up = 2.0 + jnp.log(jnp.maximum(step - 2.0, 1e-300))
        down = -(2.0 + jnp.log(jnp.maximum(2.0 - step, 1e-300)))
        from_forward = old + thermal * jnp.where(step > 0.0, up, down)
        from_reverse = thermal * jnp.log(jnp.maximum(new, 1e-300) / thermal)
        far = (new > critical) & (jnp.abs(step) > 2.0)
        return jnp.where(far, jnp.where(old > 0.0, from_forward, from_reverse), new)


@dataclass(frozen=True, eq=False)
class Kind:
    """Diodes with the same numbers given: which they are (m,), and their effective numbers, each (m,) or one."""

    chosen: np.ndarray
    numbers: Mapping[str, Any]

    def current(self, voltage: Array) -> Array:
        """The currents (m,) at the voltages between the nodes."""
        series = self.numbers["conductance"]
        if np.all(np.asarray(series) == 0.0):
            return self.junction(voltage)
        return series * (voltage - self.behind(voltage, series))

    def junction(self, voltage: Array) -> Array:
        """The currents at the voltages of the junctions alone."""
        numbers = {name: each if isinstance(each, float) else jnp.asarray(each) for name, each in self.numbers.items()}
        currents, _ = DIODE.physics((voltage, 0.0 * voltage), Parameters({**numbers, "conductance": 0.0}), 0.0)
        return jnp.asarray(currents["inner"])

    def behind(self, voltage: Array, series: Any) -> Array:
        """The junctions' voltages w behind a conductance: series·(v − w) = f(w), with the derivative that it implies.

        Newton's steps go down to it from v, or from where the resistance alone would leave the junction.
        """
        outer = jax.lax.stop_gradient(voltage)
        most = series * jnp.maximum(outer, 0.0) / self.numbers["saturation"]
        high = jnp.minimum(outer, self.numbers["thermal"] * jnp.log1p(most))

        def newton(_: int, inner: Array) -> Array:
            current, slope = jax.jvp(self.junction, (inner,), (jnp.ones_like(inner),))
            return inner - (current - series * (outer - inner)) / (slope + series)

        inner = jax.lax.stop_gradient(jax.lax.fori_loop(0, SERIES_STEPS, newton, jnp.where(outer > 0.0, high, outer)))
        current, slope = jax.jvp(self.junction, (inner,), (jnp.ones_like(inner),))
        return inner - (current - series * (voltage - inner)) / jax.lax.stop_gradient(slope + series)


def _instance(circuit: Circuit, element: Element, around: Surroundings) -> Instance:
    """The diode as an instance, whatever its range: all of an array are alike."""
    plain = Element(element.name, ("a", "0"), model=element.model, parameters=element.parameters)
    return instances_of(circuit.replace(elements=(plain,)), around)[0]
