"""The steady state of a batch with real diodes, differentiable: Newton's method on the convex co-content.

    L x + Aᵀ f(A x − d) = r,     f the diodes' currents, A x their voltages' moving part

Each step solves with the diodes as their tangents at voltages u that move no further than a junction lets them
(Nagel 1975, section 5.1). The derivative is the same linear system at the solution with the cotangents on the right.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from .characteristics import Characteristics
from .exact import SteadyStates, source
from .wires import BatchState, Problem, State, Wires, residual_of_laws

STEPS = 200
PATIENCE = 40
"""Steps after which every other one goes half the way, so that none runs in a circle."""
CLOSE = 1e-9
"""The last move of a diode's voltage, in units of its thermal voltage: the error left is about its square."""


class Search(NamedTuple):
    """Where one sample's search stands: x (n,), the diodes' voltages (k,), whether to go on, steps taken."""

    x: Array
    voltages: Array
    unfinished: Array
    steps: Array


def tangent(wires: Wires, g: Array, slopes: Array) -> Array:
    """L + Aᵀ diag(slopes) A (n, n)."""
    return wires.laplacian(g, slopes, jnp.zeros(wires.nodes))


def at_diodes(wires: Wires, currents: Array) -> Array:
    """Aᵀ currents (n,)."""
    return wires.leaving(jnp.zeros(len(wires.a)), currents)


def settle(wires: Wires, laws: Characteristics, problem: Problem, guess: Array) -> State:
    """One sample's steady state from guessed diode currents (k,)."""
    right = source(wires, problem)

    def step(now: Search) -> Search:
        currents, slopes = laws.slope(now.voltages)
        constant = at_diodes(wires, currents - slopes * (now.voltages + problem.d))
        factor = jax.scipy.linalg.cho_factor(tangent(wires, problem.g, slopes), lower=True)
        x = jax.scipy.linalg.cho_solve(factor, right - constant)
        wanted = wires.forward(x) - problem.d
        reached = laws.limited(wanted, now.voltages)
        circling = (now.steps > PATIENCE) & (now.steps % 2 == 0)
        reached = jnp.where(circling, 0.5 * (now.voltages + reached), reached)
        moved = jnp.abs(reached - now.voltages) > CLOSE * laws.thermal + 4e-16 * jnp.abs(reached)
        return Search(x, reached, jnp.any(moved | (reached != wanted)), now.steps + 1)

    begin = Search(jnp.zeros(wires.nodes), laws.voltage(guess), jnp.asarray(True), jnp.asarray(0))
    found = jax.lax.while_loop(lambda now: now.unfinished & (now.steps < STEPS), step, begin)
    return State(found.x, laws.current(wires.forward(found.x) - problem.d))


def smooth_states(wires: Wires, laws: Characteristics) -> SteadyStates:
    """The function from a problem with g (m), e (batch, m), c (batch, n), d (batch, k) and guessed diode currents
    (batch, k) to states; differentiable in g, e, c and d, by x and by the diode currents, with one more solve.

    The residual is Kirchhoff's, scaled as that of ideal circuits.
    """
    axes = Problem(None, 0, 0, 0)  # type: ignore[arg-type]
    one = jax.vmap(partial(settle, wires, laws), in_axes=(axes, 0))
    measure = jax.vmap(partial(residual_of_laws, wires), in_axes=(axes, 0))

    def solve(problem: Problem, guess: Array) -> BatchState:
        state = one(problem, guess.astype(float))
        return BatchState(*state, measure(problem, state))

    @jax.custom_vjp
    def states(problem: Problem, guess: Array) -> BatchState:
        return solve(problem, guess)

    def forward(problem: Problem, guess: Array) -> tuple[BatchState, tuple[Problem, BatchState]]:
        state = solve(problem, guess)
        return state, (problem, state)

    def backward(kept: tuple[Problem, BatchState], cotangent: BatchState) -> tuple[Problem, None]:
        problem, state = kept
        slopes = slopes_at(wires, laws, problem, state.x)
        pushed = cotangent.x + jax.vmap(partial(at_diodes, wires))(slopes * cotangent.currents)
        response = jax.vmap(partial(answer, wires, problem.g))(slopes, pushed)
        across = jax.vmap(wires.across)(response)
        voltage = jax.vmap(wires.across)(state.x) + problem.e
        drop = slopes * (jax.vmap(wires.forward)(response) - cotangent.currents)
        return Problem(-(voltage * across).sum(axis=0), -problem.g * across, response, drop), None

    states.defvjp(forward, backward)
    return states


def slopes_at(wires: Wires, laws: Characteristics, problem: Problem, x: Array) -> Array:
    """The diodes' conductances (batch, k) at states x (batch, n)."""
    return jax.vmap(laws.slope)(jax.vmap(wires.forward)(x) - problem.d)[1]


def answer(wires: Wires, g: Array, slopes: Array, into: Array) -> Array:
    """The small voltages (n,) that small currents into the supernodes (n,) make."""
    return jnp.linalg.solve(tangent(wires, g, slopes), into)
