"""The worst difference of two waveforms, read at our own times.

ngspice's points lie densely, ours as far apart as our steps; so ours are never interpolated, ngspice's are, linearly.
A value of ours is compared with all that ngspice's waveform goes through within a ten-thousandth of the whole time,
before and behind: where an edge is steep its moment is judged, where it is not its height.
"""

from __future__ import annotations

import numpy as np

from ...netlist import Traces
from ...netlist.errors import CircuitError
from .gap import Gap, common, worst
from .tolerances import LEAST_SWING

SMALL = 1e-3
"""The share of the largest swing of its kind that a waveform is at least judged by."""

STEADY = 1e-2
"""The share of its largest value that a waveform is at least judged by: a ripple on a supply is known less well."""

MOMENT = 1e-4
"""The share of the whole time by which the moments of two answers may differ."""

_ROUNDING = 1e-9


def gap_over_time(ours: Traces, reference: Traces) -> Gap:
    """The worst difference of two transients.

    Raises:
        CircuitError: answers without a time axis, without a common time, or without a common signal.
    """
    times, dense = (np.asarray(each.axes.get("time", ()), dtype=float) for each in (ours, reference))
    if len(times) < 2 or len(dense) < 2:
        raise CircuitError(f"our transient has {len(times)} times, ngspice's has {len(dense)}")
    whole = dense[-1] - dense[0]
    inside = (times >= dense[0] - _ROUNDING * whole) & (times <= dense[-1] + _ROUNDING * whole)
    if not inside.any() or times[-1] < dense[-1] - MOMENT * whole:
        raise CircuitError(f"our transient ends at {times[-1]:g} s, ngspice's at {dense[-1]:g} s")
    pairs, lacking = common(ours, reference)
    swings = {name: float(np.ptp(theirs)) for name, _, theirs in pairs}
    widest = {kind: max((swing for name, swing in swings.items() if name[0] == kind), default=0.0) for kind in "vi"}
    differences = {}
    for name, mine, theirs in pairs:
        least = max(LEAST_SWING[name[0]], SMALL * widest[name[0]], STEADY * float(np.max(np.abs(theirs))))
        apart = distance(times[inside], mine[inside], dense, theirs, MOMENT * whole)
        differences[name] = (apart, np.asarray(max(swings[name], least)))
    return worst(differences, lacking, lambda place: f"{times[inside][place]:.4g} s")


def distance(times: np.ndarray, mine: np.ndarray, dense: np.ndarray, theirs: np.ndarray, moment: float) -> np.ndarray:
    """How far our values at `times` lie from what `theirs` over `dense` goes through within `moment`, [times]."""
    begin, end = times - moment, times + moment
    edges = np.interp(begin, dense, theirs), np.interp(end, dense, theirs)
    low, high = np.minimum(*edges), np.maximum(*edges)
    first, last = np.searchsorted(dense, begin), np.searchsorted(dense, end, side="right")
    for place in np.flatnonzero(last > first):
        inner = theirs[first[place] : last[place]]
        low[place], high[place] = min(low[place], inner.min()), max(high[place], inner.max())
    apart = np.maximum(np.maximum(low - mine, mine - high), 0.0)
    return np.where(np.isnan(apart), np.inf, apart)
