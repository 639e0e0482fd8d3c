"""Steady states of many samples of a layered network, in pieces that fit in memory."""

from __future__ import annotations

import numpy as np

from ...solvers.layered import LayeredNetwork, steady_state
from ..trainer import Evaluation, Settings, State

PIECE = 500
"""Samples solved at a time: always as many, so that one compiled program serves sets of every size."""


def encode(inputs: np.ndarray, settings: Settings) -> np.ndarray:
    """Input voltages (batch, lines) of samples (batch, features): scaled, and mirrored where inputs are signed."""
    volts = np.asarray(inputs, np.float64) * settings.scale
    return np.concatenate([volts, -volts], axis=1) if settings.signed else volts


def evaluate(
    network: LayeredNetwork, settings: Settings, state: State, inputs: np.ndarray, targets: np.ndarray
) -> Evaluation:
    """Mean loss ½‖o − y‖², each sample's class and outputs; every sample from rest, to the KKT residual's tolerance."""
    outputs = np.concatenate(
        [_outputs(network, settings, state, inputs[first : first + PIECE]) for first in range(0, len(inputs), PIECE)]
    )
    loss = 0.5 * float(np.mean(np.sum((outputs.astype(np.float64) - targets) ** 2, axis=1)))
    return Evaluation(loss, outputs.argmax(axis=1), outputs)


def compile_evaluation(network: LayeredNetwork, settings: Settings) -> None:
    """Compile what `evaluate` runs, by one evaluation of nothing."""
    conducting: State = {
        "weights": [np.ones_like(weight) for weight in network.weights],
        "biases": [np.zeros_like(bias) for bias in network.biases],
    }
    _outputs(network, settings, conducting, np.zeros((1, network.inputs // (2 if settings.signed else 1))))


def _outputs(network: LayeredNetwork, settings: Settings, state: State, inputs: np.ndarray) -> np.ndarray:
    """Output voltages (samples, outputs) of at most `PIECE` samples, filled up with blank ones."""
    blank = np.zeros((PIECE - len(inputs), *inputs.shape[1:]), inputs.dtype)
    found = steady_state(
        network,
        encode(np.concatenate([inputs, blank]), settings),
        weights=state["weights"],
        biases=state["biases"],
        precision=np.dtype(settings.precision).type,
    )
    return np.asarray(found.voltages[-1])[: len(inputs)]
