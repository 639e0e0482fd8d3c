"""Coupled learning: the free state against one whose outputs are clamped a part η of the way to their targets.

With u the voltage across a resistor, its conductance moves by −(½u_c² − ½u_f²)/η (S. Dillavou, M. Stern, A. Liu and D.
Durian, Phys. Rev. Applied 18:014040, 2022; M. Stern et al., Phys. Rev. X 11:021045, 2021). That is the exact gradient,
by every conductance, of the contrast (P_c − P_f)/η of the two states' co-contents with the clamped voltages held; it
tends, with an error O(η), to JᵀZ⁻¹(outputs − targets), J the outputs' derivative and Z their impedance matrix. At η = 1
it is contrastive learning (J. Movellan, 1991): the outputs are at their targets.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jax import Array

from ..hardware.meter import Meter, exact
from ..learner import Clamp, Learner
from .estimate import Batch, Estimate, squared_error
from .reading import compare, keys, metered


@dataclass(frozen=True, eq=False)
class Coupled:
    """Coupled learning on a model with exact steady states; gradients are watts by coordinate, not volts squared."""

    model: Learner
    clamped: Clamp
    eta: float | Array = 1.0
    meter: Meter = exact

    @classmethod
    def of(cls, model: Learner, eta: float | Array = 1.0, meter: Meter = exact) -> Coupled:
        """Compile the clamped circuit as well. Raises `CircuitError` where the outputs cannot be clamped."""
        return cls(model, model.clamped(), eta, meter)

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """Free phase, then the clamped phase."""
        model, (at_outputs, at_elements) = self.model, keys(batch.key, 2)
        physical = model.driven(model.values(coordinates), batch.inputs)
        free = model.settle(model.problem(physical, 0.0, batch.targets), batch.start, 0)
        phase = model.phase(physical, free.state, jnp.zeros_like(batch.targets))
        seen = metered(self.meter, phase, at_outputs).potentials[:, model.loads]
        held, residual = self.clamped.settle(physical, seen + self.eta * (batch.targets - seen), phase)
        slopes = compare(model, self.meter, physical, held, phase, self.eta, at_elements)
        answer = model.outputs(physical, free.state)
        return Estimate(
            squared_error(answer, batch.targets),
            model.pull_back(coordinates, slopes),
            answer,
            free.state,
            jnp.maximum(free.residual, residual),
        )
