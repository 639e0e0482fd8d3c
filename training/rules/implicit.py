"""Implicit differentiation of the steady state: the exact gradient, from one more linear circuit.

The adjoint circuit has the same resistors, no sources, conducting diodes as shorts, the others as gaps, and the loss's
gradient as currents into the outputs. Its voltages w answer dL/dg = −u·w across every resistor (S. Director and
R. Rohrer, IEEE Trans. Circuit Theory 16:318, 1969). It is the limit β → 0 of equilibrium propagation: the readings'
derivative along the response of the steady state to nudging. Exact wherever no diode is just about to switch.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from ..resistive.equations import Equations, Physical, State, readings
from ..resistive.model import Model
from ..resistive.newton import response
from .estimate import Batch, Estimate, squared_error


@dataclass(frozen=True, eq=False)
class Implicit:
    """Implicit differentiation on a model."""

    model: Model
    sweeps: int = 0

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """The steady state and its adjoint."""
        model = self.model
        physical = model.driven(model.values(coordinates), batch.inputs)
        equations = model.equations(physical)
        free = model.settle(equations, batch.start, self.sweeps)
        answer = model.outputs(physical, free.state)
        response = self._response(equations, free.state, answer - batch.targets)

        def read(state: State, beta: Array) -> Physical:
            return readings(model.structure, physical, state, beta, batch.targets)

        zero = jnp.zeros(())
        _, slopes = jax.jvp(read, (free.state, zero), (response, jnp.ones_like(zero)))
        gradients = model.pull_back(coordinates, slopes)
        return Estimate(squared_error(answer, batch.targets), gradients, answer, free.state, free.residual)

    def _response(self, equations: Equations, state: State, slope: Array) -> State:
        """How the state moves a unit of β: minus the adjoint circuit's answer to the slope at the outputs."""
        structure = self.model.structure
        pulled = jnp.zeros_like(state.x).at[:, structure.group[structure.outputs]].add(-slope)
        adjoint = equations._replace(source=pulled, drop=jnp.zeros_like(equations.drop))
        return response(adjoint, state.diode_currents > 0)
