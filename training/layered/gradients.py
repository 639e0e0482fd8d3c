"""Gradients of a layered network's loss ½‖o − y‖² by three routes, batched, in JAX.

Equilibrium propagation compares the local quantity ½(u − v)² at two nudgings (Scellier and Bengio 2017). The adjoint
network carries the loss's gradient as a current into the outputs, with conducting diodes as shorts to ground; then
dL/dg = −(λ_u − λ_v)(u − v), the implicit function theorem read as a circuit (Director and Rohrer 1969). Truncated
backpropagation differentiates the sweeps themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from ...solvers.layered.descent import Program, assemble, relax, sweep
from ..trainer import Settings

Voltages = tuple[Array, ...]
MOST_SWEEPS = 10_000


class Model(NamedTuple):
    """The values that learn: crossbars (before, after) in siemens, bias currents (units) in amperes."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]


class Frame(NamedTuple):
    """What a batch is solved in: the diodes' bounds, the inputs (batch, lines) and the targets (batch, outputs)."""

    lows: tuple[Array, ...]
    highs: tuple[Array, ...]
    inputs: Array
    target: Array


class Gradient(NamedTuple):
    """The batch's summed loss, its free state, and the mean gradient with respect to every value."""

    loss: Array
    free: Voltages
    gradient: Model


Rule = Callable[[Model, Frame, Voltages, Settings], Gradient]


def _program(model: Model, frame: Frame, beta: float | Array) -> Program:
    nudge = jnp.asarray(beta, frame.inputs.dtype)[..., None, None]
    return assemble(model.weights, model.biases, frame.lows, frame.highs, frame.inputs, nudge, frame.target)


def settle(program: Program, start: Voltages, sweeps: int, tolerance: float) -> Voltages:
    """That many sweeps, or until the KKT residual meets the tolerance where `sweeps` is 0."""
    if sweeps:
        return jax.lax.scan(lambda v, _: (sweep(program, v), None), start, None, length=sweeps)[0]
    return relax(program, start, jnp.asarray(tolerance, start[0].dtype), MOST_SWEEPS)[0]


def _loss(output: Array, target: Array) -> Array:
    return 0.5 * jnp.sum((output - target) ** 2)


def _contrast(inputs: Array, state: Voltages) -> Model:
    """dE/dθ summed over the batch: ½(u − v)² a resistor, −v a current source; as matrix products."""
    before = (inputs, *state[:-1])
    weights = tuple(
        0.5 * (jnp.sum(u * u, 0)[:, None] + jnp.sum(v * v, 0)[None, :]) - u.T @ v
        for u, v in zip(before, state, strict=True)
    )
    return Model(weights, tuple(-v.sum(0) for v in state))


def equilibrium(nudges: tuple[float, float]) -> Rule:
    """Equilibrium propagation between two nudgings given in units of β; 0 is the free state."""

    def rule(model: Model, frame: Frame, start: Voltages, settings: Settings) -> Gradient:
        free = settle(_program(model, frame, 0.0), start, settings.sweeps, settings.tolerance)
        count = settings.nudged_sweeps or settings.sweeps

        def nudged(unit: float) -> Model:
            if unit == 0.0:
                return _contrast(frame.inputs, free)
            state = settle(_program(model, frame, unit * settings.beta), free, count, settings.tolerance)
            return _contrast(frame.inputs, state)

        plus, minus = map(nudged, nudges)
        spread = (nudges[0] - nudges[1]) * settings.beta * len(frame.inputs)
        return Gradient(_loss(free[-1], frame.target), free, jax.tree.map(lambda p, m: (p - m) / spread, plus, minus))

    return rule


def _clamped(voltage: Array, low: Array, high: Array) -> Array:
    return (voltage <= low) | (voltage >= high)


def implicit(model: Model, frame: Frame, start: Voltages, settings: Settings) -> Gradient:
    """The implicit function theorem at the free state, by sweeps of the adjoint network."""
    program = _program(model, frame, 0.0)
    free = settle(program, start, settings.sweeps, settings.tolerance)
    still = [_clamped(v, low, high) for v, low, high in zip(free, frame.lows, frame.highs, strict=True)]
    currents = [jnp.zeros_like(v) for v in free]
    currents[-1] = free[-1] - frame.target
    bound = tuple(jnp.where(held, 0.0, jnp.inf) for held in still)
    adjoint = program._replace(currents=tuple(currents), lows=tuple(-b for b in bound), highs=bound)
    rest = tuple(jnp.zeros_like(v) for v in free)
    count = settings.nudged_sweeps or settings.sweeps
    lam = settle(adjoint, rest, count, settings.tolerance)
    before = (frame.inputs, *free[:-1])
    lam_before = (jnp.zeros_like(frame.inputs), *lam[:-1])
    size = len(frame.inputs)
    weights = tuple(
        -(jnp.sum(a * u, 0)[:, None] - a.T @ v - u.T @ b + jnp.sum(b * v, 0)[None, :]) / size
        for u, v, a, b in zip(before, free, lam_before, lam, strict=True)
    )
    return Gradient(_loss(free[-1], frame.target), free, Model(weights, tuple(b.sum(0) / size for b in lam)))


def backpropagation(model: Model, frame: Frame, start: Voltages, settings: Settings) -> Gradient:
    """Reverse-mode differentiation of as many sweeps again, from the free state held fixed (the paper's BP)."""
    free = settle(_program(model, frame, 0.0), start, settings.sweeps, settings.tolerance)
    count = settings.nudged_sweeps or settings.sweeps

    def cost(values: Model) -> Array:
        state = settle(_program(values, frame, 0.0), free, count, settings.tolerance)
        return _loss(state[-1], frame.target) / len(frame.inputs)

    return Gradient(_loss(free[-1], frame.target), free, jax.grad(cost)(model))


RULES = ("equilibrium", "implicit", "backpropagation")
"""The estimators there are, as an experiment names them."""


def rule_of(settings: Settings, nudges: dict[str, tuple[float, float]]) -> Rule:
    """The estimator an experiment names."""
    rules: dict[str, Rule] = {
        "equilibrium": equilibrium(nudges[settings.variant]),
        "implicit": implicit,
        "backpropagation": backpropagation,
    }
    return rules[settings.rule]
