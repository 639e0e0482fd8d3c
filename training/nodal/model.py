"""A circuit of any devices that learns at rest: coordinates and a batch go in, operating points come out.

The virtual work of a trainable θ at a state v along a signal w is wᵀ ∂i/∂θ, with i the currents that leave the nodes
into the devices: what the device that θ belongs to can tell from its own voltages. Where the circuit has a co-content
(its conductances at rest are symmetric, as of resistors and diodes) rules of two states follow the gradient; where it
has none, as with transistors, they follow it as far as these are symmetric. `implicit` is exact for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist import Circuit, Element
from ...netlist.errors import CircuitError, TellegenError
from ...netlist.piecewise import with_ideal_parts
from ...solvers.nodal.gradients import NodalFunction, State, call_out, virtual_work
from ..learner import Settled
from ..parameters import Parameters
from ..straight_through import straight_through
from .clamping import Clamped
from .names import input_names, output_nodes, trainable_names
from .nudging import Nudging
from .phase import Numbers, Phase, at_phase, phase_at
from .points import RememberingPoints


class Settling(NamedTuple):
    """An operating point to go on from, see `solvers.nodal.gradients.State`, and its outputs (batch, outputs) in V."""

    rounded: Array
    rest: Array
    closed: Array
    outputs: Array


class Equations(NamedTuple):
    """All numbers (numbers + outputs,) and the values of all sources that change (batch, inputs + 2 outputs)."""

    values: Array
    inputs: Array


@dataclass(frozen=True, eq=False)
class NodalModel:
    """A circuit with `input`, `output` and `trainable` directives: a `learner.Learner`."""

    circuit: Circuit
    parameters: Parameters
    function: NodalFunction
    names: tuple[str, ...]
    inputs: tuple[str, ...]
    nodes: tuple[str, ...]
    loads: np.ndarray
    points: RememberingPoints

    @classmethod
    def of(cls, circuit: Circuit, parameters: Parameters) -> NodalModel:
        """Compile a circuit.

        Raises:
            CircuitError: a device that is none here, an ideal diode, an output or an input that cannot be one, a
                trainable that nothing depends on.
            NumericalError: the netlist's own numbers have no operating point.
        """
        _refuse_ideal(circuit)
        names, inputs, nodes = trainable_names(circuit, parameters), input_names(circuit), output_nodes(circuit)
        nudging = Nudging.of(circuit, nodes)
        signals = tuple(f"v({node})" for node in nodes)
        points = RememberingPoints.of(
            nudging.circuit, (*names, *nudging.pulls), signals, (*inputs, *nudging.aims, *nudging.pushes)
        )
        loads = np.array([points.solver.network.numbers[node] for node in nodes])
        return cls(circuit, parameters, NodalFunction(points), names, inputs, nodes, loads, points)

    @property
    def width(self) -> int:
        """Number of input voltages."""
        return len(self.inputs)

    def rest(self, batch: int) -> Settling:
        """The operating point of the netlist's own numbers."""
        points = self.points
        x = jnp.asarray(np.tile(points.nominal, (batch, 1)))
        closed = jnp.asarray(np.tile(points.solver.network.switches.starts.astype(float), (batch, 1)))
        return Settling(x, jnp.zeros_like(x), closed, x[:, self.loads])

    def restored(self, leaves: Sequence[Array]) -> Settling:
        """A state of its arrays."""
        return Settling(*leaves)

    def values(self, coordinates: dict[str, Array]) -> Numbers:
        """The numbers at coordinates by target, without inputs; differentiable, with levels passed straight through."""
        parts = [jnp.ravel(straight_through(each, coordinates[each.target])) for each in self.parameters.coordinates]
        return Numbers(jnp.concatenate(parts), jnp.zeros((0, self.width)))

    def driven(self, physical: Numbers, inputs: Array) -> Numbers:
        """The same with source voltages (batch, inputs) put in."""
        return physical._replace(inputs=inputs)

    def problem(self, physical: Numbers, beta: float | Array, targets: Array) -> Equations:
        """The equations of driven numbers, the outputs pulled to their targets (batch, outputs) through β siemens."""
        pulls = jnp.broadcast_to(jnp.asarray(beta, float), (len(self.nodes),))
        return self._equations(physical, pulls, targets, jnp.zeros_like(targets))

    def driven_outputs(self, physical: Numbers, currents: Array) -> Equations:
        """The equations of driven numbers with currents (batch, outputs) into the outputs."""
        return self._equations(physical, jnp.zeros(len(self.nodes)), jnp.zeros_like(currents), currents)

    def _equations(self, physical: Numbers, pulls: Array, aims: Array, pushes: Array) -> Equations:
        sources = jnp.concatenate([physical.inputs, aims, pushes], axis=1)
        return Equations(jnp.concatenate([physical.values, pulls]), sources)

    def settle(self, problem: Equations, start: Settling, sweeps: int | Array) -> Settled:
        """The operating points, exact; the solver raises where there is none, so nothing is left over."""
        outputs, state = self.function.solve(problem.values, problem.inputs, State(*start[:3]))
        return Settled(Settling(*state, outputs), jnp.zeros(()))

    def outputs(self, physical: Numbers, state: Settling) -> Array:
        """Output voltages (batch, outputs)."""
        return state.outputs

    def phase(self, physical: Numbers, state: Settling, loads: Array) -> Phase:
        """A state as it can be read."""
        return phase_at(self.points.solver.network, state.rounded + state.rest, loads, state.closed)

    def work(self, physical: Numbers, at: Phase, signal: Phase) -> Numbers:
        """wᵀ ∂i/∂θ of every number θ at a phase, w another one, batch mean."""
        points, count = self.points, len(at.potentials)

        def run(values: np.ndarray, x: np.ndarray, closed: np.ndarray, along: np.ndarray, loads: np.ndarray) -> Any:
            known, forces = points.solution(values, np.zeros((count, len(points.inputs))), x, closed), np.zeros(x.shape)
            forces[:, self.loads] = loads
            return virtual_work(points, known, along, forces)[0][: len(self.names)] / count

        values = jnp.concatenate([physical.values, jnp.zeros(len(self.nodes))])
        shape = jax.ShapeDtypeStruct((len(self.names),), values.dtype)
        found = call_out(run, shape, values, at_phase(at), at.closed, at_phase(signal), signal.loads)
        return Numbers(found, jnp.zeros((0, self.width)))

    def pull_back(self, coordinates: dict[str, Array], slopes: Numbers) -> dict[str, Array]:
        """Gradients by numbers, batch mean, as gradients by coordinates."""
        _, pull = jax.vjp(lambda moved: self.values(moved).values, dict(coordinates))
        return pull(slopes.values)[0]

    def clamped(self) -> Clamped:
        """The circuit with its outputs held. Raises `CircuitError` where they cannot be."""
        return Clamped.of(self.circuit, self.points, self.names, self.inputs, self.nodes)

    def failure(self) -> TellegenError | None:
        """The error of the operating point that was not found last."""
        failures = self.points.failures
        return failures[-1] if failures else None


def ideal_part(circuit: Circuit) -> Element | None:
    """A diode or a part of a resistor that is ideal, if a circuit has any: nodal analysis knows none."""
    parts = with_ideal_parts(circuit).circuit
    return next((each for each in parts.of_kind("D") if each.model in parts.ideal_models), None)


def _refuse_ideal(circuit: Circuit) -> None:
    if (ideal := ideal_part(circuit)) is not None:
        raise CircuitError(
            f"{ideal.name} is ideal or piecewise linear, which nodal analysis does not know; leave out the *@ line of "
            f'its model, or train with [training] engine = "generic"',
            ideal.location,
        )
