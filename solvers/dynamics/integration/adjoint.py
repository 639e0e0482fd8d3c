"""The continuous adjoint: state, its adjoint and the parameters' gradient go back in time together.

    dy/dt = f,   da/dt = −aᵀ ∂f/∂y,   dg/dt = −aᵀ ∂f/∂θ

(Pontryagin 1962; Li et al. 2020, arXiv:2001.01328, for SDEs.) Additive noise moves y back by the same increments and
enters g through its amplitudes. Memory does not grow with the steps; the state on the way back differs from that on the
way there by the method's error, which grows where the circuit forgets its past fast.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from ..system import DynamicalSystem, Values
from .grid import Grid
from .methods import Method, runge_kutta_step


def adjoint(
    system: DynamicalSystem, method: Method, grid: Grid, values: Values, start: Array, increments: Array | None
) -> Array:
    """The last state (states, batch), whose derivative is the continuous adjoint in the same method."""

    @jax.custom_vjp
    def run(values: Values, start: Array, increments: Array | None) -> Array:
        def step(y: Array, given: Any) -> tuple[Array, None]:
            index, increment = given
            moved = None if increment is None else system.disturbance(values, increment)
            rate = lambda t, y: system.rate(t, y, values)  # noqa: E731
            return runge_kutta_step(method, rate, grid.time(index), y, grid.step, moved), None

        return jax.lax.scan(step, start, (jnp.arange(grid.steps), increments))[0]

    def there(values: Values, start: Array, increments: Array | None) -> tuple[Array, Any]:
        last = run(values, start, increments)
        return last, (values, last, increments)

    def back(kept: Any, cotangent: Array) -> tuple[Values, Array, Array | None]:
        values, last, increments = kept

        def rate(t: Any, state: Any) -> Any:
            y, a, _ = state
            slope, pull = jax.vjp(lambda values, y: system.rate(t, y, values), values, y)
            along_values, along_y = pull(-a)
            return slope, along_y, along_values

        def step(state: Any, given: Any) -> tuple[Any, Array | None]:
            index, increment = given
            moved, pulled = None, None
            if increment is not None:
                shift, pull = jax.vjp(system.disturbance, values, increment)
                along_values, pulled = pull(state[1])
                moved = (-shift, jnp.zeros_like(state[1]), along_values)
            return runge_kutta_step(method, rate, grid.time(index + 1), state, -grid.step, moved), pulled

        nothing = jax.tree.map(jnp.zeros_like, values)
        backwards = jax.tree.map(lambda each: each[::-1], (jnp.arange(grid.steps), increments))
        (_, a, gradient), pulled = jax.lax.scan(step, (last, cotangent, nothing), backwards)
        return gradient, a, None if pulled is None else pulled[::-1]

    run.defvjp(there, back)
    return run(values, start, increments)
