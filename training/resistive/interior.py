"""A steady state for any placement of diodes: a primal-dual interior point method on a batch.

Slacks z = d − D x and diode currents λ are kept positive while their products fall to zero together. Source:
S. Mehrotra, "On the implementation of a primal-dual interior point method", SIAM J. Optim. 2 (1992); J. Nocedal and
S. Wright, "Numerical Optimization", 2006, Algorithm 16.4. One step is O(n³ + n²k) a sample.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from .equations import Equations, State

STEPS = 60
SMALLEST_GAP = 1e-26
"""Where the mean product of slack and current, in scaled units, is as good as zero."""


class Point(NamedTuple):
    """x (batch, n), slacks z (batch, k) and multipliers λ (batch, k), in scaled units."""

    x: Array
    slack: Array
    force: Array


def interior(equations: Equations) -> State:
    """Nearly the steady state of every sample, from no guess; whether a diode conducts is told by λ > 0."""
    siemens = jnp.mean(jnp.abs(jnp.diagonal(equations.laplacian)))
    scaled = equations._replace(laplacian=equations.laplacian / siemens, source=equations.source / siemens)
    point = _start(scaled)

    def unfinished(carry: tuple[Point, Array]) -> Array:
        return (jnp.max(_gap(carry[0])) > SMALLEST_GAP) & (carry[1] < STEPS)

    def step(carry: tuple[Point, Array]) -> tuple[Point, Array]:
        return _step(scaled, carry[0]), carry[1] + 1

    point, _ = jax.lax.while_loop(unfinished, step, (point, jnp.asarray(0)))
    return State(point.x, jnp.where(point.force > point.slack, point.force * siemens, 0.0))


def _start(equations: Equations) -> Point:
    """The linear circuit's potentials, with slacks and currents of the size of the voltages there."""
    x = jnp.linalg.solve(equations.laplacian, equations.source.T).T
    slack = equations.drop - x @ equations.rows.T
    size = jnp.maximum(jnp.max(jnp.abs(slack), axis=1, keepdims=True), jnp.max(jnp.abs(x), axis=1, keepdims=True))
    size = jnp.where(size > 0, size, 1.0)
    return Point(x, jnp.maximum(slack, 0.1 * size), 0.1 * jnp.broadcast_to(size, slack.shape))


def _gap(point: Point) -> Array:
    return jnp.mean(point.slack * point.force, axis=1)


def _step(equations: Equations, point: Point) -> Point:
    """Predictor, then corrector towards the centre; samples that are done stay where they are."""
    x, slack, force = point
    rows = equations.rows
    off = x @ equations.laplacian + force @ rows - equations.source
    over = x @ rows.T + slack - equations.drop
    weight = force / slack
    matrix = equations.laplacian + jnp.einsum("qi,bq,qj->bij", rows, weight, rows)
    factor = jax.scipy.linalg.cho_factor(matrix)

    def direction(product: Array) -> Point:
        right = -off - ((force * over - product) / slack) @ rows
        moved = jax.vmap(lambda f, r: jax.scipy.linalg.cho_solve((f, factor[1]), r))(factor[0], right)
        opened = -over - moved @ rows.T
        return Point(moved, opened, -(product + force * opened) / slack)

    gap = _gap(point)[:, None]
    predicted = direction(slack * force)
    reach = _reach(point, predicted)
    after = jnp.mean((slack + reach * predicted.slack) * (force + reach * predicted.force), axis=1, keepdims=True)
    centring = (after / gap) ** 3
    corrected = direction(slack * force + predicted.slack * predicted.force - centring * gap)
    length = 0.995 * _reach(point, corrected)
    moved = Point(*(now + length * change for now, change in zip(point, corrected, strict=True)))
    good = (gap > SMALLEST_GAP) & jnp.isfinite(moved.x).all(axis=1, keepdims=True)
    return Point(*(jnp.where(good, new, old) for new, old in zip(moved, point, strict=True)))


def _reach(point: Point, change: Point) -> Array:
    """The longest step, at most 1, that keeps slacks and currents positive."""
    ratios = [
        jnp.where(delta < 0, -now / jnp.where(delta < 0, delta, -1.0), jnp.inf)
        for now, delta in ((point.slack, change.slack), (point.force, change.force))
    ]
    return jnp.minimum(1.0, jnp.min(jnp.concatenate(ratios, axis=1), axis=1, keepdims=True))
