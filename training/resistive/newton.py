"""The exact steady state of a batch by the primal-dual active set method.

With the conducting diodes guessed, the equations are linear; a diode that would conduct backwards is opened, one that
would be overrun is closed, until none changes. Source: M. Hintermüller, K. Ito, K. Kunisch, "The primal-dual active set
strategy as a semismooth Newton method", SIAM J. Optim. 13 (2002), Algorithm 1. One step is O((n + k)³) a sample. Where
the guesses go round in a circle, as they may when diodes join free nodes, the interior point method tells the guess.

Diodes that conduct around a loop share their currents in more than one way, which leaves the equations singular. The
proximal term −δ(λ − λ₀) picks the sharing nearest the last one; it vanishes where the iteration ends.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from .equations import Equations, State
from .interior import interior

MOST_STEPS = 40
ROUNDING = 1e-13
PROXIMITY = 1e-9
"""δ, times the smallest resistance at any node."""
REFINEMENTS = 2
"""Solutions with unchanged diodes that follow the first: each makes the proximal term's error δ times smaller."""
FALLBACK = 1e-10
"""The residual above which the iteration is called lost."""


class Settled(NamedTuple):
    """The state, and the largest KKT residual over its scale in the batch."""

    state: State
    residual: Array


def kkt_matrix(equations: Equations, active: Array, proximity: Array) -> Array:
    """[[H, Dᵀ], [D and −δ where active, 0 and 1 where not]] for every sample, (batch, n + k, n + k)."""
    laplacian, rows = equations.laplacian, equations.rows
    top = jnp.concatenate([laplacian, rows.T], axis=1)
    closed = active[:, :, None]
    identity = jnp.eye(len(rows))
    bottom = jnp.concatenate([jnp.where(closed, rows, 0.0), jnp.where(closed, -proximity, 1.0) * identity], axis=2)
    return jnp.concatenate([jnp.broadcast_to(top, (len(active), *top.shape)), bottom], axis=1)


def with_active(equations: Equations, active: Array, near: Array) -> State:
    """The state with exactly these diodes (batch, k) conducting, their currents nearest to `near` where several fit."""
    nodes = equations.laplacian.shape[0]
    proximity = PROXIMITY / jnp.max(jnp.abs(jnp.diagonal(equations.laplacian)))
    held = jnp.where(active, equations.drop - proximity * near, 0.0)
    right = jnp.concatenate([equations.source, held], axis=1)
    solved = jnp.linalg.solve(kkt_matrix(equations, active, proximity), right[:, :, None])[:, :, 0]
    return State(solved[:, :nodes], solved[:, nodes:])


def scales(equations: Equations, state: State) -> tuple[Array, Array]:
    """The largest voltage and the largest current that occur in each sample, (batch, 1) each."""
    diagonal = jnp.abs(jnp.diagonal(equations.laplacian))
    volts = jnp.maximum(jnp.max(jnp.abs(state.x), axis=1), jnp.max(jnp.abs(equations.drop), axis=1, initial=0.0))
    amperes = jnp.maximum(jnp.max(diagonal * jnp.abs(state.x), axis=1), jnp.max(jnp.abs(equations.source), axis=1))
    tiny = jnp.finfo(state.x.dtype).tiny
    return jnp.maximum(volts, tiny)[:, None], jnp.maximum(amperes, tiny)[:, None]


def residual(equations: Equations, state: State) -> Array:
    """Each sample's largest violation of the KKT conditions over its scale, (batch,)."""
    volts, amperes = scales(equations, state)
    kirchhoff = state.x @ equations.laplacian + state.diode_currents @ equations.rows - equations.source
    overrun = (state.x @ equations.rows.T - equations.drop) / volts
    current = state.diode_currents / amperes
    parts = (
        jnp.abs(kirchhoff) / amperes,
        jnp.maximum(overrun, 0.0),
        jnp.maximum(-current, 0.0),
        jnp.minimum(jnp.abs(current), jnp.abs(overrun)),
    )
    return jnp.max(jnp.concatenate(parts, axis=1), axis=1)


def newton(equations: Equations, start: State, sure: bool) -> Settled:
    """The steady state of every sample, beginning with the diodes that conduct in `start`.

    `sure` says that the iteration cannot go round in circles (`Structure.one_sided`): no second way is compiled.
    """
    settled = active_set(equations, start)
    if sure:
        return settled
    return jax.lax.cond(
        settled.residual <= FALLBACK,
        lambda: settled,
        lambda: active_set(equations, interior(equations)),
    )


def active_set(equations: Equations, start: State) -> Settled:
    """The method alone, without a second guess where it does not end."""
    repeats = REFINEMENTS if len(equations.rows) else 0

    def unfinished(carry: tuple[Array, State, Array, Array]) -> Array:
        return (carry[2] <= repeats) & (carry[3] < MOST_STEPS)

    def step(carry: tuple[Array, State, Array, Array]) -> tuple[Array, State, Array, Array]:
        active, before, calm, count = carry
        state = with_active(equations, active, jnp.where(active, before.diode_currents, 0.0))
        volts, amperes = scales(equations, state)
        overrun = state.x @ equations.rows.T - equations.drop
        following = jnp.where(active, state.diode_currents > -ROUNDING * amperes, overrun > ROUNDING * volts)
        return following, state, jnp.where(jnp.all(following == active), calm + 1, 0), count + 1

    carry = (start.diode_currents > 0, start, jnp.asarray(0), jnp.asarray(0))
    _, state, _, _ = jax.lax.while_loop(unfinished, step, carry)
    return Settled(state, jnp.max(residual(equations, state)))


def response(equations: Equations, active: Array) -> State:
    """The answer of the linear circuit with these diodes conducting, refined until the proximal term has vanished."""

    def step(near: Array, _: None) -> tuple[Array, None]:
        return with_active(equations, active, near).diode_currents, None

    near, _ = jax.lax.scan(step, jnp.zeros(active.shape), None, length=REFINEMENTS)
    return with_active(equations, active, near)
