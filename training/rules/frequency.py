"""Frequency propagation: the error as a small alternating current, its effect told from the answer by its frequency.

A current β·sin(ωt)·(targets − outputs) is sent into the outputs. Every element reads its voltage's mean ū and its
amplitude ũ in phase with ωt, and its gradient is ū·ũ/β at a resistor (V. Anisetti, A. Kandala, B. Scellier and J.
Schwarz, Neural Computation 36:596, 2024). In the static limit, where the period is long beside every time constant,
the circuit passes through steady states; they are computed at equally spaced times of one period, which gives mean
and amplitude exactly as long as no diode switches, and the exact gradient then.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ..hardware.meter import Meter, exact
from ..learner import Learner, Phase
from .estimate import Batch, Estimate, squared_error
from .reading import cross, keys, metered


@dataclass(frozen=True, eq=False)
class Frequency:
    """Frequency propagation on a model; `beta` in siemens, `samples` steady states a period."""

    model: Learner
    beta: float | Array = 1e-3
    samples: int = 8
    meter: Meter = exact

    def __call__(self, coordinates: dict[str, Array], batch: Batch) -> Estimate:
        """Free phase, then one period of the alternating current."""
        model, (at_outputs, at_elements) = self.model, keys(batch.key, 2)
        physical = model.driven(model.values(coordinates), batch.inputs)
        free = model.settle(model.problem(physical, 0.0, batch.targets), batch.start, 0)
        phase = model.phase(physical, free.state, jnp.zeros_like(batch.targets))
        seen = metered(self.meter, phase, at_outputs).potentials[:, model.loads]
        amplitude = self.beta * (batch.targets - seen)

        def instant(sine: Array) -> tuple[Phase, Array]:
            driven = model.driven_outputs(physical, sine * amplitude)
            state, residual = model.settle(driven, free.state, 0)
            return model.phase(physical, state, -sine * amplitude), residual

        sines = jnp.asarray(np.sin(2 * np.pi * np.arange(self.samples) / self.samples))
        period, residuals = jax.lax.map(instant, sines)
        period = metered(self.meter, period, at_elements)
        mean = jax.tree.map(lambda each: jnp.mean(each, axis=0), period)
        signal = jax.tree.map(lambda each: 2.0 * jnp.tensordot(sines, each, 1) / self.samples, period)
        answer = model.outputs(physical, free.state)
        return Estimate(
            squared_error(answer, batch.targets),
            model.pull_back(coordinates, cross(model, physical, mean, signal, self.beta)),
            answer,
            free.state,
            jnp.maximum(free.residual, jnp.max(residuals)),
        )
