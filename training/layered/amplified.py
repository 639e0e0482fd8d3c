"""Training with amplifiers between the layers, by a trainer that knows none.

With s the scale of the output, the product of all gains, and x = v/s_l in layer l, the targets are y/s and the loss is
½‖v − y‖² = s²·½‖x − y/s‖². The conductances are the circuit's own, so their gradients take the factor s²; a bias is
i/s_l, so a rate ε of i is the rate ε (s/s_l)² of i/s_l. The nudging β is a conductance at the outputs, and stays.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..trainer import Evaluation, State, Trainer
from .shape import LayeredShape


class AmplifiedTrainer:
    """Trains a shape with amplifiers by the `trainer` of `shape.plain`; losses, outputs and rates are the circuit's."""

    def __init__(self, shape: LayeredShape, trainer: Trainer):
        self.shape = shape
        self.trainer = trainer
        self._scale = shape.network.scales[-1]

    def compile(self, features: np.dtype | str = "uint8") -> float:
        """Compile an epoch for inputs of that type, and the evaluation; the seconds it took."""
        return self.trainer.compile(features)

    def epoch(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[State, float, int]:
        """One pass over `inputs[order]`; see `training.trainer.Trainer`."""
        moved, loss, errors = self.trainer.epoch(state, inputs, targets / self._scale, order, self._rates(rates))
        return moved, loss * self._scale**2, errors

    def evaluate(self, state: State, inputs: np.ndarray, targets: np.ndarray) -> Evaluation:
        """The steady state of every sample, from rest, to its KKT residual."""
        found = self.trainer.evaluate(state, inputs, targets / self._scale)
        return Evaluation(found.loss * self._scale**2, found.predictions, found.outputs * self._scale)

    def _rates(self, rates: Mapping[str, float]) -> dict[str, float]:
        network = self.shape.network
        factors = dict.fromkeys(network.crossbars, self._scale**2)
        for name, scale in zip(network.bias_names, network.scales, strict=True):
            if name:
                factors[name] = (self._scale / scale) ** 2
        return {name: rate * factors.get(name, 1.0) for name, rate in rates.items()}
