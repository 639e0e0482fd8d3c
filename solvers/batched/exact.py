"""The exact steady state of a batch, differentiable: primal-dual active sets over dense Laplacians.

With the conducting diodes guessed (a mask), potentials and currents solve

    L x + D_Aᵀ λ = r,     D_A x = h,     λ = 0 elsewhere,

by refinement with one Cholesky factor of L + D_Aᵀ ρ D_A + δ (the augmented Lagrangian of Hestenes 1969 and Powell
1969): the penalty ρ and the tie δ steer the correction only, what is left over is measured without them. A diode that
would conduct backwards is opened, one that would be overrun is closed (Hintermüller, Ito, Kunisch 2002); where that
runs in a circle only the first of them moves, which comes to an end (Júdice and Pires 1994). The derivative is the same
linear system with the cotangents on the right.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import Array

from .convexity import indefinite
from .interior import conducting
from .wires import BatchState, Problem, State, Wires, residual, volts_and_amperes

PENALTY = 1e4
TIE = 1e-10
REFINEMENTS = 8
BLOCKS = 20
STEPS = 120
ROUNDING = 1e-12
LOST = 1e-10
ATTEMPTS = 2
SteadyStates = Callable[[Problem, Array], BatchState]


def held(wires: Wires, g: Array, mask: Array, right: Array, hold: Array, near: Array) -> State:
    """The x (n) and λ (k) of the linear system above for one sample; a floating part stays `near` (n)."""
    strength = wires.strength(g)
    largest = jnp.max(strength, initial=0.0)
    stiffness = wires.ends(strength)
    penalty = PENALTY * jnp.where(mask, jnp.where(stiffness > 0, stiffness, largest), 0.0)
    tie = jnp.full(wires.nodes, TIE) * jnp.where(largest > 0, largest, 1.0)
    factor = jax.scipy.linalg.cho_factor(wires.laplacian(g, penalty, tie), lower=True)

    def refine(_: int, state: State) -> State:
        left = right - wires.leaving(g * wires.across(state.x), state.currents)
        gap = jnp.where(mask, hold - wires.forward(state.x), 0.0)
        push = wires.leaving(jnp.zeros_like(g), penalty * gap)
        step = jax.scipy.linalg.cho_solve(factor, left + push)
        return State(state.x + step, state.currents + penalty * (wires.forward(step) - gap))

    return jax.lax.fori_loop(0, REFINEMENTS, refine, State(near, jnp.zeros_like(hold)))


def source(wires: Wires, problem: Problem) -> Array:
    """c − Aᵀ g e (n)."""
    return problem.c - wires.leaving(problem.g * problem.e, jnp.zeros_like(problem.d))


def settle(wires: Wires, problem: Problem, mask: Array) -> tuple[State, Array]:
    """Active sets for one sample from the guess `mask` (k): the state and the last mask."""
    right = source(wires, problem)
    rest = State(jnp.zeros_like(problem.c), jnp.zeros_like(problem.d))
    if not len(wires.anode):
        return held(wires, problem.g, mask, right, problem.d, rest.x), mask

    def unfinished(carry: tuple[State, Array, Array, Array]) -> Array:
        return carry[2] & (carry[3] < STEPS)

    def step(carry: tuple[State, Array, Array, Array]) -> tuple[State, Array, Array, Array]:
        before, mask, _, count = carry
        state = held(wires, problem.g, mask, right, problem.d, before.x)
        volts, amperes = volts_and_amperes(wires, problem, state)
        keeps = state.currents >= -ROUNDING * wires.ends(amperes)
        overrun = problem.d - wires.forward(state.x) < -ROUNDING * volts
        following = jnp.where(mask, keeps, overrun)
        wrong = following != mask
        first = jnp.arange(len(mask)) == jnp.argmax(wrong)
        following = jnp.where((count < BLOCKS) | first, following, mask)
        return state, following, jnp.any(wrong), count + 1

    state, last, _, _ = jax.lax.while_loop(unfinished, step, (rest, mask, jnp.asarray(True), jnp.asarray(0)))
    return state, last


def steady_states(wires: Wires, attempts: int = ATTEMPTS) -> SteadyStates:
    """The function from a problem with g (m), e (batch, m), c (batch, n), d (batch, k) and guessed masks to states.

    Differentiable in g, e, c and d, by x and by the diode currents, with one more solve. A single attempt leaves out
    the guess by interior points, half of what there is to compile; the residual tells whether it was missed. It is
    infinite for all samples where negative loads leave the energy without a minimum, whatever was found.
    """
    axes = Problem(None, 0, 0, 0)  # type: ignore[arg-type]
    one = jax.vmap(partial(settle, wires), in_axes=(axes, 0))
    guess = jax.vmap(partial(conducting, wires), in_axes=(axes,))
    measure = jax.vmap(partial(residual, wires), in_axes=(axes, 0))

    def honest(problem: Problem, state: BatchState) -> BatchState:
        lost = indefinite(wires, problem.g, TIE)
        return state._replace(residual=jnp.where(lost, jnp.inf, state.residual))

    def solve(problem: Problem, masks: Array) -> tuple[BatchState, Array]:
        def lost(carry: tuple[BatchState, Array, Array]) -> Array:
            return (carry[2] < attempts) & ~jnp.all(carry[0].residual <= LOST)

        def attempt(carry: tuple[BatchState, Array, Array]) -> tuple[BatchState, Array, Array]:
            best, before, count = carry
            tried = jax.lax.cond(count == 0, lambda: masks, lambda: guess(problem))
            state, last = one(problem, tried)
            left = measure(problem, state)
            better = left < best.residual
            x, currents = (jnp.where(better[:, None], new, old) for new, old in zip(state, best[:2], strict=True))
            last = jnp.where(better[:, None], last, before)
            return BatchState(x, currents, jnp.where(better, left, best.residual)), last, count + 1

        if attempts == 1 or not len(wires.anode):
            state, last = one(problem, masks)
            return BatchState(*state, measure(problem, state)), last
        worst = jnp.full(len(problem.c), jnp.inf)
        nothing = BatchState(jnp.zeros_like(problem.c), jnp.zeros_like(problem.d), worst)
        state, last, _ = jax.lax.while_loop(lost, attempt, (nothing, masks, jnp.asarray(0)))
        return state, last

    @jax.custom_vjp
    def states(problem: Problem, masks: Array) -> BatchState:
        return honest(problem, solve(problem, masks)[0])

    def forward(problem: Problem, masks: Array) -> tuple[BatchState, tuple[Problem, BatchState, Array]]:
        state, last = solve(problem, masks)
        return honest(problem, state), (problem, state, last)

    def backward(kept: tuple[Problem, BatchState, Array], cotangent: BatchState) -> tuple[Problem, None]:
        problem, state, mask = kept
        back = jax.vmap(partial(held, wires, problem.g))
        hold = jnp.where(mask, cotangent.currents, 0.0)
        response = back(mask, cotangent.x, hold, jnp.zeros_like(cotangent.x))
        across = jax.vmap(wires.across)(response.x)
        voltage = jax.vmap(wires.across)(state.x) + problem.e
        return Problem(-(voltage * across).sum(axis=0), -problem.g * across, response.x, response.currents), None

    states.defvjp(forward, backward)
    return states
