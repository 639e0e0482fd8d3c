"""Steady states of many samples of a layered network, in pieces that fit in memory."""

from __future__ import annotations

import numpy as np

from ...solvers.layered import LayeredNetwork, steady_state
from ..trainer import Evaluation, Settings, State

PIECE = 1000


def encode(inputs: np.ndarray, settings: Settings) -> np.ndarray:
    """Input voltages (batch, lines) of samples (batch, features): scaled, and mirrored where inputs are signed."""
    volts = np.asarray(inputs, np.float64) * settings.scale
    return np.concatenate([volts, -volts], axis=1) if settings.signed else volts


def evaluate(
    network: LayeredNetwork, settings: Settings, state: State, inputs: np.ndarray, targets: np.ndarray
) -> Evaluation:
    """Mean loss ½‖o − y‖², each sample's class and outputs; every sample from rest, to the KKT residual's tolerance."""
    outputs = np.concatenate(
        [
            np.asarray(
                steady_state(
                    network,
                    encode(inputs[first : first + PIECE], settings),
                    weights=state["weights"],
                    biases=state["biases"],
                    precision=np.dtype(settings.precision).type,
                ).voltages[-1]
            )
            for first in range(0, len(inputs), PIECE)
        ]
    )
    loss = 0.5 * float(np.mean(np.sum((outputs.astype(np.float64) - targets) ** 2, axis=1)))
    return Evaluation(loss, outputs.argmax(axis=1), outputs)
