"""A circuit that learns, as the estimators see it: coordinates and a batch go in, steady states come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist import Circuit
from ...netlist.errors import CircuitError
from ...solvers.batched import BatchedNetwork
from ...solvers.batched.exact import ATTEMPTS
from ...solvers.batched.wires import Problem, State, Wires
from ...solvers.resistive import ResistiveNetwork
from ...solvers.resistive_elements import has_real_diodes
from ..learner import Settled
from ..parameters import Parameters
from .clamping import Clamped
from .colouring import colours
from .descent import Descent
from .physical import Phase, Physical, readings, spread
from .values import Coordinates, ValueMap


@dataclass(frozen=True, eq=False)
class Model:
    """A circuit's network with its map from coordinates to element values: a `learner.Learner`.

    `inputs` indexes the voltage sources that carry the data; the outputs are the network's load nodes. `attempts` at a
    steady state: with 1, active sets alone; see `solvers.batched.exact`.
    """

    network: ResistiveNetwork
    batched: BatchedNetwork
    values: ValueMap
    inputs: np.ndarray
    descent: Descent
    attempts: int = ATTEMPTS

    @classmethod
    def of(cls, circuit: Circuit, parameters: Parameters, attempts: int = ATTEMPTS) -> Model:
        """Compile a circuit with `input`, `output` and `trainable` directives; its diodes are all ideal or all real.

        Raises:
            CircuitError: an element that is not ideal and resistive, an output that the sources hold or that is no
                node, a trainable that cannot be reached.
        """
        signals = [output for output in circuit.outputs if "(" in output]
        if signals:
            raise CircuitError(f"the output {signals[0]} is not the voltage of a node; write v(node) or v(bus[0:9])")
        smooth = has_real_diodes(circuit)
        network = ResistiveNetwork.of(circuit, smooth=smooth)
        held = network.loads[network.supernodes.group[network.loads] == network.supernodes.count]
        if len(held):
            raise CircuitError(
                f"the output {network.table.name(int(held[0]))} is held by sources; nothing can be learned there"
            )
        places = [network.sources.places[name] for name in circuit.inputs]
        return cls(
            network,
            BatchedNetwork.of(network, attempts, smooth),
            ValueMap.of(circuit, network, parameters),
            np.concatenate([np.arange(place.start, place.stop) for place in places]),
            Descent(Wires.of(network.topology), colours(network.topology)),
            attempts,
        )

    @property
    def width(self) -> int:
        """Number of input voltages."""
        return len(self.inputs)

    @property
    def loads(self) -> np.ndarray:
        """The outputs' places among the potentials."""
        return self.network.loads

    def rest(self, batch: int) -> State:
        """No voltages, no currents."""
        topology = self.network.topology
        return State(jnp.zeros((batch, topology.nodes)), jnp.zeros((batch, len(topology.diode_a))))

    def restored(self, leaves: Sequence[Array]) -> State:
        """A state of its arrays."""
        return State(*leaves)

    def driven(self, physical: Physical, inputs: Array) -> Physical:
        """The element values with source voltages (batch, inputs) put in: voltages (batch, q)."""
        voltages = jnp.broadcast_to(physical.voltages, (len(inputs), len(physical.voltages)))
        return physical._replace(voltages=voltages.at[:, self.inputs].set(inputs))

    def problem(self, physical: Physical, beta: float | Array, targets: Array) -> Problem:
        """The QPs of driven values, the outputs pulled to their targets (batch, outputs) through β siemens."""
        return self.batched.problem(*physical, load_conductance=beta, load_current=beta * targets)

    def driven_outputs(self, physical: Physical, currents: Array) -> Problem:
        """The QPs of driven values with currents (batch, outputs) into the outputs."""
        return self.batched.problem(*physical, load_current=currents)

    def settle(self, problem: Problem, start: State, sweeps: int | Array) -> Settled:
        """The steady state: exact when `sweeps` is the number 0, else as far as that many sweeps come."""
        if not isinstance(sweeps, int) or sweeps:
            state = self.descent(problem, start.x, sweeps)
            return Settled(state, jnp.where(jnp.all(jnp.isfinite(state.x)), 0.0, jnp.nan))
        found = self.batched.solve(problem, self.batched.guess(start.currents))
        return Settled(State(found.x, found.currents), jnp.max(found.residual))

    def outputs(self, physical: Physical, state: State) -> Array:
        """Output voltages (batch, outputs)."""
        return self.batched.potentials(state.x, physical.voltages)[:, self.network.loads]

    def phase(self, physical: Physical, state: State, loads: Array) -> Phase:
        """A state as it can be read, with the currents (batch, outputs) into the loads."""
        potentials = self.batched.potentials(state.x, physical.voltages)
        return Phase(potentials, spread(self.network, state.currents), loads)

    def read(self, physical: Physical, phase: Phase) -> Physical:
        """What every element reads at its own place, see `physical.readings`."""
        return readings(self.network, physical, phase)

    def work(self, physical: Physical, at: Phase, signal: Phase) -> Physical:
        """The derivative of the readings at a phase along another one: u·w at a resistor, batch mean."""
        return jax.jvp(lambda phase: self.read(physical, phase), (at,), (signal,))[1]

    def clamped(self) -> Clamped:
        """The circuit with its outputs held. Raises `CircuitError` for outputs that cannot be, one by one."""
        return Clamped.of(self.network, self.attempts, self.batched.laws is not None)

    def failure(self) -> None:
        """Nothing: the residual tells whether a steady state was found."""

    def pull_back(self, coordinates: Coordinates, slopes: Physical) -> dict[str, Array]:
        """Gradients by element values, batch mean, as gradients by coordinates."""
        _, pull = jax.vjp(self.values, dict(coordinates))
        return pull(slopes)[0]
