"""Equal steps in one compiled loop, whose backward pass stores the states between steps and computes each again."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from ....netlist.errors import CircuitError
from ....netlist.suggestion import nearest
from ..system import DynamicalSystem, Values
from .adjoint import adjoint
from .grid import Grid
from .methods import METHODS, STOCHASTIC, Method, runge_kutta_step

BACKPROPAGATION, ADJOINT = GRADIENTS = ("backpropagation", "adjoint")


def integrate(
    system: DynamicalSystem,
    values: Values,
    grid: Grid,
    *,
    method: str = "heun",
    start: Array | None = None,
    keep: int = 0,
    noise: Any = None,
    gradient: str = BACKPROPAGATION,
) -> Array:
    """The states at the end (states, batch), or with `keep` after every so many steps (kept + 1, states, batch).

    The first kept state is the start. Differentiable in `values`, `start` and `noise`. By `backpropagation`, which also
    serves forward mode, the backward pass holds the states after every step and nothing else; by `adjoint` it holds the
    last state alone and goes back in time, with an error of the method's order.

    Args:
        method: a Runge–Kutta method, `euler_maruyama` or `stochastic_heun`.
        noise: of a stochastic method: increments (steps, paths, batch), or a key or seed to draw them by.

    Raises:
        CircuitError: an unknown method or gradient, a `keep` that does not divide the steps or goes with `adjoint`,
            noise without a stochastic method or the other way round.
    """
    chosen = _method(method, noise is not None)
    y = system.start(values) if start is None else start
    increments = None if noise is None else drawn(system, grid, y, noise)
    if gradient not in GRADIENTS:
        raise CircuitError(f"there is no gradient {gradient}; write one of {', '.join(GRADIENTS)}")
    if gradient == ADJOINT:
        if keep:
            raise CircuitError("the adjoint keeps no states on the way; leave keep out, or use backpropagation")
        return adjoint(system, chosen, grid, values, y, increments)
    steps = jax.checkpoint(lambda y, given: (_step(system, chosen, grid, values, y, *given), None))
    indices = jnp.arange(grid.steps)
    if not keep:
        return jax.lax.scan(steps, y, (indices, increments))[0]
    if grid.steps % keep:
        raise CircuitError(f"{grid.steps} steps cannot be kept every {keep}; give a divisor of {grid.steps}")

    def stretch(y: Array, given: Any) -> tuple[Array, Array]:
        y = jax.lax.scan(steps, y, given)[0]
        return y, y

    split = jax.tree.map(lambda each: each.reshape(-1, keep, *each.shape[1:]), (indices, increments))
    kept = jax.lax.scan(stretch, y, split)[1]
    return jnp.concatenate([y[None], kept])


def _step(
    system: DynamicalSystem, method: Method, grid: Grid, values: Values, y: Array, index: Array, increment: Array | None
) -> Array:
    moved = None if increment is None else system.disturbance(values, increment)
    return runge_kutta_step(method, lambda t, y: system.rate(t, y, values), grid.time(index), y, grid.step, moved)


def _method(name: str, noisy: bool) -> Method:
    known = STOCHASTIC if noisy else METHODS
    if name in known:
        return known[name]
    if name in STOCHASTIC:
        raise CircuitError(f"{name} needs noise; give increments (steps, paths, batch) or a seed")
    if name in METHODS:
        raise CircuitError(f"{name} takes no noise; use {' or '.join(STOCHASTIC)}")
    raise CircuitError(f"there is no method {name} of fixed steps; {nearest(name, [*METHODS, *STOCHASTIC])}")


def drawn(system: DynamicalSystem, grid: Grid, y: Array, noise: Any) -> Array:
    """The increments of all paths (steps, paths, batch): as given, or normal with the step as variance."""
    shape = (grid.steps, len(system.noise), y.shape[1])
    if isinstance(noise, int):
        noise = jax.random.key(noise)
    if jnp.issubdtype(noise.dtype, jax.dtypes.prng_key) or noise.dtype == jnp.uint32:
        return jax.random.normal(noise, shape, y.dtype) * grid.step**0.5
    found = jnp.asarray(noise, y.dtype)
    if found.shape[:2] != shape[:2]:
        raise CircuitError(f"noise has the shape {found.shape}; give {shape}: steps, paths, batch")
    return found
