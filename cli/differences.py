"""How far apart two answers are: the largest difference of voltages, and of currents, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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

    A value that is not a number differs infinitely. Linear in the number of signals.
    """
    worst, where, scale, lacking = -1.0, "", 0.0, 0
    for name, expected in reference.signals.items():
        if not name.startswith(letter):
            continue
        if name not in traces.signals:
            lacking += 1
            continue
        gap = np.atleast_1d(np.abs(np.asarray(traces.signals[name]) - expected))
        gap = np.where(np.isnan(gap), np.inf, gap)
        scale = max(scale, float(np.max(np.abs(expected), initial=0.0)))
        if gap.size and float(gap.max()) > worst:
            worst, where = float(gap.max()), line(name, int(gap.argmax()), np.shape(expected))
    return Difference(worst, worst / scale if scale else worst, where, lacking) if where else None


def line(name: str, position: int, shape: tuple[int, ...]) -> str:
    """The scalar signal at a flat position of an array signal: `v(h[7])`."""
    index = ",".join(str(part) for part in np.unravel_index(position, shape)) if shape else ""
    return f"{name[:-1]}[{index}])" if index else name
