"""The circuit with its outputs held at given voltages: what contrastive and coupled learning compare with.

Every output gets a voltage source to ground, so that clamping is exact; the currents of these sources are those that
Kirchhoff's law asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist import Element
from ...netlist.errors import CircuitError
from ...solvers.batched import BatchedNetwork
from ...solvers.resistive import ResistiveNetwork
from .physical import Phase, Physical, leaving, spread


@dataclass(frozen=True, eq=False)
class Clamped:
    """A `network` with sources at the outputs; `places` are its sources among this circuit's, `clamps` those at the
    outputs.
    """

    network: ResistiveNetwork
    batched: BatchedNetwork
    places: np.ndarray
    clamps: np.ndarray

    @classmethod
    def of(cls, free: ResistiveNetwork, attempts: int, smooth: bool) -> Clamped:
        """Compile it. Raises `CircuitError` for outputs that sources, or diodes alone, join to each other."""
        names = [free.table.name(int(node)) for node in free.loads]
        sources = _names(len(names), frozenset(element.name for element in free.circuit.elements))
        elements = [Element(name, (node, "0"), 0.0) for name, node in zip(sources, names, strict=True)]
        held = ResistiveNetwork.of(free.circuit.with_elements(elements), loads=(), smooth=smooth)
        if len(held.supernodes.closing) > len(free.supernodes.closing):
            raise CircuitError(f"sources join the outputs {', '.join(names)}, so they cannot be clamped one by one")
        rigid = np.setdiff1d(free.diode_rows, held.diode_rows)
        if len(rigid):
            raise CircuitError(
                f"diode {int(rigid[0]) + 1} of the circuit joins nothing but outputs and sources, so the outputs "
                f"cannot be clamped; use a rule that nudges, such as equilibrium"
            )
        places = [np.arange(held.sources.count)[held.sources.places[name]] for name in free.sources.places]
        clamps = [np.arange(held.sources.count)[held.sources.places[name]] for name in sources]
        batched = BatchedNetwork.of(held, attempts, smooth)
        return cls(free, batched, np.concatenate(places), np.concatenate(clamps))

    def settle(self, physical: Physical, outputs: Array, free: Phase) -> tuple[Phase, Array]:
        """The state with the outputs at those voltages (batch, outputs), and its largest residual; `free` is where the
        search for the conducting diodes starts.
        """
        network = self.batched.network
        voltages = jnp.zeros((len(outputs), network.sources.count))
        voltages = voltages.at[:, self.places].set(physical.voltages).at[:, self.clamps].set(outputs)
        problem = self.batched.problem(physical.conductances, voltages, physical.currents)
        found = self.batched.solve(problem, self.batched.guess(free.diodes[:, network.diode_rows]))
        potentials = self.batched.potentials(found.x, voltages)
        diodes = spread(network, found.currents)
        return Phase(potentials, diodes, self._loads(physical, potentials, diodes)), jnp.max(found.residual)

    def _loads(self, physical: Physical, potentials: Array, diodes: Array) -> Array:
        """The current out of each output's supernode into its clamp: what all other branches bring there."""
        network = self.network
        group = network.supernodes.group
        out = leaving(network, physical, potentials, diodes)
        total = jnp.zeros((len(out), network.supernodes.count + 1)).at[:, group].add(out)
        return -total[:, group[network.loads]]


def _names(count: int, taken: frozenset[str]) -> list[str]:
    """Names of that many sources that no element has."""
    prefix = "vclamp"
    while any(name.startswith(prefix) for name in taken):
        prefix += "_"
    return [f"{prefix}{number}" for number in range(count)]
