"""Training on the fused kernels: single precision, on the processor, each weight touched once a step."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from ...netlist.errors import ExperimentError, NumericalError
from ..nudging import NUDGES
from ..trainer import Evaluation, Settings, State
from .backward import backpropagate
from .evaluation import compile_evaluation, evaluate
from .open_units import copy, may_open, room_for
from .products import matrix
from .propagation import propagate
from .shape import LayeredShape
from .threads import start_threads
from .wiring import course_of, lay_out, rates_of, weights_of


def refusal(settings: Settings) -> str | None:
    """Why these settings are not for the fused kernels, or None."""
    if settings.rule not in ("equilibrium", "backpropagation"):
        return f"it trains by equilibrium propagation or backpropagation, not by {settings.rule}"
    if settings.sweeps <= 0:
        return "it takes a number of sweeps"
    if settings.precision != "float32":
        return "it computes in float32"
    return None


class FusedTrainer:
    """Trains a layered network; see `training.trainer.Trainer`."""

    def __init__(self, shape: LayeredShape, settings: Settings):
        reason = refusal(settings)
        if reason:
            raise ExperimentError(f"the fused engine cannot train this: {reason}")
        self.shape = shape
        self.settings = settings
        self.whole_steps = 0
        """Steps of the last epoch whose samples left their open parts, and swept the whole crossbars after all."""

    def compile(self, features: np.dtype | str = "uint8") -> float:
        """Compile, or load from the cache, an epoch for inputs of that type, and the evaluation; the seconds."""
        start = time.perf_counter()
        count = self.shape.network.inputs // (2 if self.settings.signed else 1)
        inputs = np.zeros((self.settings.batch, count), _input_type(np.dtype(features)))
        targets = np.zeros((self.settings.batch, self.shape.network.sizes[-1]), np.float32)
        state = self.shape.state({}, self.settings.batch, "float32")
        self._propagate(state, inputs, targets, np.arange(self.settings.batch)[None, :], {})
        compile_evaluation(self.shape.network, self.settings)
        return time.perf_counter() - start

    def epoch(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[State, float, int]:
        """One pass over `inputs[order]`; the new state, the summed free-phase loss and the samples misread.

        Raises:
            NumericalError: a voltage became infinite or undefined.
        """
        batch = self.settings.batch
        order = np.asarray(order, np.int64)
        steps = order.reshape(-1)[: order.size // batch * batch].reshape(-1, batch)
        inputs = np.ascontiguousarray(inputs, _input_type(inputs.dtype))
        moved, loss, errors = self._propagate(state, inputs, np.asarray(targets, np.float32), steps, rates)
        if not np.isfinite(loss):
            raise NumericalError(
                f"the loss of this epoch is {loss}: the voltages at {self.shape.network.buses[-1]} left the range of "
                f"numbers; lower the learning rates, or β where it is subtracted"
            )
        return moved, loss, errors

    def evaluate(self, state: State, inputs: np.ndarray, targets: np.ndarray) -> Evaluation:
        """The steady state of every sample, from rest, to its KKT residual."""
        return evaluate(self.shape.network, self.settings, state, inputs, targets)

    def _propagate(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[State, float, int]:
        start_threads()
        settings, sizes, batch = self.settings, self.shape.network.sizes, self.settings.batch
        free = _layers(sizes, batch)
        if settings.carry:
            copy(tuple(np.asarray(voltages, np.float32) for voltages in state["free"]), free)
        wiring = lay_out(self.shape.network, state, 2 * batch)
        course = course_of(settings, inputs, targets, order)
        common = (wiring, rates_of(self.shape, rates), course, free, _layers(sizes, batch))
        room = room_for(wiring, batch) if may_open(self.shape, state, settings.sweeps, batch) else None
        seen = (_layers(sizes, batch), _layers(sizes, batch))
        if settings.rule == "backpropagation":
            terms = course.more * batch
            paths = (_layers(sizes, batch), _layers(sizes, terms + batch), _layers(sizes, terms))
            way, back = (_layers([sweeps * n for n in sizes], batch) for sweeps in (course.more + 1, course.more))
            loss, errors, self.whole_steps = backpropagate(*common, *paths, room, way, back, *seen)
        else:
            betas = tuple(np.float32(unit * settings.beta) for unit in NUDGES[settings.variant])
            pairs = (_layers(sizes, 2 * batch), _layers(sizes, 2 * batch))
            loss, errors, self.whole_steps = propagate(*common, *pairs, betas, room, *seen)
        return {"weights": weights_of(wiring), "biases": list(wiring.biases), "free": list(free)}, loss, errors


def _layers(sizes: Sequence[int], rows: int) -> tuple[np.ndarray, ...]:
    return tuple(matrix(rows, n) for n in sizes)


def _input_type(dtype: np.dtype) -> np.dtype:
    """Bytes stay bytes, a quarter of the memory; everything else is single precision."""
    return dtype if dtype == np.uint8 else np.dtype(np.float32)
