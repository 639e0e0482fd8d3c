"""A guess of which diodes conduct, by the interior point method (see methods/interior_point.py), for one sample."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from .wires import Problem, State, Wires, volts_and_amperes

STEPS = 60
TIE = 1e-8
STIFFEN = 1e-14
SMALL = 1e-14
Point = tuple[Array, Array, Array]


def conducting(wires: Wires, problem: Problem) -> Array:
    """The diodes (k) whose scaled current exceeds their scaled slack near the solution."""
    x, slack, current = interior(wires, problem)
    volts, amperes = volts_and_amperes(wires, problem, State(x, current))
    return current * volts > slack * wires.ends(amperes)


def interior(wires: Wires, problem: Problem) -> Point:
    """Potentials (n), slacks (k) and currents (k), the products of the last two nearly zero."""
    strength = wires.strength(problem.g)
    most = jnp.where(jnp.max(strength, initial=0.0) > 0, jnp.max(strength, initial=0.0), 1.0)
    weight = wires.ends(strength)
    weight = jnp.where(weight > 0, weight, most)
    tie = TIE * most
    right = problem.c - wires.leaving(problem.g * problem.e, -weight * problem.d)
    x = _solve(wires, problem, weight, tie, right)
    gap = problem.d - wires.forward(x)
    floor = 0.1 * volts_and_amperes(wires, problem, State(x, jnp.zeros_like(gap)))[0]
    start = (x, jnp.maximum(jnp.abs(gap), floor), weight * jnp.maximum(-gap, floor))
    watts = jnp.mean(start[1] * start[2])

    def unfinished(carry: tuple[Point, Array]) -> Array:
        (_, slack, current), count = carry
        return (jnp.mean(slack * current) > SMALL * watts) & (count < STEPS)

    def step(carry: tuple[Point, Array]) -> tuple[Point, Array]:
        point, count = carry
        following = _advance(wires, problem, tie, point)
        sound = jnp.all(jnp.stack([jnp.all(jnp.isfinite(part)) for part in following]))
        kept = tuple(jnp.where(sound, new, old) for new, old in zip(following, point, strict=True))
        return (kept[0], kept[1], kept[2]), jnp.where(sound, count + 1, STEPS)

    return jax.lax.while_loop(unfinished, step, (start, jnp.asarray(0)))[0]


def _solve(wires: Wires, problem: Problem, weight: Array, tie: Array, right: Array) -> Array:
    return jax.scipy.linalg.cho_solve(_factor(wires, problem, weight, tie), right)


def _factor(wires: Wires, problem: Problem, weight: Array, tie: Array) -> tuple[Array, bool]:
    matrix = wires.laplacian(problem.g, weight, jnp.full(wires.nodes, 1.0) * tie)
    return jax.scipy.linalg.cho_factor(matrix + STIFFEN * jnp.diag(jnp.diagonal(matrix)), lower=True)


def _advance(wires: Wires, problem: Problem, tie: Array, point: Point) -> Point:
    """One predictor-corrector step (Mehrotra 1992)."""
    x, slack, current = point
    nothing = jnp.zeros_like(problem.g)
    weight = current / slack
    factor = _factor(wires, problem, weight, tie)
    descent = problem.c - wires.leaving(problem.g * (wires.across(x) + problem.e), current)
    primal = problem.d - wires.forward(x) - slack

    def direction(product: Array) -> Point:
        push = product / slack - weight * primal
        dx = jax.scipy.linalg.cho_solve(factor, descent - wires.leaving(nothing, push))
        spread = wires.forward(dx)
        return dx, primal - spread, push + weight * spread

    def reach(ds: Array, dl: Array) -> Array:
        ratios = [jnp.where(change < 0, value / -change, 1.0) for value, change in ((slack, ds), (current, dl))]
        return jnp.minimum(1.0, jnp.min(jnp.concatenate(ratios)))

    gap = jnp.mean(slack * current)
    _, ds, dl = direction(-slack * current)
    far = reach(ds, dl)
    centring = (jnp.mean((slack + far * ds) * (current + far * dl)) / gap) ** 3
    dx, ds, dl = direction(centring * gap - slack * current - far**2 * ds * dl)
    far = jnp.minimum(1.0, 0.995 * reach(ds, dl))
    return x + far * dx, slack + far * ds, current + far * dl
