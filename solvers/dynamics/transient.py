"""A deck's `.tran` as waveforms: states by LSODA between the corners of its sources, everything else read from them.

LSODA (Petzold 1983, doi:10.1137/0904010) chooses its steps and changes between Adams' methods and backward
differentiation by itself, so that stiff circuits need no setting.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from scipy.integrate import solve_ivp

from ...netlist.circuit import Circuit
from ...netlist.errors import NumericalError
from ...netlist.traces import Traces
from ..transient_card import Transient as Transient
from .laws import NODAL
from .system import DynamicalSystem, Values
from .unknowns import GROUND

NAME = "lsoda"
RELATIVE, ABSOLUTE = 1e-8, 1e-11
"""Tolerances of a step: a share of each state, and volts or amperes."""


def transient(circuit: Circuit, *, relative: float = RELATIVE, absolute: float = ABSOLUTE) -> Traces:
    """The waveforms of a deck with a `.tran` card: every node's voltage, every current but those of voltage sources.

    Raises:
        CircuitError: a circuit without an explicit equation, or without one `.tran` card.
        NumericalError: no operating point to begin with, or an integration that breaks off; says where.
    """
    begin = time.perf_counter()
    asked = Transient.of(circuit)
    with jax.enable_x64(True):
        system = DynamicalSystem.of(circuit)
        values = system.values()
        rate = _compiled(system, values)
        y = np.array(system.start(values))[:, 0]
        if not asked.uic:
            y = _operating_point(system, _compiled(system, values, still=True), y)
        states, evaluations = _integrated(system, rate, y, asked, (relative, absolute))
        names = _signals(system)
        found = np.asarray(system.read(jnp.asarray(asked.times), jnp.asarray(states), values, names))
    about = {"engine": NAME, "seconds": time.perf_counter() - begin, "evaluations": evaluations}
    return Traces(dict(zip(names, found, strict=True)), {"time": asked.times}, about)


Rate = Callable[[float, np.ndarray], np.ndarray]
PATIENCE, ADVANCE = 20_000, 1e-6
"""An integration is given up that has not advanced by this share of the run in so many evaluations of the rate."""


def _compiled(system: DynamicalSystem, values: Values, still: bool = False) -> Rate:
    """The rate of one sample; `still` as if the sources stood still at their values."""
    slopes = slice(len(system.network.drive_names), 2 * len(system.network.drive_names))

    @jax.jit
    def compiled(t: float, y: jax.Array) -> jax.Array:
        drives = system.drives(t, values)
        drives = drives.at[slopes].set(0.0) if still else drives
        return system.network.rate(drives, y[:, None], values)[:, 0]

    return lambda t, y: np.asarray(compiled(t, y))


def _integrated(
    system: DynamicalSystem, rate: Rate, y: np.ndarray, asked: Transient, tolerances: tuple[float, float]
) -> tuple[np.ndarray, int]:
    """The states (states, times), and how often the rate was computed."""
    times, evaluations = asked.times, 0
    ends = [*system.corners(asked.stop), asked.stop]
    rate = _watched(system, rate, asked.stop)
    found = np.empty((len(y), len(times)))
    at = 0.0
    for end in ends:
        inside = (times >= at) & (times <= end)
        marks = np.unique(np.concatenate([times[inside], [end]]))
        done = solve_ivp(rate, (at, end), y, "LSODA", marks, rtol=tolerances[0], atol=tolerances[1], first_step=None)
        evaluations += done.nfev
        if not done.success or not np.all(np.isfinite(done.y)):
            worst = system.states[int(np.argmax(np.abs(rate(at, y))))]
            raise NumericalError(
                f"the integration breaks off between {at:g} and {end:g} s; {worst} moves fastest at {at:g} s"
            )
        found[:, inside] = done.y[:, np.searchsorted(marks, times[inside])]
        y, at = done.y[:, -1], end
    return found, evaluations


def _watched(system: DynamicalSystem, rate: Rate, stop: float) -> Rate:
    """The rate, until it is asked for over and over at the same time."""
    since, count = -np.inf, 0

    def watched(t: float, y: np.ndarray) -> np.ndarray:
        nonlocal since, count
        since, count = (t, 0) if t > since + ADVANCE * stop else (since, count + 1)
        found = rate(t, y)
        if count > PATIENCE:
            worst = system.states[int(np.argmax(np.abs(found)))]
            raise NumericalError(
                f"the integration stands still at {t:g} s, where {worst} moves fastest; a switch or comparator that "
                f"opens what closes it chatters there: slow it down with a capacitor, or {NODAL}"
            )
        return found

    return watched


def _operating_point(system: DynamicalSystem, rate: Rate, y: np.ndarray, most: int = 60) -> np.ndarray:
    """Where the rate is zero at time 0, by Newton's method with differences; nodes with `.ic` stay there."""
    held = {node for node in system.circuit.flatten().initial_conditions if node != GROUND}
    moving = np.array([k for k, name in enumerate(system.states) if name[2:-1] not in held], int)
    if not len(moving):
        return y
    for _ in range(most):
        value = rate(0.0, y)[moving]
        jacobian = np.empty((len(moving), len(moving)))
        for column, k in enumerate(moving):
            nudge = 1e-6 * max(1.0, abs(y[k]))
            shifted = y.copy()
            shifted[k] += nudge
            jacobian[:, column] = (rate(0.0, shifted)[moving] - value) / nudge
        try:
            change = np.linalg.solve(jacobian, -value)
        except np.linalg.LinAlgError:
            break
        if not np.all(np.isfinite(change)):
            break
        y = y.copy()
        y[moving] += change
        if np.all(np.abs(change) <= 1e-10 * np.maximum(1.0, np.abs(y[moving]))):
            return y
    raise NumericalError(
        "no operating point to begin with was found; write uic on the .tran card, with .ic for the start"
    )


def _signals(system: DynamicalSystem) -> tuple[str, ...]:
    """Every node in the deck's order, then every current that is a signal."""
    laws = system.equations.laws
    branches = (*laws.currents, *laws.voltages, *laws.capacitors, *laws.inductors)
    nodes = dict.fromkeys(node for branch in branches for node in (branch.first, branch.second) if node != GROUND)
    return (*(f"v({node})" for node in nodes), *(f"i({branch.element.name})" for branch in laws.currents))
