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

from ..hardware.meter import Meter, exact
from ..learner import Learner, Phase, State
from ..nudging import NUDGES
from .estimate import Batch, Estimate, squared_error
from .reading import compare


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Equilibrium propagation on a model; `beta` in siemens, sweeps 0 for exact steady states."""

    model: Learner
    variant: str = "centred"
    beta: float | Array = 1.0
    sweeps: int = 0
    nudged_sweeps: int = 0
    meter: Meter = exact

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """Free phase, then the nudged phases, each from the free state."""
        model = self.model
        physical = model.driven(model.values(coordinates), batch.inputs)
        plus, minus = NUDGES[self.variant]
        units = [0.0, *(unit for unit in (plus, minus) if unit)]

        def phase(start: State, unit: Array) -> tuple[State, tuple[Phase, Array]]:
            beta = unit * self.beta
            problem = model.problem(physical, beta, batch.targets)
            state, residual = model.settle(problem, start, self._count(unit))
            loads = beta * (model.outputs(physical, state) - batch.targets)
            following = jax.tree.map(lambda new, old: jnp.where(unit == 0, new, old), state, start)
            return following, (model.phase(physical, state, loads), residual)

        free, (phases, residuals) = jax.lax.scan(phase, batch.start, jnp.array(units))
        first, second = units.index(plus), units.index(minus)
        up, down = (jax.tree.map(lambda each, n=n: each[n], phases) for n in (first, second))
        slopes = compare(model, self.meter, physical, up, down, (plus - minus) * self.beta, batch.key)
        answer = model.outputs(physical, free)
        return Estimate(
            squared_error(answer, batch.targets),
            model.pull_back(coordinates, slopes),
            answer,
            free,
            jnp.max(residuals),
        )

    def _count(self, unit: Array) -> int | Array:
        """Sweeps of a phase; 0 for exact states."""
        return jnp.where(unit == 0, self.sweeps, self.nudged_sweeps or self.sweeps) if self.sweeps else 0
