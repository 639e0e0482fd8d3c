"""What the optimiser moves, and the values that hardware makes of it: one transform a trainable.

| transform | coordinate u | value θ |
|---|---|---|
| `Free` | the value itself, or its logarithm | clipped where one end of a range is given |
| `Bounded` | −1…1 over the range, linear or logarithmic | clipped, or smooth by tanh |
| `Rounded` | as `Bounded` | the nearest level; gradients pass straight through |
| `Sampled` | a logit a level | a level drawn by Gumbel's trick, softly or hard (Jang 2017; Maddison 2017) |

A transform takes any number of trainables at once, first axis; `transforms.py` knows the formulas, `bank.py` who shares
one. Values are (…, batch) where every entry of the batch draws its own, else (…,).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.directives import Trainable
from ...netlist.errors import CircuitError


class Draw(NamedTuple):
    """What a random transform needs: a key of its own, how many entries the batch has, the temperature."""

    key: Array
    batch: int
    temperature: Array | float


class Transform(Protocol):
    """What lies between the optimiser and the circuit, for one trainable or many alike."""

    @property
    def ends(self) -> tuple[float, float]:
        """The range of the coordinate in which equal steps are those of a device; infinite where there is none."""
        ...

    def start(self, value: np.ndarray | float) -> np.ndarray:
        """The coordinates of values."""
        ...

    def project(self, u: Array) -> Array:
        """The coordinate after a step, inside its range."""
        ...

    def value(self, u: Array, draw: Draw) -> Array:
        """The value while training."""
        ...

    def settled(self, u: Array) -> Array:
        """The value when nothing is drawn any more."""
        ...


@dataclass(frozen=True)
class Free:
    """A trainable without a range, or with one end of it, at which it is clipped."""

    logarithmic: bool
    low: float = -math.inf
    high: float = math.inf

    @property
    def ends(self) -> tuple[float, float]:
        """See `Transform.ends`."""
        return -math.inf, math.inf

    def start(self, value: np.ndarray | float) -> np.ndarray:
        """See `Transform.start`."""
        inside = np.clip(value, self.low, self.high)
        return np.asarray(np.log(inside) if self.logarithmic else inside, float)

    def project(self, u: Array) -> Array:
        """See `Transform.project`."""
        if not self.logarithmic:
            return jnp.clip(u, self.low, self.high)
        return jnp.clip(u, *(math.log(end) if end > 0 else -math.inf for end in (self.low, self.high)))

    def value(self, u: Array, draw: Draw) -> Array:
        """See `Transform.value`."""
        return self.settled(u)

    def settled(self, u: Array) -> Array:
        """See `Transform.settled`."""
        return jnp.exp(u) if self.logarithmic else u


@dataclass(frozen=True)
class Bounded:
    """A trainable between two values, as −1…1; `smooth` bends the range by tanh, so that u itself needs no bounds."""

    low: float
    high: float
    logarithmic: bool
    smooth: bool

    @property
    def ends(self) -> tuple[float, float]:
        """See `Transform.ends`."""
        return (-math.inf, math.inf) if self.smooth else (-1.0, 1.0)

    @property
    def _ends(self) -> tuple[float, float]:
        return (float(np.log(self.low)), float(np.log(self.high))) if self.logarithmic else (self.low, self.high)

    def start(self, value: np.ndarray | float) -> np.ndarray:
        """See `Transform.start`."""
        low, high = self._ends
        inside = np.clip(np.log(value) if self.logarithmic else value, low, high)
        u = 2 * (inside - low) / (high - low) - 1
        return np.arctanh(np.clip(u, -_EDGE, _EDGE)) if self.smooth else np.asarray(u, float)

    def project(self, u: Array) -> Array:
        """See `Transform.project`."""
        return u if self.smooth else jnp.clip(u, -1.0, 1.0)

    def value(self, u: Array, draw: Draw) -> Array:
        """See `Transform.value`."""
        return self.settled(u)

    def settled(self, u: Array) -> Array:
        """See `Transform.settled`."""
        low, high = self._ends
        inside = low + (high - low) * (1 + (jnp.tanh(u) if self.smooth else u)) / 2
        return jnp.exp(inside) if self.logarithmic else inside


_EDGE = 1 - 1e-6
"""A value at the end of a smooth range would be at infinity."""


@dataclass(frozen=True)
class Rounded:
    """The nearest of the levels, while the gradient sees the value before rounding (straight-through)."""

    bounded: Bounded
    levels: tuple[float, ...]

    @property
    def ends(self) -> tuple[float, float]:
        """See `Transform.ends`."""
        return -math.inf, math.inf

    def start(self, value: np.ndarray | float) -> np.ndarray:
        """See `Transform.start`."""
        return self.bounded.start(value)

    def project(self, u: Array) -> Array:
        """See `Transform.project`."""
        return self.bounded.project(u)

    def value(self, u: Array, draw: Draw) -> Array:
        """See `Transform.value`."""
        inside = self.bounded.settled(u)
        return inside + jax.lax.stop_gradient(self.settled(u) - inside)

    def settled(self, u: Array) -> Array:
        """See `Transform.settled`."""
        levels = np.asarray(self.levels)
        scaled = np.log(levels) if self.bounded.logarithmic else levels
        inside = self.bounded.settled(u)
        place = jnp.log(inside) if self.bounded.logarithmic else inside
        middles = jnp.asarray((scaled[1:] + scaled[:-1]) / 2, u.dtype)
        return jnp.asarray(levels, u.dtype)[jnp.searchsorted(middles, place)]


@dataclass(frozen=True)
class Sampled:
    """A draw among the levels for every entry of the batch: softmax((logits + Gumbel noise)/temperature)·levels.

    A hard draw takes the level of the largest entry of the same draw, and the soft one's gradient.
    """

    levels: tuple[float, ...]
    hard: bool

    @property
    def ends(self) -> tuple[float, float]:
        """See `Transform.ends`."""
        return -math.inf, math.inf

    def start(self, value: np.ndarray | float) -> np.ndarray:
        """See `Transform.start`."""
        nearest = np.argmin(np.abs(np.asarray(self.levels) - np.asarray(value)[..., None]), axis=-1)
        return np.eye(len(self.levels))[nearest]

    def project(self, u: Array) -> Array:
        """See `Transform.project`."""
        return u

    def value(self, u: Array, draw: Draw) -> Array:
        """See `Transform.value`."""
        levels = jnp.asarray(self.levels, u.dtype)
        noisy = u[..., None] + jax.random.gumbel(draw.key, (*u.shape, draw.batch), u.dtype)
        soft = jnp.einsum("...lb,l->...b", jax.nn.softmax(noisy / draw.temperature, axis=-2), levels)
        return soft + jax.lax.stop_gradient(levels[noisy.argmax(-2)] - soft) if self.hard else soft

    def settled(self, u: Array) -> Array:
        """See `Transform.settled`."""
        return jnp.asarray(self.levels, u.dtype)[u.argmax(-1)]


def transform_of(trainable: Trainable, sampler: str, smooth: bool) -> Transform:
    """The transform that a `trainable` directive and the experiment's words ask for.

    Raises:
        CircuitError: a range that is empty or half open, a logarithm of what is not positive, levels outside the range.
    """
    low, high, logarithmic = trainable.minimum, trainable.maximum, trainable.scale == "log"
    levels = _levels(trainable)
    if levels and sampler != "round":
        return Sampled(levels, sampler == "gumbel_hard")
    if levels:
        low, high = (levels[0] if low is None else low), (levels[-1] if high is None else high)
    if logarithmic and low is not None and low <= 0:
        raise _refusal(trainable, "has scale=log, which needs a min= above 0")
    if low is None or high is None:
        return Free(logarithmic, -math.inf if low is None else low, math.inf if high is None else high)
    if not low < high:
        raise _refusal(trainable, f"has min={low:g}, which is not below max={high:g}; swap them")
    bounded = Bounded(low, high, logarithmic, smooth)
    return Rounded(bounded, levels) if levels else bounded


def _levels(trainable: Trainable) -> tuple[float, ...]:
    if isinstance(trainable.levels, tuple):
        return tuple(sorted(trainable.levels))
    count = trainable.levels or (2**trainable.bits if trainable.bits else 0)
    if not count:
        return ()
    if trainable.minimum is None or trainable.maximum is None or count < 2:
        raise _refusal(trainable, "has levels, which need a min=, a max= and at least two of them")
    if trainable.scale == "log":
        return tuple(np.geomspace(trainable.minimum, trainable.maximum, count).tolist())
    return tuple(np.linspace(trainable.minimum, trainable.maximum, count).tolist())


def _refusal(trainable: Trainable, reason: str) -> CircuitError:
    return CircuitError(f"trainable {trainable.target} {reason}", trainable.location)
