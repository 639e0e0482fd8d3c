"""Agnostic equilibrium propagation: the trainables settle with the voltages, and their drift is the learning.

Each trainable θ hangs on a spring of compliance ε from a control c. At rest, without nudging, the control is such that
θ stays: c = θ₀ + ε·∂E/∂θ. With the outputs pulled by β and the control kept, θ and the voltages settle together at the
minimum of E + β·loss + ‖θ − c‖²/2ε, which is

    θ₁ = θ₀ − ε(∂E/∂θ at θ₁, nudged − ∂E/∂θ at θ₀, free) = θ₀ − εβ·∇loss + εβ·O(β + ε),

so that no rule of update is needed (B. Scellier, S. Mishra, Y. Bengio and Y. Ollivier, arXiv 2205.15021, 2022). The
minimum is found by repeating the line above; the gradient given is (θ₀ − θ₁)/(εβ).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from ..hardware.meter import Meter, exact
from ..resistive.model import Model
from ..resistive.physical import Phase
from .estimate import Batch, Estimate, squared_error
from .reading import keys, metered


@dataclass(frozen=True, eq=False)
class Agnostic:
    """Agnostic equilibrium propagation on a model; `beta` in siemens, `compliance` a coordinate's drift for a watt."""

    model: Model
    beta: float | Array = 1e-3
    compliance: float | Array = 1.0
    rounds: int = 8
    meter: Meter = exact

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """Free phase, then the nudged phase with trainables that give way."""
        model, (at_free, at_nudged) = self.model, keys(batch.key, 2)
        physical = model.driven(model.values(coordinates), batch.inputs)
        free = model.settle(model.problem(physical, 0.0, batch.targets), batch.start, 0)
        phase = model.phase(physical, free.state, jnp.zeros_like(batch.targets))
        rest = self._pressure(coordinates, batch, phase, at_free)

        def give_way(_: int, carry: tuple[dict[str, Array], Array]) -> tuple[dict[str, Array], Array]:
            slopes, worst = carry
            reach = self.compliance * self.beta
            moved = model.values.parameters.project(
                {target: u - reach * slopes[target] for target, u in coordinates.items()}, jnp
            )
            nudged, residual = self._nudged(moved, batch, free.state.currents)
            pressure = self._pressure(moved, batch, nudged, at_nudged)
            return jax.tree.map(lambda new, old: (new - old) / self.beta, pressure, rest), jnp.maximum(worst, residual)

        still = jax.tree.map(jnp.zeros_like, rest)
        slopes, worst = jax.lax.fori_loop(0, self.rounds, give_way, (still, free.residual))
        answer = model.outputs(physical, free.state)
        return Estimate(
            squared_error(answer, batch.targets),
            slopes,
            answer,
            free.state,
            worst,
        )

    def _pressure(self, moved: dict[str, Array], batch: Batch, phase: Phase, key: Array | None) -> dict[str, Array]:
        """∂E/∂u of every coordinate u, batch mean."""
        physical = self.model.driven(self.model.values(moved), batch.inputs)
        return self.model.pull_back(moved, self.model.read(physical, metered(self.meter, phase, key)))

    def _nudged(self, moved: dict[str, Array], batch: Batch, currents: Array) -> tuple[Phase, Array]:
        model = self.model
        physical = model.driven(model.values(moved), batch.inputs)
        start = model.rest(len(batch.inputs))._replace(currents=currents)
        state, residual = model.settle(model.problem(physical, self.beta, batch.targets), start, 0)
        loads = self.beta * (model.outputs(physical, state) - batch.targets)
        return model.phase(physical, state, loads), residual
