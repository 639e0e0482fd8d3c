"""Waveforms of sources at a time, as ngspice 39 has them, and the times where they have corners.

sin    vo + va·e^(−(t−td)·theta)·sin(2π·freq·(t−td) + phase)     from td on, before it vo + va·sin(phase)
exp    v1 + (v2−v1)(1−e^(−(t−td1)/tau1)) − (v2−v1)(1−e^(−(t−td2)/tau2))
pulse  v1, rising from td for tr to v2, there for pw, falling for tf, every per
pwl    straight between its points, level before and behind them
sffm   vo + va·sin(2π·fc·t + mdi·sin(2π·fs·t + phases) + phasec)
am     va·(vo + sin(2π·mf·(t−td) + phases))·sin(2π·fc·(t−td) + phases)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import CircuitError
from ...netlist.expression import Expression
from ...netlist.stimulus import Stimulus
from ..formula import Formulas

Values = Sequence[Any]


def wave(stimulus: Stimulus, parameters: Mapping[str, Any], t: Any, source: str) -> Array:
    """The value at time t, in volts or amperes; differentiable in the parameters that its arguments name.

    Raises:
        CircuitError: another waveform, or arguments left out.
    """
    rule = WAVES.get(stimulus.shape or "")
    if rule is None:
        raise CircuitError(f"{source} has the waveform {stimulus.shape}; circuits in time take {', '.join(WAVES)}")
    least = _LEAST.get(stimulus.shape or "", 2)
    if len(stimulus.arguments) < least:
        given = f"{len(stimulus.arguments)} of the {least} arguments of {stimulus.shape}"
        raise CircuitError(f"{source} has {given} that do not follow from the analysis; write them all")
    formulas = Formulas(parameters)
    return rule(t, *(formulas.value(argument) for argument in stimulus.arguments))


def corners(stimulus: Stimulus, stop: float) -> list[float]:
    """The times up to `stop` where the slope jumps; none for arguments that are not numbers."""
    rule = _CORNERS.get(stimulus.shape or "")
    if rule is None or any(isinstance(argument, Expression) for argument in stimulus.arguments):
        return []
    return sorted({time for time in rule(stop, *map(float, stimulus.arguments)) if 0.0 < time < stop})  # type: ignore[arg-type]


def _sine(
    t: Any, offset: Any, amplitude: Any, frequency: Any = 0.0, delay: Any = 0.0, damping: Any = 0.0, phase: Any = 0.0
) -> Array:
    since = jnp.maximum(t - delay, 0.0)
    return offset + amplitude * jnp.exp(-since * damping) * jnp.sin(
        2 * np.pi * frequency * since + jnp.deg2rad(1.0) * phase
    )


def _exponential(t: Any, low: Any, high: Any, rise_delay: Any, rise: Any, fall_delay: Any, fall: Any) -> Array:
    rising = -jnp.expm1(-jnp.maximum(t - rise_delay, 0.0) / rise)
    falling = -jnp.expm1(-jnp.maximum(t - fall_delay, 0.0) / fall)
    return low + (high - low) * (rising - falling)


def _pulse(t: Any, low: Any, high: Any, delay: Any, rise: Any, fall: Any, width: Any, period: Any = 0.0) -> Array:
    since = t - delay
    since = jnp.where((since >= 0) & (period > 0), jnp.mod(since, jnp.where(period > 0, period, 1.0)), since)
    up = jnp.clip(since / rise, 0.0, 1.0)
    down = jnp.clip((since - rise - width) / fall, 0.0, 1.0)
    return low + (high - low) * (up - down)


def _piecewise(t: Any, *points: Any) -> Array:
    times, values = points[::2], points[1::2]
    found = jnp.asarray(values[0], jnp.result_type(t))
    for start, stop, before, after in zip(times, times[1:], values, values[1:], strict=False):
        found = found + (after - before) * jnp.clip((t - start) / (stop - start), 0.0, 1.0)
    return found


def _frequency_modulated(
    t: Any,
    offset: Any,
    amplitude: Any,
    carrier: Any,
    index: Any,
    signal: Any,
    phase: Any = 0.0,
    signal_phase: Any = 0.0,
) -> Array:
    inner = jnp.sin(2 * np.pi * signal * t + jnp.deg2rad(1.0) * signal_phase)
    return offset + amplitude * jnp.sin(2 * np.pi * carrier * t + index * inner + jnp.deg2rad(1.0) * phase)


WAVES: Mapping[str, Callable[..., Array]] = {
    "sin": _sine,
    "exp": _exponential,
    "pulse": _pulse,
    "pwl": _piecewise,
    "sffm": _frequency_modulated,
}


_LEAST = {"pulse": 6, "exp": 6, "sin": 3, "sffm": 5}
"""How many arguments must stand there; ngspice takes the others from the analysis card."""


def _pulse_corners(
    stop: float, low: float, high: float, delay: float, rise: float, fall: float, width: float, period: float = 0.0
) -> list[float]:
    one = np.cumsum([delay, rise, width, fall])
    repeats = int(np.ceil(max(stop - delay, 0.0) / period)) if period > 0.0 else 1
    return [float(corner + k * period) for k in range(repeats) for corner in one]


def _exponential_corners(
    stop: float, low: float, high: float, rise_delay: float, rise: float, fall_delay: float, fall: float
) -> list[float]:
    return [rise_delay, fall_delay]


_CORNERS: Mapping[str, Callable[..., list[float]]] = {
    "pulse": _pulse_corners,
    "exp": _exponential_corners,
    "pwl": lambda stop, *points: list(points[::2]),
    "sin": lambda stop, *arguments: [arguments[3]] if len(arguments) > 3 else [],
}
