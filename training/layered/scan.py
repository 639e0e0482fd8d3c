"""Any rule on a layered network: a whole epoch in one compiled `lax.scan`, in either precision, on any device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import ExperimentError, NumericalError
from ..trainer import Evaluation, Settings, State
from .evaluation import evaluate
from .gradients import Frame, Model, Voltages, rule_of
from .nudging import NUDGES
from .shape import LayeredShape


class ScanTrainer:
    """Trains a layered network; see `training.trainer.Trainer`."""

    def __init__(self, shape: LayeredShape, settings: Settings):
        if settings.rule == "backpropagation" and settings.sweeps <= 0:
            raise ExperimentError("backpropagation differentiates a number of sweeps; set [rule] sweeps to 1 or more")
        self.shape = shape
        self.settings = settings
        self._epoch = jax.jit(self._scan)

    def compile(self, features: np.dtype | str = "uint8") -> float:
        """Nothing is compiled before an epoch's shapes are known: `epoch` compiles on its first call."""
        return 0.0

    def epoch(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[State, float, int]:
        """One pass over `inputs[order]`; the new state, the summed free-phase loss and the samples misread.

        Raises:
            NumericalError: a voltage became infinite or undefined.
        """
        batch = self.settings.batch
        steps = np.asarray(order).reshape(-1)[: np.size(order) // batch * batch].reshape(-1, batch)
        crossbar_rates, bias_rates = self.shape.rates(rates)
        with jax.enable_x64(self.settings.precision == "float64"):
            cast = self._cast
            moved, loss, errors = self._epoch(
                Model(tuple(map(cast, state["weights"])), tuple(map(cast, state["biases"]))),
                tuple(map(cast, state["free"])),
                jnp.asarray(inputs),
                cast(targets),
                jnp.asarray(steps),
                Model(tuple(map(cast, crossbar_rates)), tuple(map(cast, bias_rates))),
            )
            (model, free), total = moved, float(loss)
            after: State = {
                "weights": [np.asarray(w) for w in model.weights],
                "biases": [np.asarray(b) for b in model.biases],
                "free": [np.asarray(v) for v in free],
            }
        if not np.isfinite(total):
            raise NumericalError(
                f"the loss of this epoch is {total}: the voltages at {self.shape.network.buses[-1]} left the range of "
                f"numbers; lower the learning rates, or β where it is subtracted"
            )
        return after, total, int(errors)

    def evaluate(self, state: State, inputs: np.ndarray, targets: np.ndarray) -> Evaluation:
        """The steady state of every sample, from rest, to its KKT residual."""
        return evaluate(self.shape.network, self.settings, state, inputs, targets)

    def _cast(self, value: Any) -> Array:
        return jnp.asarray(value, self.settings.precision)

    def _encode(self, pixels: Array) -> Array:
        volts = self._cast(pixels) * self._cast(self.settings.scale)
        return jnp.concatenate([volts, -volts], axis=1) if self.settings.signed else volts

    def _scan(
        self, model: Model, free: Voltages, inputs: Array, targets: Array, order: Array, rates: Model
    ) -> tuple[tuple[Model, Voltages], Array, Array]:
        network = self.shape.network
        lows, highs = tuple(map(self._cast, network.lows)), tuple(map(self._cast, network.highs))
        ranges = Model(self.shape.ranges, self.shape.bias_ranges)  # type: ignore[arg-type]
        rule = rule_of(self.settings, NUDGES)
        rest = tuple(jnp.zeros_like(v) for v in free)

        def step(carry: tuple[Model, Voltages], index: Array) -> tuple[tuple[Model, Voltages], tuple[Array, Array]]:
            values, last = carry
            frame = Frame(lows, highs, self._encode(inputs[index]), targets[index])
            found = rule(values, frame, last if self.settings.carry else rest, self.settings)
            wrong = jnp.sum(found.free[-1].argmax(1) != frame.target.argmax(1))
            return (_descend(values, found.gradient, rates, ranges), found.free), (found.loss, wrong)

        moved, (losses, errors) = jax.lax.scan(step, (model, free), order)
        return moved, losses.sum(), errors.sum()


def _descend(model: Model, gradient: Model, rates: Model, ranges: Model) -> Model:
    """One step of gradient descent, every value kept in its range."""
    return Model(
        *(
            tuple(
                jnp.clip(value - rate * slope, low, high)
                for value, slope, rate, (low, high) in zip(values, slopes, steps, spans, strict=True)
            )
            for values, slopes, steps, spans in zip(model, gradient, rates, ranges, strict=True)
        )
    )
