"""What passes between the trainer and whoever answers for the circuit: a simulator, or an estimator of slopes."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from jax import Array

Values = dict[str, Array]


class Circumstances(NamedTuple):
    """What a batch meets besides its inputs: the dies' draws (drawn, batch) or None, a key for the noise."""

    draws: Array | None
    noise: Array


class Estimate(NamedTuple):
    """The mean loss of a batch, its outputs (outputs, batch), the slope of the loss by parameter, and how many samples
    had not come to rest.
    """

    loss: Array
    outputs: Array
    slopes: Values
    unsettled: Array


class Estimator(Protocol):
    """A physical way to the slope, instead of differentiating the simulation."""

    def __call__(self, parameters: Values, inputs: Array, targets: Array, around: Circumstances) -> Estimate:
        """The estimate for parameters, inputs (inputs, batch) and targets (outputs, batch)."""
        ...


class Simulator(Protocol):
    """A circuit's answer at the readout."""

    def __call__(self, parameters: Values, inputs: Array, around: Circumstances) -> Array:
        """Outputs (outputs, batch) for parameters, scalar or (batch,), and inputs (inputs, batch)."""
        ...
