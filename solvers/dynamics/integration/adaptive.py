"""Steps of their own length through diffrax (Kidger 2021, arXiv:2202.02435), for stiff circuits and dense answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import diffrax
import jax.numpy as jnp
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
    if method not in SOLVERS:
        raise CircuitError(f"there is no adaptive method {method}; {nearest(method, SOLVERS)}")
    marks = [float(time) for time in times]
    if not marks or marks[0] < 0.0 or marks[-1] <= 0.0 or sorted(set(marks)) != marks:
        raise CircuitError("the times to keep must rise and lie at 0 or later; sort them")
    y = system.start(values) if start is None else start
    corners = system.corners(marks[-1])
    controller: Any = diffrax.PIDController(rtol=relative, atol=absolute)
    if corners:
        controller = diffrax.ClipStepSizeController(controller, jump_ts=jnp.asarray(corners, y.dtype))

    def rate(t: Any, y: Array, values: Any) -> Array:
        return system.rate(t, y, values)

    with plain_gathers():
        found = diffrax.diffeqsolve(
            diffrax.ODETerm(rate),
            SOLVERS[method](),
            t0=0.0,
            t1=marks[-1],
            dt0=None,
            y0=y,
            args=values,
            saveat=diffrax.SaveAt(ts=jnp.asarray(marks, y.dtype)),
            stepsize_controller=controller,
            max_steps=most_steps,
        )
    if found.ys is None:
        raise CircuitError("diffrax kept no states; give at least one time")
    return found.ys
