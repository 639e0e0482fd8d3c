"""Waveforms by their numbers: derivatives of what a source gives at a time, for the numbers that move no corner."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numba import njit

from ....netlist.element import Element
from ....netlist.stimulus import WAVEFORMS, Stimulus
from ...kernels import Kernel, call_kernel, compile_kernel
from ..compiling import LEAN
from ..waveforms import (
    AMPLITUDE_MODULATED,
    EXPONENTIAL,
    FREQUENCY_MODULATED,
    PIECEWISE,
    PULSE,
    SINE,
    Sources,
    waveform,
)

MOVABLE: Mapping[str, Mapping[str, int]] = {
    "pulse": {"v1": 0, "v2": 1},
    "sin": {"vo": 0, "va": 1, "freq": 2, "theta": 4, "phase": 5},
    "exp": {"v1": 0, "v2": 1, "tau1": 3, "tau2": 5},
    "sffm": {"vo": 0, "va": 1, "fc": 2, "mdi": 3, "fs": 4, "phasec": 5, "phases": 6},
    "am": {"va": 0, "vo": 1, "mf": 2, "fc": 3},
}
"""Places, among a waveform's numbers, of those that have a derivative: delays and edges move the corners between which
steps are taken."""


def shape_numbers(element: Element) -> dict[str, int]:
    """Names and places, among its source's numbers, of what a source's card gives: `va`; `v1`, `v2`, … of a PWL."""
    value = element.value
    if not isinstance(value, Stimulus) or value.shape is None:
        return {}
    if value.shape == "pwl":
        return {f"v{k + 1}": 3 + 2 * k for k in range(len(value.arguments) // 2)}
    given = WAVEFORMS[value.shape].arguments[: len(value.arguments)]
    return {name: place for name, place in MOVABLE.get(value.shape, {}).items() if name in given}


def pull_shape(sources: Sources, source: int, times: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Σ weight ∂w(time)/∂number over times (points,), for all numbers of a source's waveform."""
    kind, first, count = (int(each[source]) for each in (sources.kind, sources.start, sources.count))
    given = np.ascontiguousarray(sources.values[first : first + count])
    found = np.zeros(count)
    if kind == PIECEWISE:
        _pull_points(sources._replace(values=sources.values.copy()), source, times, weights, found)
    elif kind in _FORMULAS:
        _pull_formula(_kernel(kind, count).address, given, times, weights, np.zeros(count), found)
    return found


@njit(**LEAN)
def _pull_points(unit: Sources, source: int, times: np.ndarray, weights: np.ndarray, found: np.ndarray) -> None:
    """Of a PWL: it is linear in its values, so each one's derivative is the waveform with 1 there and 0 elsewhere.
    `unit` is the sources' table, of which the values are written."""
    first = unit.start[source]
    for place in range(3, len(found), 2):
        for other in range(3, len(found), 2):
            unit.values[first + other] = 1.0 if other == place else 0.0
        for k in range(len(times)):
            if weights[k] != 0.0:
                found[place] += weights[k] * waveform(unit, source, times[k])


@njit(**LEAN)
def _pull_formula(
    address: int, given: np.ndarray, times: np.ndarray, weights: np.ndarray, out: np.ndarray, found: np.ndarray
) -> None:
    for k in range(len(times)):
        if weights[k] != 0.0:
            call_kernel(address, times, k, given, 0, out, 0)
            for place in range(len(found)):
                found[place] += weights[k] * out[place]


@functools.lru_cache(maxsize=64)
def _kernel(kind: int, count: int) -> Kernel:
    """(time), numbers -> derivatives by the numbers."""
    formula = _FORMULAS[kind]

    def slopes(time: Sequence[Any], numbers: Sequence[Any]) -> list[Any]:
        return list(jax.grad(lambda moved: formula(moved, time[0]))(tuple(numbers)))

    return compile_kernel(slopes, (1, count))


def _pulse(given: Sequence[Any], time: Any) -> Any:
    low, high, delay, rise, fall, width, period, number = given
    since = time - delay
    last = (number > 0.0) & (since > number * period)
    within = jnp.where(since > period, since - period * jnp.floor(since / period), since)
    up, down = within / rise, (rise + width + fall - within) / fall
    share = jnp.clip(jnp.minimum(up, down), 0.0, 1.0)
    return low + (high - low) * jax.lax.stop_gradient(jnp.where(last, 0.0, share))


def _sine(given: Sequence[Any], time: Any) -> Any:
    offset, amplitude, frequency, delay, damping, phase = given
    since = jnp.maximum(time - delay, 0.0)
    angle = 2.0 * math.pi * frequency * since + phase * (math.pi / 180.0)
    return offset + amplitude * jnp.sin(angle) * jnp.exp(-since * damping)


def _exponential(given: Sequence[Any], time: Any) -> Any:
    low, high, first, rise, second, fall = given
    up = -jnp.expm1(-jnp.maximum(time - first, 0.0) / rise)
    down = -jnp.expm1(-jnp.maximum(time - second, 0.0) / fall)
    return low + (high - low) * (up - down)


def _frequency_modulated(given: Sequence[Any], time: Any) -> Any:
    offset, amplitude, carrier, index, signal, first, second = given
    inner = index * jnp.sin(2.0 * math.pi * signal * time + second * (math.pi / 180.0))
    return offset + amplitude * jnp.sin(2.0 * math.pi * carrier * time + first * (math.pi / 180.0) + inner)


def _amplitude_modulated(given: Sequence[Any], time: Any) -> Any:
    amplitude, offset, signal, carrier, delay, phase = given
    since, angle = time - delay, phase * (math.pi / 180.0)
    envelope = offset + jnp.sin(2.0 * math.pi * signal * since + angle)
    value = amplitude * envelope * jnp.sin(2.0 * math.pi * carrier * since + angle)
    return jnp.where(since <= 0.0, 0.0, value)


_FORMULAS: Mapping[int, Callable[[Sequence[Any], Any], Any]] = {
    PULSE: _pulse,
    SINE: _sine,
    EXPONENTIAL: _exponential,
    FREQUENCY_MODULATED: _frequency_modulated,
    AMPLITUDE_MODULATED: _amplitude_modulated,
}
