"""What the real diodes of a resistive network say: their currents as functions of their voltages, in JAX.

Diodes with the same numbers given are one kind and are evaluated together; `junction_diode` and `mosfet_diode` are
what a kind may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.circuit import Circuit
from ...netlist.diode_connected import diode_ends
from ...netlist.element import Element
from ..nodal.groups import Compiled
from ..nodal.instance import Instance
from ..nodal.instances import instances_of
from ..nodal.network import group_of
from ..nodal.surroundings import Surroundings
from ..resistive import ResistiveNetwork
from .junction_diode import JunctionDiodes
from .mosfet_diode import MosfetDiodes, refuse_resistances


class Law(Protocol):
    """The law of diodes (m,) of one kind; voltages from anode to cathode in V, currents that way in A."""

    @property
    def thermal(self) -> Any:
        """The voltage, (m,) or one, in which its exponential grows e-fold."""
        ...

    def current(self, voltage: Array) -> Array:
        """The currents at voltages."""
        ...

    def voltage(self, current: Array) -> Array:
        """About the voltages of currents: where to begin."""
        ...

    def limited(self, new: Array, old: Array) -> Array:
        """The voltages that one step of Newton's method may reach."""
        ...


@dataclass(frozen=True, eq=False)
class Characteristics:
    """The diodes (k,) of a network that its equations keep: which of them (m,) obey which law.

    `thermal` (k,) are the voltages in which their exponentials grow e-fold.
    """

    kinds: tuple[tuple[np.ndarray, Law], ...]
    thermal: np.ndarray

    @classmethod
    def of(cls, network: ResistiveNetwork) -> Characteristics:
        """The laws of a network's diodes, in the order of its equations. Linear in their number.

        Raises:
            CircuitError: a model or a parameter without a device, a MOSFET with resistances of its own.
        """
        around = Surroundings.of_circuit(network.circuit)
        owners = [
            owner for name, place in network.diodes.places.items() for owner in [name] * (place.stop - place.start)
        ]
        owners = [owners[row] for row in network.diode_rows]
        instances = {name: _instance(network.circuit, network.circuit[name], around) for name in dict.fromkeys(owners)}
        groups = {name: group_of(instance) for name, instance in instances.items()}
        kinds, thermal = [], np.zeros(len(owners))
        for group in dict.fromkeys(groups.values()):
            chosen = np.array([k for k, name in enumerate(owners) if groups[name] is group])
            law = _law(group, [instances[owners[k]] for k in chosen])
            kinds.append((chosen, law))
            thermal[chosen] = law.thermal
        return cls(tuple(kinds), thermal)

    def current(self, voltage: Array) -> Array:
        """The currents (k,) in A at the voltages (k,), from anode to cathode."""
        found = jnp.zeros_like(voltage)
        for chosen, law in self.kinds:
            found = found.at[chosen].set(law.current(voltage[chosen]))
        return found

    def slope(self, voltage: Array) -> tuple[Array, Array]:
        """The currents (k,) and their derivatives in S."""
        return jax.jvp(self.current, (voltage,), (jnp.ones_like(voltage),))

    def voltage(self, current: Array) -> Array:
        """About the voltages (k,) of currents (k,): where to begin."""
        found = jnp.zeros_like(current)
        for chosen, law in self.kinds:
            found = found.at[chosen].set(law.voltage(current[chosen]))
        return found

    def limited(self, new: Array, old: Array) -> Array:
        """The voltages (k,) that one step of Newton's method may reach."""
        for chosen, law in self.kinds:
            new = new.at[chosen].set(law.limited(new[chosen], old[chosen]))
        return new


def _law(group: Compiled, instances: Sequence[Instance]) -> Law:
    """The law of instances (m,) of one group."""
    raw = np.array([[instance.raw[name] for name in group.raw] for instance in instances])
    numbers = {**group.constants, **dict(zip(group.effective, group.numbers(raw).T, strict=True))}
    if instances[0].element.kind == "D":
        return JunctionDiodes(numbers)
    refuse_resistances(instances[0], group.inner)
    return MosfetDiodes(group.device, numbers)


def _instance(circuit: Circuit, element: Element, around: Surroundings) -> Instance:
    """The diode as an instance between two nodes, whatever its range: all of an array are alike."""
    anode, _ = diode_ends(element, circuit.models)
    nodes = tuple("a" if node == anode else "0" for node in element.nodes)
    plain = Element(element.name, nodes, model=element.model, parameters=element.parameters, location=element.location)
    return instances_of(circuit.replace(elements=(plain,)), around)[0]
