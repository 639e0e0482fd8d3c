"""Two answers over time, compared: both on one grid of times, by linear interpolation between their own points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ..netlist.errors import SpiceError
from ..netlist.traces import Traces
from .compare import Difference, compare

TIME = "time"
_ROUNDING = 1e-9
"""How far behind an answer's last point a time may lie, as a share of the whole: analyses end a rounding early."""


def on_grid(traces: Traces, times: np.ndarray) -> Traces:
    """The traces at other times in seconds, linear between their points. Linear in the numbers of points.

    Raises:
        SpiceError: an answer without a time axis or with fewer than two points, or times outside of it.
    """
    if TIME not in traces.axes:
        raise SpiceError(f"the answer runs over {', '.join(traces.axes) or 'nothing'}, not over time; give a transient")
    here, times = np.asarray(traces.axes[TIME]), np.asarray(times, dtype=float)
    if len(here) < 2 or not len(times):
        raise SpiceError(
            f"{len(here)} points cannot be read at {len(times)} times; give two points and a time at least"
        )
    slack = _ROUNDING * float(here[-1] - here[0])
    if times.min() < here[0] - slack or times.max() > here[-1] + slack:
        raise SpiceError(
            f"the answer runs from {here[0]:g} to {here[-1]:g} s, and is asked for at {times.min():g} to "
            f"{times.max():g} s; compare what both have"
        )
    axis = list(traces.axes).index(TIME)
    place = np.clip(np.searchsorted(here, times, side="right") - 1, 0, len(here) - 2)
    width = here[place + 1] - here[place]
    share = np.clip((times - here[place]) / np.where(width > 0.0, width, 1.0), 0.0, 1.0)
    signals = {name: _between(np.asarray(signal), place, share, axis) for name, signal in traces.signals.items()}
    return Traces(signals, {**traces.axes, TIME: times}, traces.about)


def since(traces: Traces, times: np.ndarray) -> Traces:
    """ngspice's answer from `times[0]` on: with `uic` its first point lies a first small step behind that. The line
    through its first two points is followed back to it, as long as `times[1]` lies later."""
    own, times = np.asarray(traces.axes[TIME]), np.asarray(times, dtype=float)
    if len(times) < 2 or len(own) < 2 or not times[0] < own[0] < times[1]:
        return traces
    axis, share = list(traces.axes).index(TIME), (own[0] - times[0]) / (own[1] - own[0])
    signals = {name: _with_first(np.asarray(signal), axis, share) for name, signal in traces.signals.items()}
    return Traces(signals, {**traces.axes, TIME: np.concatenate([times[:1], own])}, traces.about)


def _with_first(signal: np.ndarray, axis: int, share: float) -> np.ndarray:
    first, second = (np.take(signal, [place], axis=axis) for place in (0, 1))
    return np.concatenate([first - share * (second - first), signal], axis=axis)


def _between(signal: np.ndarray, place: np.ndarray, share: np.ndarray, axis: int) -> np.ndarray:
    before, after = np.take(signal, place, axis=axis), np.take(signal, place + 1, axis=axis)
    weight = share.reshape(-1, *(1,) * (signal.ndim - axis - 1))
    return before + weight * (after - before)


def compare_over_time(
    expected: Traces,
    measured: Traces,
    signals: Iterable[str] | None = None,
    scales: Mapping[str, float] | None = None,
    times: np.ndarray | None = None,
) -> tuple[Difference, ...]:
    """The differences of two transients, see `compare`, at `times` or at the expected points that both reach.

    Raises:
        SpiceError: no common time or signal, or other axes besides time that differ.
    """
    if times is None:
        first, last = _overlap(expected, measured)
        points = np.asarray(expected.axes[TIME])
        times = np.unique(np.concatenate([points[(points > first) & (points < last)], [first, last]]))
    return compare(on_grid(expected, times), on_grid(measured, times), signals, scales)


def _overlap(expected: Traces, measured: Traces) -> tuple[float, float]:
    """The first and the last time that both answers reach."""
    for each in (expected, measured):
        if TIME not in each.axes or len(each.axes[TIME]) < 2:
            raise SpiceError(f"an answer over {', '.join(each.axes) or 'nothing'} is no transient; run .tran in both")
    first = max(float(each.axes[TIME][0]) for each in (expected, measured))
    last = min(float(each.axes[TIME][-1]) for each in (expected, measured))
    if not first < last:
        raise SpiceError(f"the answers have no time in common: one begins at {first:g} s, one ends at {last:g} s")
    return first, last
