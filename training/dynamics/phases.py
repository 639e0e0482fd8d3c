"""How a circuit comes to rest in a phase of equilibrium propagation, and whether it did.

In steps through time, as the circuit itself goes, or by exact steps down its energy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp
from jax import Array

from ...solvers.dynamics import Grid
from ...solvers.dynamics.descent import Descent
from ...solvers.dynamics.integration.fixed import runge_kutta_step
from ...solvers.dynamics.integration.methods import Method

Rate = Callable[[Any, Array], Array]
"""dy/dt (states, batch) at a time."""


class Phase(Protocol):
    """From states (states, batch) to where they settle."""

    def __call__(self, rate: Rate, start: Array) -> Array:
        """The states at the end of the phase."""
        ...


@dataclass(frozen=True)
class Steps:
    """Equal steps of a Runge–Kutta method over a grid."""

    method: Method
    grid: Grid

    def __call__(self, rate: Rate, start: Array) -> Array:
        """See `Phase`."""

        def body(y: Array, index: Array) -> tuple[Array, None]:
            return runge_kutta_step(self.method, rate, self.grid.time(index), y, self.grid.step), None

        return jax.lax.scan(body, start, jnp.arange(self.grid.steps))[0]


@dataclass(frozen=True)
class Sweeps:
    """So many sweeps of exact steps, with the waveforms as they are at the time `stop`."""

    descent: Descent
    count: int
    stop: float

    def __call__(self, rate: Rate, start: Array) -> Array:
        """See `Phase`."""
        return self.descent.settle(lambda y: rate(self.stop, y), start, self.count)


def moving(rate: Array, step: float, settled: float) -> Array:
    """Which entries of a batch are not at rest (batch,): some state would move by more than `settled` volts in `step`
    seconds at the rate (states, batch) that it has.
    """
    return jnp.max(jnp.abs(rate), axis=0) * step > settled
