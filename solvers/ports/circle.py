"""The trapezoidal rule in the frequency domain: the z-transform on a circle outside the unit circle.

The trapezoidal rule with step h turns C·x' + G·x = b into (G + s·C)·X(z) = B(z) with s = (2/h)·(1 − 1/z)/(1 + 1/z)
(Tustin 1947), exactly, for a circuit at rest before the first step. On the circle |z| = ρ > 1 the transform is the
discrete Fourier transform of the samples damped by ρ^−n (Wedepohl 1983). What lies later than the M points folds back
multiplied by ρ^−M, and round-off grows by ρ^N; with M = 2(N + 1) points both stay near 1e-10 for ρ^M = 1e10.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import jax.numpy as jnp
import numpy as np
from jax import Array

FOLDED = 1e-10
"""What part of a signal at step n + M appears at step n."""


@dataclass(frozen=True)
class Circle:
    """Time steps 0…`steps` of `step` seconds and the frequencies that represent them."""

    steps: int
    step: float

    @property
    def points(self) -> int:
        """Points on the circle."""
        return 2 * (self.steps + 1)

    @cached_property
    def damping(self) -> np.ndarray:
        """ρ^−n of every time step (steps + 1,)."""
        return np.power(FOLDED, np.arange(self.steps + 1) / self.points)

    @cached_property
    def s(self) -> np.ndarray:
        """The complex frequencies (frequencies,) in 1/s of the upper half circle; the lower half is their conjugate."""
        return 2 / self.step * (1 - self._backward) / (1 + self._backward)

    @cached_property
    def _backward(self) -> np.ndarray:
        """1/z at the frequencies: one step back in time."""
        return FOLDED ** (1.0 / self.points) * np.exp(-2j * np.pi * np.arange(self.steps + 2) / self.points)

    def transform(self, samples: Array) -> Array:
        """The transform (…, frequencies) of samples (…, steps + 1)."""
        return jnp.fft.rfft(samples * self.damping, self.points)

    def drive(self, samples: Array) -> Array:
        """The transform (…, frequencies) of what drives the circuit, samples (…, steps + 1).

        The rule takes the mean over each step, and there is no step before the first sample: where a drive does not
        start at nothing, half of what its transform would have acted before time zero.
        """
        return self.transform(samples) - samples[..., :1] / (1 + self._backward)

    def waveform(self, transform: Array) -> Array:
        """The samples (…, steps + 1) of a transform (…, frequencies)."""
        return jnp.fft.irfft(transform, self.points)[..., : self.steps + 1] / self.damping

    def weights(self, time_step: int) -> np.ndarray:
        """w (frequencies,) with x[time_step] = Re Σ w·X: one row of `waveform`."""
        inner = np.full(self.steps + 2, 2.0)
        inner[[0, -1]] = 1.0
        turned = np.exp(2j * np.pi * np.arange(self.steps + 2) * time_step / self.points)
        return inner * turned / (self.points * self.damping[time_step])
