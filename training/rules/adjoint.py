"""One-shot adjoint learning: the error current is sent once into a twin of the circuit that has no sources.

The twin has the same resistors, conducting diodes as shorts, the others as gaps, inputs at 0 V, and the currents
β·(targets − outputs) into the outputs. With w the voltage across a resistor there and u in the circuit itself, its
gradient is u·w/β (S. Director and R. Rohrer, IEEE Trans. Circuit Theory 16:318, 1969). It is implicit differentiation
done by circuits: both voltages are read, through the meter.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jax import Array

from ...solvers.batched.wires import Problem, State
from ..hardware.meter import Meter, exact
from ..resistive.model import Model
from ..resistive.physical import Phase, Physical
from .estimate import Batch, Estimate, squared_error
from .reading import cross, keys, metered


@dataclass(frozen=True, eq=False)
class Adjoint:
    """One-shot adjoint learning on a model; `beta` in siemens is the current sent for a volt of error."""

    model: Model
    beta: float | Array = 1e-3
    meter: Meter = exact

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """Free phase, then the twin."""
        model, (at_outputs, at_state, at_twin) = self.model, keys(batch.key, 3)
        physical = model.driven(model.values(coordinates), batch.inputs)
        problem = model.problem(physical, 0.0, batch.targets)
        free = model.settle(problem, batch.start, 0)
        phase = model.phase(physical, free.state, jnp.zeros_like(batch.targets))
        seen = metered(self.meter, phase, at_outputs).potentials[:, model.loads]
        twin = self._twin(physical, problem, free.state, self.beta * (batch.targets - seen))
        state, signal = metered(self.meter, phase, at_state), metered(self.meter, twin, at_twin)
        answer = model.outputs(physical, free.state)
        return Estimate(
            squared_error(answer, batch.targets),
            model.pull_back(coordinates, cross(model, physical, state, signal, self.beta)),
            answer,
            free.state,
            free.residual,
        )

    def _twin(self, physical: Physical, problem: Problem, state: State, currents: Array) -> Phase:
        """The twin's voltages (batch, nodes + 1) for currents (batch, outputs) into the outputs."""
        model = self.model
        group = model.network.supernodes.group[model.network.loads]
        into = jnp.zeros((len(currents), model.network.supernodes.count + 1)).at[:, group].add(currents)[:, :-1]
        response = model.batched.response(problem, state, into)
        silent = physical._replace(voltages=jnp.zeros_like(physical.voltages))
        return model.phase(silent, response, -currents)
