"""A circuit that learns, as the estimators see it: coordinates and a batch go in, steady states come out."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from ...netlist import Circuit
from ..parameters import Parameters
from .descent import descend
from .equations import Equations, Physical, State, equations, nudged, outputs
from .newton import Settled, newton, residual
from .structure import Structure
from .values import Coordinates, ValueMap


@dataclass(frozen=True, eq=False)
class Model:
    """A circuit's wiring with its map from coordinates to element values. All methods are pure functions of arrays."""

    structure: Structure
    values: ValueMap

    @classmethod
    def of(cls, circuit: Circuit, parameters: Parameters) -> Model:
        """Compile a circuit with `input`, `output` and `trainable` directives."""
        structure = Structure.of(circuit)
        return cls(structure, ValueMap.of(circuit, structure, parameters))

    def rest(self, batch: int) -> State:
        """No voltages, no currents."""
        return State(jnp.zeros((batch, self.structure.nodes)), jnp.zeros((batch, self.structure.diodes.count)))

    def driven(self, physical: Physical, inputs: Array) -> Physical:
        """The element values with source voltages (batch, inputs) put in: voltages (batch, q)."""
        voltages = jnp.broadcast_to(physical.voltages, (len(inputs), len(physical.voltages)))
        return physical._replace(voltages=voltages.at[:, self.structure.inputs].set(inputs))

    def equations(self, physical: Physical) -> Equations:
        """What the steady state of driven element values satisfies."""
        return equations(self.structure, physical)

    def nudged(self, free: Equations, physical: Physical, beta: float | Array, targets: Array) -> Equations:
        """The same with the outputs pulled to their targets through β."""
        return nudged(self.structure, free, physical, beta, targets)

    def settle(self, wanted: Equations, start: State, sweeps: int) -> Settled:
        """The steady state: exact when `sweeps` is 0, else as far as that many sweeps come (no residual is claimed)."""
        if not sweeps:
            return newton(wanted, start, self.structure.one_sided)
        state = descend(self.structure, wanted, start, sweeps)
        return Settled(state, jnp.where(jnp.all(jnp.isfinite(state.x)), 0.0, jnp.nan))

    def residual(self, wanted: Equations, state: State) -> Array:
        """The largest scaled KKT residual of each sample, (batch,)."""
        return residual(wanted, state)

    def outputs(self, physical: Physical, state: State) -> Array:
        """Output voltages (batch, outputs)."""
        return outputs(self.structure, state, physical.voltages)

    def pull_back(self, coordinates: Coordinates, slopes: Physical) -> dict[str, Array]:
        """Gradients by element values, batch mean and inputs included, as gradients by coordinates."""
        _, pull = jax.vjp(self.values, dict(coordinates))
        return pull(slopes)[0]
