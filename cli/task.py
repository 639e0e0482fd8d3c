"""What answers in time are worth to the task that a run was trained for: the run's own loss, of anybody's answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

from ..netlist import load
from ..training import Run
from ..training.dynamics.engine import flips
from ..training.dynamics.losses import LOSSES, flip_bias_of
from ..training.dynamics.responses import hard_bit, soft_bit
from ..training.dynamics.settings import OWN
from ..training.dynamics.simulation import Wiring
from .course import course
from .pairs import Pairs

Losses = Mapping[str, Callable[[np.ndarray], float]]


@dataclass(frozen=True, eq=False)
class Task:
    """The losses by name, each of the outputs (outputs, columns) at the readout of a run's `Pairs`.

    `targets` (outputs, columns) is what was wanted, without a row where the loss wants nothing.
    """

    losses: Losses
    targets: np.ndarray

    @classmethod
    def of(cls, run: Run, pairs: Pairs) -> Task:
        """The task of a run: what its test set wants, or what its circuit answered before it learned anything."""
        if flips(run.experiment):
            samples = len(np.unique(pairs.samples))
            return cls(
                {
                    "I2O of logistic responses": _fingerprint(soft_bit, pairs, samples),
                    "I2O": _fingerprint(hard_bit, pairs, samples),
                },
                np.zeros((0, len(pairs))),
            )
        targets = _wanted(run, pairs)
        if run.experiment.loss.name == OWN:
            return cls({}, targets)
        loss = LOSSES[run.experiment.loss.name]

        def value(outputs: np.ndarray) -> float:
            with jax.enable_x64(True):
                return float(loss(jnp.asarray(outputs), jnp.asarray(targets)))

        return cls({_WORDS[run.experiment.loss.name]: value}, targets)


_WORDS = {
    "squared": "mean squared error",
    "periodic": "mean squared error of phases",
    "cross_entropy": "cross-entropy",
    "settling": "mean squared error at the end",
}


def _fingerprint(bit: Callable[[jax.Array], jax.Array], pairs: Pairs, samples: int) -> Callable[[np.ndarray], float]:
    """I2O over the bits that were turned over; the response is the first output less the second."""
    turns = len(np.unique(pairs.turned))
    loss = flip_bias_of(bit, samples)

    def value(outputs: np.ndarray) -> float:
        with jax.enable_x64(True):
            return float(loss(jnp.asarray((outputs[0] - outputs[1]).reshape(turns, -1)), jnp.zeros((0, 0))))

    return value


def _wanted(run: Run, pairs: Pairs) -> np.ndarray:
    """The targets of every column."""
    samples, first = np.unique(pairs.samples, return_index=True)
    if run.experiment.dynamics.target == "data":
        encoded = run.encoder.targets(run.dataset.test_targets[: len(samples)])
        return np.asarray(encoded, dtype=float).T[:, pairs.samples]
    start = load(run.folder / run.experiment.netlist)
    plain = replace(
        pairs,
        circuit=start,
        inputs=pairs.inputs[first],
        samples=samples,
        turned=pairs.turned[first],
        dies=pairs.dies[first],
        draws=None,
    )
    return course(plain, Wiring.of(start).outputs).signals[-1][:, pairs.samples]
