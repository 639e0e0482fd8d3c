"""Lossless lines in time, by the method of characteristics (Branin 1967, doi:10.1109/PROC.1967.6033).

    v₁(t) − Z₀ i₁(t) = w₂(t − T),  w₁ = v₁ + Z₀ i₁,    and the same with 1 and 2 exchanged

A wave is kept at all accepted points. Between them it is a parabola through three points that no corner parts, else a
straight line. Where a wave leaves with a corner, it arrives with one: these are corners of the analysis.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ..compiling import INNER, LEAN
from .problem import Lines, Waves

BENT = 1e-4
"""A corner counts where the change of slope, over the longest step, is more than this share of the waves' range."""


@njit(**INNER)
def add_arriving(unknowns: np.ndarray, arriving: np.ndarray, current: np.ndarray) -> None:
    """Put the arriving waves into the branch laws."""
    for line in range(len(arriving)):
        current[unknowns[line, 4]] -= arriving[line, 0]
        current[unknowns[line, 5]] -= arriving[line, 1]


@njit(**INNER)
def arrive(lines: Lines, waves: Waves, count: int, time: float) -> None:
    """The waves that arrive at a time, not more than the shortest delay behind the newest of `count` points."""
    for line in range(len(lines.delay)):
        for end in range(2):
            waves.arriving[line, end] = _sent(waves, count, line, 1 - end, time - lines.delay[line])


@njit(**INNER)
def _sent(waves: Waves, count: int, line: int, end: int, when: float) -> float:
    """What a port sent at a time."""
    times, sent, kinks = waves.times, waves.sent, waves.kinks
    if when <= times[0]:
        return sent[0, line, end]
    after = min(np.searchsorted(times[:count], when), count - 1)
    before = after - 1
    third = -1
    if after + 1 < count and not kinks[after, line, end]:
        third = after + 1
    elif before > 0 and not kinks[before, line, end]:
        third = before - 1
    slope = (sent[after, line, end] - sent[before, line, end]) / (times[after] - times[before])
    value = sent[before, line, end] + slope * (when - times[before])
    if third < 0:
        return value
    other = (sent[third, line, end] - sent[before, line, end]) / (times[third] - times[before])
    bend = (other - slope) / (times[third] - times[after])
    return value + bend * (when - times[before]) * (when - times[after])


@njit(**LEAN)
def wave(lines: Lines, x: np.ndarray, line: int, end: int) -> float:
    """v + Z₀ i of one port, i into the line."""
    plus, minus = lines.unknowns[line, 2 * end], lines.unknowns[line, 2 * end + 1]
    value = lines.impedance[line] * x[lines.unknowns[line, 4 + end]]
    if plus >= 0:
        value += x[plus]
    if minus >= 0:
        value -= x[minus]
    return value


@njit(**INNER)
def send(lines: Lines, waves: Waves, at: int, time: float, x: np.ndarray, corner: bool, longest_step: float) -> None:
    """Keep as number `at` the waves of an accepted point; `corner`: whether the one before it may have bent them."""
    waves.times[at] = time
    for line in range(len(lines.delay)):
        for end in range(2):
            new = wave(lines, x, line, end)
            waves.sent[at, line, end] = new
            waves.kinks[at, line, end] = False
            waves.span[line, end, 0] = min(waves.span[line, end, 0], new)
            waves.span[line, end, 1] = max(waves.span[line, end, 1], new)
            if corner:
                _mark(waves, line, end, at, longest_step)


@njit(**INNER)
def _mark(waves: Waves, line: int, end: int, at: int, longest_step: float) -> None:
    """Mark the corner before the newest point, which was reached by the short step behind it, if the wave has one."""
    times, sent, kinks = waves.times, waves.sent, waves.kinks
    swing = waves.span[line, end, 1] - waves.span[line, end, 0]
    jump = sent[at, line, end] - sent[at - 1, line, end]
    here = jump / (times[at] - times[at - 1])
    before = (sent[at - 1, line, end] - sent[at - 2, line, end]) / (times[at - 1] - times[at - 2])
    if at >= 3 and not kinks[at - 2, line, end]:
        earlier = (sent[at - 2, line, end] - sent[at - 3, line, end]) / (times[at - 2] - times[at - 3])
        before += (before - earlier) * (times[at - 1] - times[at - 2]) / (times[at - 1] - times[at - 3])
    kinks[at - 1, line, end] = abs(here - before) * longest_step > BENT * swing
    kinks[at, line, end] = abs(jump) > BENT * swing


@njit(**INNER)
def next_arrival(lines: Lines, waves: Waves, count: int, after: float) -> float:
    """The first time later than `after` at which a corner arrives; infinity when none is under way."""
    found = math.inf
    for line in range(len(lines.delay)):
        delay = lines.delay[line]
        for point in range(np.searchsorted(waves.times[:count], after - delay), count):
            arrival = waves.times[point] + delay
            bent = waves.kinks[point, line, 0] or waves.kinks[point, line, 1]
            if arrival > after and (bent or arrival >= found):
                found = min(found, arrival)
                break
    return found


@njit(**INNER)
def forget(waves: Waves, count: int, before: float) -> int:
    """Drop the points before a time, all but two of them; how many are left."""
    first = max(np.searchsorted(waves.times[:count], before) - 2, 0)
    for point in range(first, count):
        waves.times[point - first] = waves.times[point]
        for line in range(waves.sent.shape[1]):
            for end in range(2):
                waves.sent[point - first, line, end] = waves.sent[point, line, end]
                waves.kinks[point - first, line, end] = waves.kinks[point, line, end]
    return int(count - first)
