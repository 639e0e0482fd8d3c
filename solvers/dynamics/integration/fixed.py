"""Equal steps in one compiled loop, whose backward pass stores the states between steps and computes each again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from ....netlist.errors import CircuitError
from ....netlist.suggestion import nearest
from ..system import DynamicalSystem, Values
from .methods import METHODS, Method


@dataclass(frozen=True)
class Grid:
    """`steps` equal steps from `start` to `stop`, in seconds."""

    stop: float
    steps: int
    start: float = 0.0

    def __post_init__(self) -> None:
        if self.steps < 1 or not self.stop > self.start:
            raise CircuitError(
                f"{self.steps} steps from {self.start:g} to {self.stop:g} s; give at least one step forwards"
            )

    @property
    def step(self) -> float:
        """The step in seconds."""
        return (self.stop - self.start) / self.steps

    def time(self, index: Any) -> Any:
        """The time after so many steps."""
        return self.start + index * self.step


def integrate(
    system: DynamicalSystem,
    values: Values,
    grid: Grid,
    *,
    method: str = "heun",
    start: Array | None = None,
    keep: int = 0,
) -> Array:
    """The states at the end (states, batch), or with `keep` after every so many steps (kept + 1, states, batch).

    The first kept state is the start. Differentiable by backpropagation in `values` and `start`; the backward pass
    holds the states after every step and nothing else.

    Raises:
        CircuitError: an unknown method, or a `keep` that does not divide the steps.
    """
    chosen = METHODS.get(method)
    if chosen is None:
        raise CircuitError(f"there is no method {method} of fixed steps; {nearest(method, METHODS)}")
    y = system.start(values) if start is None else start

    @jax.checkpoint
    def body(y: Array, index: Array) -> tuple[Array, None]:
        return runge_kutta_step(chosen, lambda t, y: system.rate(t, y, values), grid.time(index), y, grid.step), None

    if not keep:
        return jax.lax.scan(body, y, jnp.arange(grid.steps))[0]
    if grid.steps % keep:
        raise CircuitError(f"{grid.steps} steps cannot be kept every {keep}; give a divisor of {grid.steps}")

    def stretch(y: Array, indices: Array) -> tuple[Array, Array]:
        y = jax.lax.scan(body, y, indices)[0]
        return y, y

    kept = jax.lax.scan(stretch, y, jnp.arange(grid.steps).reshape(-1, keep))[1]
    return jnp.concatenate([y[None], kept])


Rate = Callable[[Any, Array], Array]


def runge_kutta_step(method: Method, rate: Rate, t: Any, y: Array, step: float) -> Array:
    """One step of an explicit method."""
    slopes: list[Array] = []
    for node, row in zip(method.c, method.a, strict=True):
        slopes.append(rate(t + node * step, y + step * _combined(row, slopes) if slopes else y))
    return y + step * _combined(method.b, slopes)


def _combined(weights: tuple[float, ...], slopes: list[Array]) -> Array:
    terms = [weight * slope for weight, slope in zip(weights, slopes, strict=False) if weight]
    return sum(terms[1:], terms[0])
