"""What the loop asks of whoever trains: the layered engine and the generic one answer to the same four calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

State = dict[str, Any]
"""Everything that changes while training: a dictionary whose leaves, through dictionaries and lists, are arrays."""


@dataclass(frozen=True)
class Settings:
    """What a trainer must know of an experiment before it compiles.

    `batch` samples a step, `steps` steps an epoch; `rule` one of `experiment.RULES`, `variant`
    `positive`, `negative` or `centred`, `beta` the nudging conductance in siemens, `eta`, `samples` and `compliance` as
    the experiment's `Rule` has them; `sweeps` and `nudged_sweeps` the
    number of sweeps of each phase, 0 to go on until `tolerance`. Inputs reach the trainer as numbers x (samples,
    features), bytes or floats: the sources' voltages are `scale·x`, followed by `−scale·x` when `signed`. `carry`
    starts a free phase from the previous batch's last state. `precision` is the floating type of a step. A sample is
    misread when its largest output is not its class or, with an `accuracy` in volts, when an output is off by more.
    A batch is shared by `devices` of JAX.
    """

    batch: int
    steps: int
    rule: str = "equilibrium"
    variant: str = "centred"
    beta: float = 1.0
    sweeps: int = 0
    nudged_sweeps: int = 0
    tolerance: float = 1e-10
    scale: float = 1.0
    signed: bool = False
    carry: bool = True
    precision: str = "float64"
    accuracy: float = 0.0
    eta: float = 0.1
    samples: int = 8
    compliance: float = 1.0
    devices: int = 1


class Evaluation(NamedTuple):
    """A pass without learning: the mean loss, each sample's class, the outputs (samples, outputs) in volts."""

    loss: float
    predictions: np.ndarray
    outputs: np.ndarray


class Trainer(Protocol):
    """Trains the values of one circuit; holds no state of its own that changes."""

    def compile(self, features: np.dtype | str = "uint8") -> float:
        """Compile what an epoch needs for inputs of that type; the seconds that took."""
        ...

    def epoch(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[State, float, int]:
        """One pass over `inputs[order]` in batches of `Settings.batch`, `order` a whole number of them.

        `rates` are this epoch's, by target. Returns the new state, the sum over samples of the loss before each update,
        and how many of them were wrong.
        """
        ...

    def evaluate(self, state: State, inputs: np.ndarray, targets: np.ndarray) -> Evaluation:
        """Mean loss, classes and outputs of samples, every one started from rest."""
        ...
