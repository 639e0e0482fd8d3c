"""Steps of their own length through diffrax (Kidger 2021, arXiv:2202.02435): stiff circuits, dense answers, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import diffrax
import jax.numpy as jnp
import optimistix
from jax import Array

from ....netlist.errors import CircuitError
from ....netlist.suggestion import nearest
from ..patterns import plain_gathers
from ..system import DynamicalSystem, Values

SOLVERS: Mapping[str, Callable[[], diffrax.AbstractSolver]] = {
    "tsit5": diffrax.Tsit5,
    "dopri8": diffrax.Dopri8,
    "heun": diffrax.Heun,
    "kvaerno5": diffrax.Kvaerno5,
}
"""Adaptive methods by name; `kvaerno5` is implicit, for stiff circuits."""


def integrate_adaptive(
    system: DynamicalSystem,
    values: Values,
    times: Sequence[float],
    *,
    method: str = "tsit5",
    start: Array | None = None,
    relative: float = 1e-6,
    absolute: float = 1e-9,
    most_steps: int = 100_000,
) -> Array:
    """The states at the given times (times, states, batch), from time 0 on, with corners of the sources as step ends.

    Steps are chosen for the whole batch together. Differentiable by backpropagation with recursive checkpoints. An
    implicit method factorises a matrix of (states·batch)², so give it small batches.

    Raises:
        CircuitError: an unknown method, or times that do not rise from 0 on.
    """
    marks = [float(time) for time in times]
    if not marks or marks[0] < 0.0 or marks[-1] <= 0.0 or sorted(set(marks)) != marks:
        raise CircuitError("the times to keep must rise and lie at 0 or later; sort them")
    y = system.start(values) if start is None else start
    kept = diffrax.SaveAt(ts=jnp.asarray(marks, y.dtype))
    found = _solved(system, values, method, y, marks[-1], kept, (relative, absolute), most_steps)
    if found.ys is None:
        raise CircuitError("diffrax kept no states; give at least one time")
    return found.ys


def crossing(
    system: DynamicalSystem,
    values: Values,
    signal: str,
    level: float,
    stop: float,
    *,
    method: str = "tsit5",
    start: Array | None = None,
    relative: float = 1e-6,
    absolute: float = 1e-9,
    most_steps: int = 100_000,
) -> Array:
    """When a signal such as `v(out)` first crosses a level, in seconds; `stop` where it does not before.

    One sample at a time. Differentiable in the values by the implicit function theorem.

    Raises:
        CircuitError: an unknown method or signal, or a batch of several samples.
    """
    y = system.start(values) if start is None else start
    if y.shape[1] != 1:
        raise CircuitError(f"{y.shape[1]} samples cross at times of their own; give one at a time")

    def above(t: Any, y: Array, args: Any, **_: Any) -> Array:
        return system.read(t, y, args, (signal,))[0, 0] - level

    event = diffrax.Event(above, optimistix.Newton(relative, absolute * stop))
    kept = diffrax.SaveAt(t1=True)
    found = _solved(system, values, method, y, stop, kept, (relative, absolute), most_steps, event)
    return jnp.asarray(found.ts)[-1]


def _solved(
    system: DynamicalSystem,
    values: Values,
    method: str,
    y: Array,
    stop: float,
    kept: diffrax.SaveAt,
    tolerances: tuple[float, float],
    most_steps: int,
    event: diffrax.Event | None = None,
) -> diffrax.Solution:
    """diffrax's solution from time 0 on, with corners of the sources as step ends."""
    if method not in SOLVERS:
        raise CircuitError(f"there is no adaptive method {method}; {nearest(method, SOLVERS)}")
    corners = system.corners(stop)
    controller: Any = diffrax.PIDController(rtol=tolerances[0], atol=tolerances[1])
    if corners:
        controller = diffrax.ClipStepSizeController(controller, jump_ts=jnp.asarray(corners, y.dtype))

    def rate(t: Any, y: Array, values: Any) -> Array:
        return system.rate(t, y, values)

    with plain_gathers():
        return diffrax.diffeqsolve(
            diffrax.ODETerm(rate),
            SOLVERS[method](),
            t0=0.0,
            t1=stop,
            dt0=None,
            y0=y,
            args=values,
            saveat=kept,
            stepsize_controller=controller,
            max_steps=most_steps,
            event=event,
        )
