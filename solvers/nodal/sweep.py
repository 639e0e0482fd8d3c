"""`.dc`: operating points over the values of one or two sources, resistors, or the temperature.

Along the fastest of them each point begins at its neighbour, with its switches' states, so that hysteresis shows; a new
row begins as an operating point does, as in ngspice.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...netlist.circuit import Card, Circuit
from ...netlist.errors import NumericalError
from ...netlist.gathering import gathered
from ...netlist.traces import Traces
from .cards import Swept, only_card, sweeps
from .following import follow
from .knobs import Knobs
from .operating import MOST, Point, about
from .signals import Signals


def dc_sweep(circuit: Circuit, card: Card | None = None) -> Traces:
    """All signals over the swept values; axes by the swept names, the slowest first.

    A sweep of sources costs a Newton's method a point, in one compiled loop; a temperature or a resistance has its
    numbers computed anew besides.

    The card is that of the deck where none is given.

    Raises:
        CircuitError: a card that cannot be read, or sweeps what cannot be swept.
        NumericalError: a point without a solution; names its values.
    """
    begin = time.perf_counter()
    card = card or only_card(circuit, "dc")
    swept = sweeps(card)
    knobs = Knobs(circuit, card, {each.name: float(each.values[0]) for each in reversed(swept)})
    rows = _Rows(knobs, swept[0], Signals.of(knobs.network))
    slow = swept[1:]
    for outer in itertools.product(*(each.values for each in slow)):
        for each, value in zip(slow, outer, strict=True):
            knobs.turn(each.name, value)
        rows.solve({each.name: value for each, value in zip(slow, outer, strict=True)})
    axes = {each.name: each.values for each in reversed(swept)}
    signals = gathered(rows.signals(tuple(map(len, axes.values()))), circuit)
    return Traces(signals, axes, about(knobs.network, rows.summary(), begin))


@dataclass
class _Rows:
    """Rows of points along the fastest sweep, one after the other, and what they needed."""

    knobs: Knobs
    swept: Swept
    reader: Signals
    parts: list[dict[str, np.ndarray]] = field(default_factory=list)
    steps: int = 0
    residual: float = 0.0
    worst: str = ""
    homotopies: dict[str, None] = field(default_factory=dict)

    def solve(self, others: dict[str, float]) -> None:
        """One row, with the others' values for messages."""
        if self.knobs.source(self.swept.name) is None:
            self._numbers(others)
        else:
            self._sources(others)

    def _sources(self, others: dict[str, float]) -> None:
        """A row of a source's values: compiled, but for points that Newton's method does not reach from the last."""
        place = self.knobs.source(self.swept.name)
        values = np.tile(self.knobs.sources, (len(self.swept.values), 1))
        values[:, place] = self.swept.values
        found = np.zeros((len(values), self.knobs.network.size))
        states = np.zeros((len(values), len(self.knobs.network.switches.controls)))
        point, done = None, 0
        while done < len(values):
            point = self._point(values[done], point, {**others, self.swept.name: self.swept.values[done]})
            found[done], states[done] = point.x, point.closed
            done += 1
            done += self._follow(point, values[done:], found[done:], states[done:])
        self.parts.append(self.reader.over(self.knobs.solver, found, values, states))

    def _follow(self, point: Point, values: np.ndarray, found: np.ndarray, states: np.ndarray) -> int:
        """Points that follow from one; how many were reached. `point` becomes the last."""
        solver = self.knobs.solver
        conditions = solver.conditions(self.knobs.sources)
        reached, steps, residual, worst = follow(
            solver.equations, conditions, solver.plan, solver.factors, solver.work,
            point.closed, point.x, values, found, states, MOST,
        )  # fmt: skip
        self._count(steps, residual, solver.network.unknowns[worst])
        return reached

    def _numbers(self, others: dict[str, float]) -> None:
        """A row of temperatures or resistances: point by point."""
        point = None
        for value in self.swept.values:
            self.knobs.turn(self.swept.name, value)
            point = self._point(self.knobs.sources, point, {**others, self.swept.name: value})
            row = point.x[None], self.knobs.sources[None].copy(), point.closed[None]
            self.parts.append(self.reader.over(self.knobs.solver, *row))

    def _point(self, sources: np.ndarray, before: Point | None, at: dict[str, float]) -> Point:
        """One point, from its neighbour where there is one."""
        start = (None, None) if before is None else (before.x, before.closed)
        try:
            point = self.knobs.solver.solve(sources, *start)
        except NumericalError as error:
            where = ", ".join(f"{name} = {value:g}" for name, value in at.items())
            raise NumericalError(f"at {where}: {error.sentence}", error.location) from None
        self._count(point.steps, point.residual, point.worst)
        self.homotopies |= dict.fromkeys(point.homotopies)
        return point

    def _count(self, steps: int, residual: float, worst: str) -> None:
        self.steps += steps
        if residual >= self.residual:
            self.residual, self.worst = residual, worst

    def signals(self, shape: Sequence[int]) -> dict[str, np.ndarray]:
        """All signals over all points, in their shape."""
        return {name: np.concatenate([part[name] for part in self.parts]).reshape(shape) for name in self.parts[0]}

    def summary(self) -> Point:
        """What all points needed together, in the form of one."""
        nothing = np.zeros(0)
        method = "from neighbour to neighbour"
        return Point(nothing, nothing, self.steps, tuple(self.homotopies), self.residual, self.worst, method)
