"""How far apart two answers are: the largest difference of voltages, and of currents, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..netlist.bus import split_index

if TYPE_CHECKING:
    from ..netlist import Traces


@dataclass(frozen=True)
class Difference:
    """The largest difference of one kind of signal, in volts or amperes and as a share of the reference's largest
    signal of that kind; the scalar signal where it stands; how many of the reference's signals the other lacks."""

    absolute: float
    relative: float
    signal: str
    lacking: int


def difference(traces: Traces, reference: Traces, letter: str) -> Difference | None:
    """The largest difference among the signals that begin with `letter`, `v` or `i`; None where they share none.

    A value that is not a number differs infinitely; nodes whose voltage the circuit leaves open (`undetermined` of the
    reference) do not count. Linear in the number of signals.
    """
    worst, where, scale, lacking = -1.0, "", 0.0, 0
    open_lines = [split_index(f"v({node})") for node in _undetermined(reference)]
    for name, expected in reference.signals.items():
        if not name.startswith(letter):
            continue
        if name not in traces.signals:
            lacking += 1
            continue
        gap = np.array(np.abs(np.asarray(traces.signals[name]) - expected), dtype=float)
        gap[np.isnan(gap)] = np.inf
        for line in open_lines:
            if line[0] == name:
                gap[line[1]] = 0.0
        scale = max(scale, float(np.max(np.abs(expected), initial=0.0)))
        if gap.size and float(gap.max()) > worst:
            worst, where = float(gap.max()), _line(name, int(gap.argmax()), gap.shape, reference)
    return Difference(worst, worst / scale if scale else worst, where, lacking) if where else None


def _undetermined(traces: Traces) -> Sequence[str]:
    found = traces.about.get("undetermined", ())
    return found if isinstance(found, list | tuple) else ()


def _line(name: str, position: int, shape: tuple[int, ...], reference: Traces) -> str:
    """The scalar signal at a flat position of a signal: `v(h[7])`, or over time `v(out) at 1.2e-09 s`."""
    place = np.unravel_index(position, shape) if shape else ()
    depth = len(reference.axes)
    index = ",".join(str(part) for part in place[depth:])
    line = f"{name[:-1]}[{index}])" if index else name
    if "time" not in reference.axes:
        return line
    return f"{line} at {reference.axes['time'][place[list(reference.axes).index('time')]]:.4g} s"
