"""A circuit followed in time by fine steps: what is set beside ngspice, and what the report draws.

The classical method of Kutta (1901) in steps that are halved until halving them changes nothing that matters. Over the
steps of a noise path the path is a straight line, as it is in ngspice (`spice_export.noise_path`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ..netlist import Circuit, CircuitError, NumericalError
from ..netlist.numbers import number
from ..solvers.dynamics import DynamicalSystem
from ..training.dynamics.simulation import Wiring
from .pairs import Pairs

POINTS = 200
"""Points over time at which answers are kept, at least."""
SETTLED = 1e-4
"""What halving the steps may change, as a share of the swing."""
HALVINGS = 8
FINENESS = 10
"""Steps in the place of one of the card's, where the card names no largest step."""


@dataclass(frozen=True)
class Window:
    """What a `.tran` card asks for, in seconds."""

    stop: float
    start: float
    step: float

    @classmethod
    def of(cls, circuit: Circuit) -> Window:
        """Read the card.

        Raises:
            CircuitError: no card, or one without a time to follow.
        """
        card = next((each for each in circuit.flatten().analyses if each.keyword == "tran"), None)
        if card is None:
            raise CircuitError("the circuit has no .tran card; write .tran step stop")
        times = [number(field) for field in card.fields if field.lower() != "uic"]
        if len(times) < 2 or not 0 < times[0] <= times[1]:
            words = " ".join(card.fields)
            raise CircuitError(f".tran {words} needs a step above 0 and an end behind it", card.location)
        start = times[2] if len(times) > 2 else 0.0
        step = times[3] if len(times) > 3 and times[3] > 0 else min(times[0], times[1] / 50)
        return cls(times[1], start, min(step, times[1] / POINTS) if len(times) > 3 else step / FINENESS)


@dataclass(frozen=True, eq=False)
class Course:
    """Signals (points, signals, columns) at `times`; `steps` in all, of which halving would change `change` volts."""

    times: np.ndarray
    signals: np.ndarray
    steps: int
    change: float


def course(pairs: Pairs, signals: Sequence[str], increments: Mapping[str, np.ndarray] | None = None) -> Course:
    """Follow every column of `pairs`.

    Args:
        pairs: the columns.
        signals: `v(node)`, `v(a,b)`, `i(element)`.
        increments: by node the increments in volts (columns, steps) of a noise path, in equal steps over the whole.

    Raises:
        CircuitError: a circuit without explicit equations, or a noise on what is no state.
        NumericalError: no number of steps gives an answer that stays.
    """
    window, wiring = Window.of(pairs.circuit), Wiring.of(pairs.circuit)
    with jax.enable_x64(True):
        system = DynamicalSystem.of(pairs.circuit, wiring.parameters, pairs.drawn)
        parameters, sources = wiring.split(jnp.asarray(pairs.inputs.T))
        draws = None if pairs.draws is None else jnp.asarray(pairs.draws)
        values = system.values(parameters, sources, draws, dtype=float)
        start = system.start(values)
        start = jnp.broadcast_to(start, (len(start), len(pairs)))
        pushes = _pushes(system, increments or {}, window, len(pairs))
        return _settled(system, values, start, pushes, window, tuple(signals))


def _pushes(system: DynamicalSystem, increments: Mapping[str, np.ndarray], window: Window, columns: int) -> Array:
    """What noise adds to dy/dt, (points, states, columns) with a point at every so many steps of the path."""
    steps = next((each.shape[1] for each in increments.values()), 1)
    points = steps * -(-POINTS // steps)
    if not increments:
        return jnp.zeros((points, 1, 1))
    found = np.zeros((steps, len(system.states), columns))
    for node, each in increments.items():
        if f"v({node})" not in system.states:
            raise CircuitError(f"the noise of node {node} needs a capacitor there; add one")
        found[:, system.states.index(f"v({node})")] = each.T * steps / window.stop
    return jnp.asarray(np.repeat(found, points // steps, axis=0))


def _settled(
    system: DynamicalSystem, values: Any, start: Array, pushes: Array, window: Window, signals: tuple[str, ...]
) -> Course:
    """Halve the steps until it changes nothing."""
    stretch = window.stop / len(pushes)
    times = stretch * np.arange(len(pushes) + 1)

    @jax.jit
    def follow(values: Any, start: Array, pushes: Array, within: Array) -> Array:
        return _follow(system, values, start, pushes, stretch, within, signals)

    within = max(1, round(stretch / window.step))
    before, change = np.asarray(follow(values, start, pushes, jnp.asarray(within))), np.inf
    for _ in range(HALVINGS):
        within *= 2
        found = np.asarray(follow(values, start, pushes, jnp.asarray(within)))
        change = float(np.max(np.abs(found - before), initial=0.0))
        if np.isfinite(change) and change <= SETTLED * float(np.ptp(found) or np.max(np.abs(found))):
            kept = times >= window.start * (1 - 1e-12)
            return Course(times[kept], found[kept], within * len(pushes), change)
        before = found
    raise NumericalError(
        f"halving steps of {stretch / within * 2:g} s still changes the answer by {change:.2g}; the circuit is stiff "
        f"or has no steady course, name a smaller largest step in .tran"
    )


def _follow(
    system: DynamicalSystem, values: Any, start: Array, pushes: Array, stretch: float, within: Array,
    signals: tuple[str, ...],
) -> Array:  # fmt: skip
    """Signals (points + 1, signals, columns), `within` steps between two points."""
    step = stretch / within

    def point(y: Array, here: tuple[Array, Array]) -> tuple[Array, Array]:
        begin, push = here

        def rate(t: Array, y: Array) -> Array:
            return system.rate(t, y, values) + push

        def one(index: Array, y: Array) -> Array:
            return _kutta(rate, begin + index * step, y, step)

        y = jax.lax.fori_loop(0, within, one, y)
        return y, system.read(begin + stretch, y, values, signals)

    first = system.read(jnp.zeros(()), start, values, signals)
    rest = jax.lax.scan(point, start, (stretch * jnp.arange(len(pushes)), pushes))[1]
    return jnp.concatenate([jnp.broadcast_to(first, rest.shape[1:])[None], rest])


def _kutta(rate: Any, t: Array, y: Array, step: Array) -> Array:
    first = rate(t, y)
    second = rate(t + step / 2, y + step / 2 * first)
    third = rate(t + step / 2, y + step / 2 * second)
    fourth = rate(t + step, y + step * third)
    return y + step / 6 * (first + 2 * second + 2 * third + fourth)
