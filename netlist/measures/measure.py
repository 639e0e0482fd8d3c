"""The kinds of measures, each with its value in an answer.

Every kind has one method, `value`, over a `Sight`: the answer as measures see it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..circuit import Card
from ..errors import CircuitError
from ..evaluation import Evaluator
from ..expression import Expression
from ..traces import Traces
from .crossing import Edge, crossings
from .probe import Probe
from .waveform import STATISTICS, Waveform

LAST = -1
"""The count that means the last crossing."""


@dataclass(frozen=True, eq=False)
class Sight:
    """An answer over one axis, and the numbers that expressions know: parameters and earlier measures."""

    traces: Traces
    known: Mapping[str, float]

    @property
    def axis(self) -> np.ndarray:
        """The axis's places, as the answer has them."""
        (axis,) = self.traces.axes.values()
        return np.asarray(axis, dtype=float)

    def values(self, probe: Probe) -> np.ndarray:
        """A signal over the axis."""
        return probe.numbers(self.traces, self.known)

    def waveform(self, probe: Probe) -> Waveform:
        """A signal over the axis in increasing order: a sweep may run downwards."""
        order = slice(None, None, -1) if self.axis[0] > self.axis[-1] else slice(None)
        return Waveform(self.axis[order], self.values(probe)[order])


class AbstractMeasure(ABC):
    """What is measured."""

    @abstractmethod
    def value(self, sight: Sight) -> float:
        """The number. Raises CircuitError where the answer does not have it: nothing crosses, an empty window."""


@dataclass(frozen=True)
class At:
    """A place that the card names."""

    place: float

    def found(self, sight: Sight) -> float:
        """The place itself."""
        return self.place


@dataclass(frozen=True)
class Crossing:
    """The place where a signal goes through a number or another signal: the `count`-th of its edges, or the last.

    What lies before `delay` or outside of `start` to `stop` does not count.
    """

    left: Probe
    right: Probe | None = None
    level: float = 0.0
    edge: Edge = "cross"
    count: int = 1
    delay: float | None = None
    start: float | None = None
    stop: float | None = None

    def found(self, sight: Sight) -> float:
        """The place on the axis."""
        level = sight.values(self.left) - (self.level if self.right is None else sight.values(self.right))
        axis = sight.axis
        bounds = [bound for bound in (self.delay, self.start) if bound is not None]
        inside = axis >= max(bounds) if bounds else np.ones(len(axis), dtype=bool)
        inside &= True if self.stop is None else axis <= self.stop
        places = crossings(axis[inside], level[inside], self.edge)
        if len(places) < max(self.count, 1):
            raise CircuitError(f"{self._text} {_times(len(places))}, and is asked for {_which(self.count)}")
        return float(places[self.count - 1 if self.count > 0 else -1])

    @property
    def _text(self) -> str:
        other = f"{self.level:g}" if self.right is None else self.right.text
        return f"{self.left.text} {_VERBS[self.edge]} {other}"


_VERBS: Mapping[str, str] = {"rise": "rises through", "fall": "falls through", "cross": "crosses"}


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _which(count: int) -> str:
    return "the last time" if count == LAST else f"time {count}"


@dataclass(frozen=True)
class Delay(AbstractMeasure):
    """From one place to another: `trig … targ …`."""

    trigger: At | Crossing
    target: At | Crossing

    def value(self, sight: Sight) -> float:
        """Target less trigger."""
        return self.target.found(sight) - self.trigger.found(sight)


@dataclass(frozen=True)
class When(AbstractMeasure):
    """A place itself: `when v(a)=1`."""

    place: Crossing

    def value(self, sight: Sight) -> float:
        """The place on the axis."""
        return self.place.found(sight)


@dataclass(frozen=True)
class Find(AbstractMeasure):
    """A signal, or its `slope`, at a place: `find v(a) at=1u`, `find v(a) when v(b)=1`, `deriv v(a) at=1u`."""

    probe: Probe
    place: At | Crossing
    slope: bool = False

    def value(self, sight: Sight) -> float:
        """The value there."""
        wave, place = sight.waveform(self.probe), self.place.found(sight)
        found = wave.slope(place) if self.slope else wave.at(place)
        if np.isnan(found):
            raise CircuitError(f"{self.probe.text} is not known at {place:g}; the answer ends at {wave.x[-1]:g}")
        return found


@dataclass(frozen=True)
class Statistic(AbstractMeasure):
    """What one number says of a window: `avg v(a) from=1u to=2u`; `word` is one of `STATISTICS`."""

    word: str
    probe: Probe
    start: float | None = None
    stop: float | None = None

    def value(self, sight: Sight) -> float:
        """The statistic of the window."""
        wave = sight.waveform(self.probe).between(self.start, self.stop)
        if not len(wave.x):
            raise CircuitError(f"the answer has nothing of {self.probe.text} between from= and to=")
        return STATISTICS[self.word](wave)


@dataclass(frozen=True)
class Formula(AbstractMeasure):
    """An expression of parameters and of measures before it: `param='a/b'`."""

    expression: Expression

    def value(self, sight: Sight) -> float:
        """Its value."""
        return Evaluator(sight.known)(self.expression)


@dataclass(frozen=True)
class Measure:
    """A `.measure` card: its result's name, the keyword of its analysis, what it measures."""

    name: str
    analysis: str
    what: AbstractMeasure
    card: Card = field(compare=False)
