"""A monotone piecewise-linear current i(v), given by the points where its segments meet.

The outermost segments go on beyond the outermost points. Points with the same voltage make a vertical segment, which
holds the voltage; points with the same current a flat one, which limits the current.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import CircuitError

_ROUNDING = 1e-12


class Knee(NamedTuple):
    """Where a segment of slope `inner` meets one of slope `outer` (siemens, infinite where vertical)."""

    volts: float
    amperes: float
    inner: float
    outer: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The points (volts, amperes) of a curve, in rising order.

    Raises:
        CircuitError: fewer than two points, not as many currents as voltages, a point that falls or stands twice, a
            curve that is an open branch or a voltage source all along.
    """

    volts: tuple[float, ...]
    amperes: tuple[float, ...]

    def __post_init__(self) -> None:
        volts, amperes = self.volts, self.amperes
        if len(volts) != len(amperes) or len(volts) < 2:
            raise CircuitError(
                f"v= has {len(volts)} and i= has {len(amperes)} numbers; give a current to each of two or more voltages"
            )
        for (v, i), (next_v, next_i) in zip(self._points(), self._points()[1:], strict=False):
            if next_v < v or next_i < i:
                raise CircuitError(
                    f"the curve falls from {i:g} A at {v:g} V to {next_i:g} A at {next_v:g} V; "
                    f"give points whose voltage and current both rise or stay"
                )
            if (v, i) == (next_v, next_i):
                raise CircuitError(f"the point {i:g} A at {v:g} V stands twice; keep one")
        if volts[0] == volts[-1] or amperes[0] == amperes[-1]:
            what = "voltage" if volts[0] == volts[-1] else "current"
            raise CircuitError(f"the curve has one {what} all along; write a {what} source instead")

    def _points(self) -> list[tuple[float, float]]:
        return list(zip(self.volts, self.amperes, strict=True))

    def slopes(self) -> list[float]:
        """The slope of every segment, siemens; infinite where it is vertical."""
        steps = zip(self._points(), self._points()[1:], strict=False)
        return [(j - i) / (w - v) if w > v else math.inf for (v, i), (w, j) in steps]

    def base(self) -> int:
        """The segment to begin with: one of finite slope, through the origin if there is one, else a flat one."""
        slopes = self.slopes()

        def rank(k: int) -> int:
            if not 0.0 < slopes[k] < math.inf:
                return 3 if slopes[k] else 2
            return 1 if self.offset(k) else 0

        return min(range(len(slopes)), key=rank)

    def offset(self, segment: int) -> float:
        """Where the line of a segment of positive finite slope has no current, volts; 0 but for rounding is 0."""
        volts = self.volts[segment] - self.amperes[segment] / self.slopes()[segment]
        return 0.0 if abs(volts) <= _ROUNDING * max(map(abs, self.volts)) else volts

    def above(self) -> Iterator[Knee]:
        """The knees above the base, from the base outwards; those where nothing turns are left out."""
        base, slopes = self.base(), self.slopes()
        return self._knees(slopes[base], [(k, slopes[k]) for k in range(base + 1, len(slopes))])

    def below(self) -> Iterator[Knee]:
        """The knees below the base, from the base outwards."""
        base, slopes = self.base(), self.slopes()
        return self._knees(slopes[base], [(k, slopes[k - 1]) for k in range(base, 0, -1)])

    def _knees(self, inner: float, turns: list[tuple[int, float]]) -> Iterator[Knee]:
        for point, outer in turns:
            # equal slopes differ by rounding, and the difference would be a resistor of no meaning
            if not math.isclose(inner, outer, rel_tol=_ROUNDING):
                yield Knee(self.volts[point], self.amperes[point], inner, outer)
                inner = outer

    def current(self, voltage: float) -> float:
        """The current in amperes at a voltage in volts.

        Raises CircuitError on a vertical segment, where the voltage does not say the current.
        """
        slopes = self.slopes()
        k = sum(voltage > v for v in self.volts[1:-1])
        if slopes[k] == math.inf or (self.volts.count(voltage) > 1):
            raise CircuitError("the segment is vertical, so that its voltage does not say its current")
        return self.amperes[k] + slopes[k] * (voltage - self.volts[k])
