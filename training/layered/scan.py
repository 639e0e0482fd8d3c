"""Any rule on a layered network: a whole epoch in one compiled `lax.scan`, in either precision, on any device."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import ExperimentError, NumericalError
from ..nudging import NUDGES
from ..sharding import Sharding
from ..trainer import Evaluation, Settings, State
from .evaluation import compile_evaluation, evaluate
from .gradients import Frame, Model, Voltages, rule_of
from .shape import LayeredShape


class ScanTrainer:
    """Trains a layered network; see `training.trainer.Trainer`."""

    def __init__(self, shape: LayeredShape, settings: Settings):
        if settings.rule == "backpropagation" and settings.sweeps <= 0:
            raise ExperimentError("backpropagation differentiates a number of sweeps; set [rule] sweeps to 1 or more")
        self.shape = shape
        self.settings = settings
        self.sharding = Sharding.of(settings.devices, settings.batch)
        self._epoch = jax.jit(self._scan)
        self._programs: dict[tuple[int, np.dtype], Any] = {}

    def compile(self, features: np.dtype | str = "uint8") -> float:
        """Compile an epoch of `Settings.steps` for inputs of that type, and the evaluation; the seconds it took."""
        start = time.perf_counter()
        settings, network = self.settings, self.shape.network
        count = network.inputs // (2 if settings.signed else 1)
        inputs = np.zeros((settings.batch, count), features)
        targets = np.zeros((settings.batch, network.sizes[-1]))
        order = np.zeros(settings.steps * settings.batch, int)
        with jax.enable_x64(settings.precision == "float64"):
            state = self.shape.state({}, settings.batch, settings.precision)
            arguments = self._arguments(state, inputs, targets, order, {})
            self._programs[settings.steps, np.dtype(features)] = self._epoch.lower(*arguments).compile()
        compile_evaluation(network, settings)
        return time.perf_counter() - start

    def epoch(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[State, float, int]:
        """One pass over `inputs[order]`; the new state, the summed free-phase loss and the samples misread.

        Raises:
            NumericalError: a voltage became infinite or undefined.
        """
        with jax.enable_x64(self.settings.precision == "float64"):
            arguments = self._arguments(state, inputs, targets, order, rates)
            program = self._programs.get((len(arguments[2]), np.dtype(inputs.dtype)), self._epoch)
            moved, loss, errors = program(*arguments)
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

    def _arguments(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[Model, Voltages, Array, Array, Model]:
        """What `_scan` takes: values, free state, inputs and targets as (steps, batch, …), rates; each in its place."""
        batch, cast, to = self.settings.batch, self._cast, self.sharding
        steps = np.asarray(order).reshape(-1)[: np.size(order) // batch * batch].reshape(-1, batch)
        crossbar_rates, bias_rates = self.shape.rates(rates)
        return (
            to.copied(Model(tuple(map(cast, state["weights"])), tuple(map(cast, state["biases"])))),
            to.split(tuple(map(cast, state["free"])), axis=0),
            to.split(jnp.asarray(inputs[steps]), axis=1),
            to.split(cast(targets[steps]), axis=1),
            to.copied(Model(tuple(map(cast, crossbar_rates)), tuple(map(cast, bias_rates)))),
        )

    def _cast(self, value: Any) -> Array:
        return jnp.asarray(value, self.settings.precision)

    def _encode(self, pixels: Array) -> Array:
        volts = self._cast(pixels) * self._cast(self.settings.scale)
        return jnp.concatenate([volts, -volts], axis=1) if self.settings.signed else volts

    def _scan(
        self, model: Model, free: Voltages, inputs: Array, targets: Array, rates: Model
    ) -> tuple[tuple[Model, Voltages], Array, Array]:
        network = self.shape.network
        lows, highs = tuple(map(self._cast, network.lows)), tuple(map(self._cast, network.highs))
        ranges = Model(self.shape.ranges, self.shape.bias_ranges)  # type: ignore[arg-type]
        rule = rule_of(self.settings, NUDGES)
        rest = tuple(jnp.zeros_like(v) for v in free)

        def step(
            carry: tuple[Model, Voltages], sample: tuple[Array, Array]
        ) -> tuple[tuple[Model, Voltages], tuple[Array, Array]]:
            values, last = carry
            pixels, target = sample
            frame = Frame(lows, highs, self._encode(pixels), target)
            found = rule(values, frame, last if self.settings.carry else rest, self.settings)
            wrong = jnp.sum(found.free[-1].argmax(1) != frame.target.argmax(1))
            return (_descend(values, found.gradient, rates, ranges), found.free), (found.loss, wrong)

        moved, (losses, errors) = jax.lax.scan(step, (model, free), (inputs, targets))
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
