"""Exact block coordinate descent of a deep resistive network in JAX (Scellier 2024, Theorem 2 and Eqs. 9-11).

One sweep updates the odd layers, then the even ones, a whole batch at once: v = clip((Σ g·v' + i) / Σ g, bounds). The
step a unit takes, times its total conductance, is the current by which it broke Kirchhoff's law after its diode's: the
KKT residual comes with the sweep, and decides when to stop. Where amplifiers stand between layers, v is a layer's
voltage over the product of the gains before it (see amplification.py).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import CircuitError, NumericalError
from .network import LayeredNetwork


class LayeredState(NamedTuple):
    """Voltages (batch, units) of each layer in volts, the KKT residual over its scale, and the sweeps it took."""

    voltages: tuple[Array, ...]
    residual: float
    sweeps: int


def total_conductances(weights: Sequence[Array]) -> list[Array]:
    """Σ g (units) at every unit of every layer."""
    after = [weight.sum(0) for weight in weights]
    before = [weight.sum(1) for weight in weights[1:]]
    return [a + b for a, b in zip(after, [*before, jnp.zeros((), after[-1].dtype)], strict=True)]


class Program(NamedTuple):
    """What one relaxation holds fixed, as arrays: see `steady_state`."""

    weights: tuple[Array, ...]
    totals: tuple[Array, ...]
    currents: tuple[Array, ...]
    lows: tuple[Array, ...]
    highs: tuple[Array, ...]
    beta: Array


def assemble(
    weights: Sequence[Array],
    biases: Sequence[Array],
    lows: Sequence[Array],
    highs: Sequence[Array],
    inputs: Array,
    beta: Array,
    target: Array,
) -> Program:
    """The constant currents into every layer, and each unit's total conductance.

    `inputs` (batch, lines) volts; `beta` (batch or 1, 1) siemens nudges the outputs towards `target` (batch, outputs).
    """
    currents = [bias[None, :] for bias in biases]
    currents[0] = currents[0] + inputs @ weights[0]
    currents[-1] = currents[-1] + beta * target
    totals = [total[None, :] for total in total_conductances(weights)]
    totals[-1] = totals[-1] + beta
    return Program(tuple(weights), tuple(totals), tuple(currents), tuple(lows), tuple(highs), beta)


def update_layer(program: Program, voltages: Sequence[Array], layer: int) -> Array:
    """The exact minimiser of one layer's voltages given its neighbours'."""
    pulled = program.currents[layer]
    if layer > 0:
        pulled = pulled + voltages[layer - 1] @ program.weights[layer]
    if layer + 1 < len(voltages):
        pulled = pulled + voltages[layer + 1] @ program.weights[layer + 1].T
    return jnp.clip(pulled / program.totals[layer], program.lows[layer], program.highs[layer])


def sweep(program: Program, voltages: tuple[Array, ...]) -> tuple[Array, ...]:
    """The odd layers, then the even ones."""
    moved = list(voltages)
    for colour in (0, 1):
        for layer in range(colour, len(moved), 2):
            moved[layer] = update_layer(program, moved, layer)
    return tuple(moved)


def residual(program: Program, before: Sequence[Array], after: Sequence[Array]) -> Array:
    """Largest current by which a unit broke Kirchhoff's law before the sweep, over the largest current at any unit.

    Layer by layer, batch maximum; shape (layers,).
    """
    broken = jnp.stack([jnp.max(g * jnp.abs(b - a)) for g, a, b in zip(program.totals, before, after, strict=True)])
    scale = jnp.stack([jnp.max(g * jnp.abs(a)) for g, a in zip(program.totals, after, strict=True)])
    return broken / jnp.maximum(jnp.max(scale), jnp.finfo(scale.dtype).tiny)


@functools.partial(jax.jit, static_argnames="most")
def relax(
    program: Program, start: tuple[Array, ...], tolerance: Array, most: int
) -> tuple[tuple[Array, ...], Array, Array]:
    """Sweep until the KKT residual meets the tolerance; the voltages, the last residual by layer, the sweeps."""

    def unfinished(carry: tuple) -> Array:
        _, broken, count = carry
        return (jnp.max(broken) > tolerance) & (count < most)

    def step(carry: tuple) -> tuple:
        voltages, _, count = carry
        moved = sweep(program, voltages)
        return moved, residual(program, voltages, moved), count + 1

    infinite = jnp.full(len(start), jnp.inf, start[0].dtype)
    return jax.lax.while_loop(unfinished, step, (start, infinite, jnp.int32(0)))


def steady_state(
    network: LayeredNetwork,
    inputs: np.ndarray,
    *,
    weights: Sequence[np.ndarray] | None = None,
    biases: Sequence[np.ndarray] | None = None,
    beta: float = 0.0,
    target: np.ndarray | None = None,
    tolerance: float | None = None,
    most: int = 10_000,
    precision: type[np.floating] = np.float64,
) -> LayeredState:
    """The steady state of a batch of inputs, from rest. O(sweeps · batch · conductances).

    `inputs` (batch, lines) are the source voltages in volts; `weights` and `biases` replace the network's own; `beta`
    in siemens nudges the outputs towards `target` (batch, outputs) volts. `tolerance` on the KKT residual, relative to
    the largest current at any unit, is 1e-12 in double and 1e-6 in single precision unless given.

    Raises:
        CircuitError: the conductances at a node sum to nothing, so that it has no voltage; names the node.
        NumericalError: the residual did not meet the tolerance, or a voltage is not finite; names the worst layer.
    """
    limit = (1e-12 if precision is np.float64 else 1e-6) if tolerance is None else tolerance
    scales, plain = network.scales, network.plain
    given = [bias / scale for bias, scale in zip(network.biases if biases is None else biases, scales, strict=True)]
    with jax.enable_x64(precision is np.float64):
        cast = functools.partial(jnp.asarray, dtype=precision)
        goal = np.zeros((1, network.sizes[-1])) if target is None else target / scales[-1]
        program = assemble(
            [cast(weight) for weight in (network.weights if weights is None else weights)],
            [cast(bias) for bias in given],
            [cast(low) for low in plain.lows],
            [cast(high) for high in plain.highs],
            cast(inputs),
            cast([[beta]]),
            cast(goal),
        )
        _check_conductances(network, program)
        start = tuple(jnp.zeros((len(inputs), size), precision) for size in network.sizes)
        found, broken, sweeps = relax(program, start, cast(limit), most)
        voltages = tuple(x * scale for x, scale in zip(found, scales, strict=True))
        worst = int(jnp.argmax(broken))
        largest = float(broken[worst])
    if not largest <= limit:
        raise NumericalError(
            f"layer {network.buses[worst]} breaks Kirchhoff's current law by {largest:.2e} of the largest current "
            f"after {int(sweeps)} sweeps, more than the tolerance {limit:.0e}; raise the tolerance or the most sweeps"
        )
    return LayeredState(voltages, largest, int(sweeps))


def _check_conductances(network: LayeredNetwork, program: Program) -> None:
    """A node's voltage is what its conductances and diodes make it: without any it has none."""
    for bus, total in zip(network.buses, program.totals, strict=True):
        dead = np.flatnonzero(~(np.asarray(total).min(0) > 0))
        if dead.size:
            raise CircuitError(
                f"the conductances at node {bus}[{dead[0]}] do not sum to a positive number, so that it has no "
                f"voltage; give one of its resistors a conductance above 0, or its trainable a min= above 0"
            )
