"""Waveforms of sources at a time and the times of their corners, compiled, exactly as ngspice 39 has them.

pulse  v1; rising from td for tr to v2, there for pw, falling for tf; every per, `number` times (0: without end)
sin    vo + va·e^(−s·theta)·sin(2π·freq·s + phase), s = t − td; before td as at td
exp    v1 + (v2−v1)(1−e^(−(t−td1)/tau1)) from td1 on, − (v2−v1)(1−e^(−(t−td2)/tau2)) too from td2 on
pwl    straight between its points, level before and behind them; behind the last from `repeat` on again
sffm   vo + va·sin(2π·fc·t + phasec + mdi·sin(2π·fs·t + phases))
am     va·(vo + sin(2π·mf·s + phase))·sin(2π·fc·s + phase), s = t − td; 0 before td

A waveform is a row of a flat table, so that loops over time and over dies need nothing else. Phases are in degrees.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from .compiling import LEAN

DIRECT, PULSE, SINE, EXPONENTIAL, PIECEWISE, FREQUENCY_MODULATED, AMPLITUDE_MODULATED = range(7)
"""Codes of the kinds."""

OPERATING_POINT = -1.0
"""The time at which a source has its DC value; a transient, its first operating point too, has waveforms from 0 on."""


class Sources(NamedTuple):
    """All sources of a circuit: numbers `values[start : start + count]` of each kind in the order of its formula.

    Those of a PWL are its delay, the time of the point from which it repeats (−1: never), then t1 v1 t2 v2 ….
    Volts or amperes, seconds, hertz, degrees.
    """

    kind: np.ndarray
    """(sources,) a code of the kinds."""
    start: np.ndarray
    """(sources,)"""
    count: np.ndarray
    """(sources,)"""
    values: np.ndarray
    """(numbers,)"""
    direct: np.ndarray
    """(sources,) the value at the operating point."""


@njit(**LEAN)
def waveform(sources: Sources, source: int, time: float) -> float:
    """The value of one source at a time, in volts or amperes; its DC value at times below zero."""
    kind, first = sources.kind[source], sources.start[source]
    if time < 0.0 or kind == DIRECT:
        return sources.direct[source]
    given = sources.values[first : first + sources.count[source]]
    if kind == PULSE:
        return _pulse(given, time)
    if kind == SINE:
        return _sine(given, time)
    if kind == EXPONENTIAL:
        return _exponential(given, time)
    if kind == PIECEWISE:
        return _piecewise(given, time)
    if kind == FREQUENCY_MODULATED:
        return _frequency_modulated(given, time)
    return _amplitude_modulated(given, time)


@njit(**LEAN)
def next_corner(sources: Sources, source: int, after: float, gap: float) -> float:
    """The first time later than `after + gap` where the value or its slope may jump; infinity when there is none."""
    kind, first = sources.kind[source], sources.start[source]
    given = sources.values[first : first + sources.count[source]]
    if kind == PULSE:
        return _pulse_corner(given, after + gap)
    if kind == PIECEWISE:
        return _piecewise_corner(given, after + gap)
    if kind == EXPONENTIAL:
        first_delay, second_delay = min(given[2], given[4]), max(given[2], given[4])
        return _later(first_delay, after + gap, _later(second_delay, after + gap, math.inf))
    if kind == SINE:
        return _later(given[3], after + gap, math.inf)
    if kind == AMPLITUDE_MODULATED:
        return _later(given[4], after + gap, math.inf)
    return math.inf


@njit(**LEAN)
def next_corner_of_all(sources: Sources, after: float, gap: float) -> float:
    """The first corner of any source later than `after + gap`; infinity when there is none."""
    found = math.inf
    for source in range(len(sources.kind)):
        found = min(found, next_corner(sources, source, after, gap))
    return found


def corners(sources: Sources, source: int, stop: float, gap: float = 0.0) -> list[float]:
    """The corners of one source behind time zero and up to `stop`."""
    found: list[float] = []
    time = next_corner(sources, source, 0.0, gap)
    while time <= stop:
        found.append(time)
        time = next_corner(sources, source, time, gap)
    return found


@njit(**LEAN)
def _later(corner: float, bound: float, otherwise: float) -> float:
    return corner if corner > bound else otherwise


@njit(**LEAN)
def _pulse(given: np.ndarray, time: float) -> float:
    low, high, delay, rise = given[0], given[1], given[2], given[3]
    fall, width, period, number = given[4], given[5], given[6], given[7]
    since = time - delay
    if number > 0.0 and since > number * period:
        return low
    if since > period:
        since -= period * math.floor(since / period)
    if since <= 0.0 or since >= rise + width + fall:
        return low
    if since < rise:
        return low + (high - low) * since / rise
    if since <= rise + width:
        return high
    return high + (low - high) * (since - (rise + width)) / fall


@njit(**LEAN)
def _pulse_corner(given: np.ndarray, bound: float) -> float:
    delay, rise, fall, width, period, number = given[2], given[3], given[4], given[5], given[6], given[7]
    last = delay + number * period if number > 0.0 else math.inf
    cycle = max(math.floor((bound - delay) / period), 0.0)
    for begin in (delay + cycle * period, delay + (cycle + 1.0) * period):
        for edge in (0.0, rise, rise + width, rise + width + fall):
            corner = min(begin + min(edge, period), last)
            if corner > bound:
                return corner
    return math.inf


@njit(**LEAN)
def _sine(given: np.ndarray, time: float) -> float:
    offset, amplitude, frequency, delay, damping = given[0], given[1], given[2], given[3], given[4]
    since = max(time - delay, 0.0)
    angle = 2.0 * math.pi * frequency * since + math.radians(given[5])
    return offset + amplitude * math.sin(angle) * math.exp(-since * damping)


@njit(**LEAN)
def _exponential(given: np.ndarray, time: float) -> float:
    low, high, rise_delay = given[0], given[1], given[2]
    rise, fall_delay, fall = given[3], given[4], given[5]
    if time <= rise_delay:
        return low
    value = low - (high - low) * math.expm1(-(time - rise_delay) / rise)
    if time <= fall_delay:
        return value
    return value + (high - low) * math.expm1(-(time - fall_delay) / fall)


@njit(**LEAN)
def _piecewise(given: np.ndarray, time: float) -> float:
    times, values = given[2::2], given[3::2]
    since = time - given[0]
    if since <= times[0]:
        return values[0]
    if since > times[-1]:
        if given[1] < 0.0:
            return values[-1]
        period = times[-1] - given[1]
        since = given[1] + (since - given[1]) - period * math.floor((since - given[1]) / period)
    after = max(np.searchsorted(times, since), 1)
    before = after - 1
    share = (since - times[before]) / (times[after] - times[before])
    return values[before] + share * (values[after] - values[before])


@njit(**LEAN)
def _piecewise_corner(given: np.ndarray, bound: float) -> float:
    times, shift = given[2::2], given[0]
    last = len(times) - 1
    if given[1] < 0.0:
        return _first_point(times, shift, bound, 0)
    period = times[last] - given[1]
    again = np.searchsorted(times, given[1]) + 1
    repeats = max(math.floor((bound - shift - given[1]) / period), 0.0)
    for repeat in (repeats, repeats + 1.0):
        corner = _first_point(times, shift + repeat * period, bound, again if repeat > 0.0 else 0)
        if corner < math.inf:
            return corner
    return math.inf


@njit(**LEAN)
def _first_point(times: np.ndarray, shift: float, bound: float, least: int) -> float:
    """The first of the shifted times, from number `least` on, that is later than the bound."""
    for point in range(max(np.searchsorted(times, bound - shift) - 1, least), len(times)):
        if shift + times[point] > bound:
            return shift + times[point]
    return math.inf


@njit(**LEAN)
def _frequency_modulated(given: np.ndarray, time: float) -> float:
    offset, amplitude, carrier, index, signal = given[0], given[1], given[2], given[3], given[4]
    inner = index * math.sin(2.0 * math.pi * signal * time + math.radians(given[6]))
    return offset + amplitude * math.sin(2.0 * math.pi * carrier * time + math.radians(given[5]) + inner)


@njit(**LEAN)
def _amplitude_modulated(given: np.ndarray, time: float) -> float:
    amplitude, offset, signal, carrier, delay = given[0], given[1], given[2], given[3], given[4]
    since = time - delay
    if since <= 0.0:
        return 0.0
    angle = math.radians(given[5])
    envelope = offset + math.sin(2.0 * math.pi * signal * since + angle)
    return amplitude * envelope * math.sin(2.0 * math.pi * carrier * since + angle)
