"""Equilibrium propagation: the gradient from two steady states, read at each element alone.

The cost, times β, is added to the co-content as a conductance β from each output to its target voltage. With s₊ and s₋
the steady states at nudgings β₊ > β₋, the gradient by a conductance is (½u₊² − ½u₋²)/(β₊ − β₋), u the voltage across
that resistor. Sources: B. Scellier and Y. Bengio, Front. Comput. Neurosci. 11:24 (2017); J. Kendall et al. (2020),
Theorem 1; the centred pair, whose bias is O(β²): A. Laborieux et al., Front. Neurosci. 15:633674 (2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from ...solvers.batched.wires import State
from ..resistive.model import Model
from ..resistive.physical import Physical
from .estimate import Batch, Estimate, squared_error

NUDGES: dict[str, tuple[float, float]] = {"positive": (1.0, 0.0), "negative": (0.0, -1.0), "centred": (1.0, -1.0)}
"""The two nudgings that each variant compares, in units of β; 0 is the free state."""


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Equilibrium propagation on a model; `beta` in siemens, sweeps 0 for exact steady states."""

    model: Model
    variant: str = "centred"
    beta: float | Array = 1.0
    sweeps: int = 0
    nudged_sweeps: int = 0

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """Free phase, then the nudged phases from the free state."""
        model = self.model
        physical = model.driven(model.values(coordinates), batch.inputs)
        free = model.settle(model.problem(physical, 0.0, batch.targets), batch.start, self.sweeps)

        def read(state: State, beta: float | Array) -> Physical:
            return model.readings(physical, state, beta, batch.targets)

        def nudge(beta: Array) -> tuple[Physical, Array]:
            pulled = model.problem(physical, beta, batch.targets)
            state, residual = model.settle(pulled, free.state, self.nudged_sweeps or self.sweeps)
            return read(state, beta), residual

        units = NUDGES[self.variant]
        found, residuals = jax.lax.map(nudge, jnp.array([unit for unit in units if unit]) * self.beta)
        if not all(units):
            found = jax.tree.map(lambda at_free, rest: jnp.stack([at_free, *rest]), read(free.state, 0.0), found)
        # One phase with and one without nudging stand as (free, nudged), two as (plus, minus).
        first, second = units if all(units) else sorted(units, key=abs)
        spread = (first - second) * self.beta
        slopes = jax.tree.map(lambda both: (both[0] - both[1]) / spread, found)
        answer = model.outputs(physical, free.state)
        return Estimate(
            squared_error(answer, batch.targets),
            model.pull_back(coordinates, slopes),
            answer,
            free.state,
            jnp.maximum(free.residual, jnp.max(residuals)),
        )
