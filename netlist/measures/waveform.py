"""A window of a waveform, and what it holds: exact for the straight lines between its points, ends interpolated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Waveform:
    """Values `y` over increasing places `x`, both [points]."""

    x: np.ndarray
    y: np.ndarray

    def between(self, start: float | None, stop: float | None) -> Waveform:
        """The part from `start` to `stop`, with interpolated points at both; None is where the waveform begins or ends.

        Empty where the two have nothing in common.
        """
        low = self.x[0] if start is None else max(start, float(self.x[0]))
        high = self.x[-1] if stop is None else min(stop, float(self.x[-1]))
        if not low <= high:
            return Waveform(self.x[:0], self.y[:0])
        inner = (self.x > low) & (self.x < high)
        x = np.concatenate([[low], self.x[inner], [high] if high > low else []])
        return Waveform(x, np.interp(x, self.x, self.y))

    def at(self, place: float) -> float:
        """The value at a place, NaN outside."""
        return float(np.interp(place, self.x, self.y, left=np.nan, right=np.nan))

    def slope(self, place: float) -> float:
        """The derivative at a place: that of the parabola through the three points nearest to it; NaN outside."""
        if len(self.x) < 3 or not self.x[0] <= place <= self.x[-1]:
            return float("nan")
        first = int(np.clip(np.searchsorted(self.x, place) - 2, 0, len(self.x) - 3))
        if first + 3 < len(self.x) and self.x[first + 3] - place < place - self.x[first]:
            first += 1
        x, y = self.x[first : first + 3] - place, self.y[first : first + 3]
        chords = np.diff(y) / np.diff(x)
        bend = (chords[1] - chords[0]) / (x[2] - x[0])
        return float(chords[0] - bend * (x[0] + x[1]))


def integral(wave: Waveform) -> float:
    """∫ y dx."""
    return float(np.sum(np.diff(wave.x) * (wave.y[1:] + wave.y[:-1])) / 2.0)


def average(wave: Waveform) -> float:
    """The integral over its length; of one point its value."""
    return integral(wave) / _length(wave) if _length(wave) > 0.0 else float(wave.y[0])


def root_mean_square(wave: Waveform) -> float:
    """√(∫ y² dx / length): on a straight line from a to b the mean of y² is (a² + ab + b²)/3."""
    if _length(wave) <= 0.0:
        return abs(float(wave.y[0]))
    first, second = wave.y[:-1], wave.y[1:]
    squares = np.diff(wave.x) * (first**2 + first * second + second**2) / 3.0
    return float(np.sqrt(np.sum(squares) / _length(wave)))


def _length(wave: Waveform) -> float:
    return float(wave.x[-1] - wave.x[0])


STATISTICS: Mapping[str, Callable[[Waveform], float]] = {
    "avg": average,
    "rms": root_mean_square,
    "integ": integral,
    "integral": integral,
    "min": lambda wave: float(np.min(wave.y)),
    "max": lambda wave: float(np.max(wave.y)),
    "pp": lambda wave: float(np.ptp(wave.y)),
    "min_at": lambda wave: float(wave.x[np.argmin(wave.y)]),
    "max_at": lambda wave: float(wave.x[np.argmax(wave.y)]),
}
"""What one number says of a window, by its word on the card."""
