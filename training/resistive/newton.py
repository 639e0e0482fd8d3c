"""The exact steady state of a batch by the primal-dual active set method.

With the conducting diodes guessed, the equations are linear; a diode that would conduct backwards is opened, one that
would be overrun is closed, until none changes. Source: M. Hintermüller, K. Ito, K. Kunisch, "The primal-dual active set
strategy as a semismooth Newton method", SIAM J. Optim. 13 (2002), Algorithm 1. One step is O((n + k)³) a sample.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from .equations import Equations, State

MOST_STEPS = 100
ROUNDING = 1e-13


class Settled(NamedTuple):
    """The state, and the largest KKT residual over its scale in the batch."""

    state: State
    residual: Array


def kkt_matrix(equations: Equations, active: Array) -> Array:
    """[[H, Dᵀ], [D where active, 1 where not]] for every sample, (batch, n + k, n + k)."""
    laplacian, rows = equations.laplacian, equations.rows
    top = jnp.concatenate([laplacian, rows.T], axis=1)
    closed = active[:, :, None]
    left = jnp.where(closed, rows, 0.0)
    right = jnp.where(closed, 0.0, jnp.eye(len(rows)))
    bottom = jnp.concatenate([left, right], axis=2)
    return jnp.concatenate([jnp.broadcast_to(top, (len(active), *top.shape)), bottom], axis=1)


def with_active(equations: Equations, active: Array) -> State:
    """The state with exactly these diodes (batch, k) conducting."""
    right = jnp.concatenate([equations.source, jnp.where(active, equations.drop, 0.0)], axis=1)
    solved = jnp.linalg.solve(kkt_matrix(equations, active), right[:, :, None])[:, :, 0]
    nodes = equations.laplacian.shape[0]
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


def newton(equations: Equations, start: State) -> Settled:
    """The steady state of every sample, beginning with the diodes that conduct in `start`."""

    def unfinished(carry: tuple[Array, State, Array, Array]) -> Array:
        return carry[2] & (carry[3] < MOST_STEPS)

    def step(carry: tuple[Array, State, Array, Array]) -> tuple[Array, State, Array, Array]:
        active, _, _, count = carry
        state = with_active(equations, active)
        volts, amperes = scales(equations, state)
        overrun = state.x @ equations.rows.T - equations.drop
        following = jnp.where(active, state.diode_currents > -ROUNDING * amperes, overrun > ROUNDING * volts)
        return following, state, jnp.any(following != active), count + 1

    active = start.diode_currents > 0
    carry = (active, start, jnp.asarray(True), jnp.asarray(0))
    _, state, _, _ = jax.lax.while_loop(unfinished, step, carry)
    return Settled(state, jnp.max(residual(equations, state)))
