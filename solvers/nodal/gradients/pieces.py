"""A transient kept for its way back: points in pieces, of which as many are stored as memory allows.

Before each piece the state is kept, so that a piece that was dropped is computed once more, step by step the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....netlist.errors import NumericalError
from ..network import Network
from ..switches import set_switches
from ..transient.loop import PAUSED, REACHED
from ..transient.problem import Problem, Record, State
from ..transient.running import Run

KEPT = 16
"""Pieces of points that memory holds, where there are more."""
SHORTEST, LONGEST = 256, 65536
"""Points of a piece."""


@dataclass
class Piece:
    """Points from number `first` on, and the state and the problem with which the first of them was sought; `x`
    (points, n) is None where it was dropped. The first piece begins at number 0, where there is nothing to seek.
    `closed` (points, switches) are the states in force."""

    first: int
    count: int
    state: State
    problem: Problem
    x: np.ndarray | None
    closed: np.ndarray


@dataclass
class Pieces:
    """All pieces, with times (points,) and orders (points,) of all points."""

    network: Network
    size: int
    pieces: list[Piece] = field(default_factory=list)
    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    orders: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def of(
        cls,
        network: Network,
        problem: Problem,
        state: State,
        memory: float,
        visit: Callable[[Pieces, Piece], None],
    ) -> Pieces:
        """Run from the state to the stop time, with about `memory` bytes for points; `visit` sees every piece once.

        Raises:
            NumericalError: no step, however small, converges.
        """
        size = int(min(max(memory / (8.0 * network.size * KEPT), SHORTEST), LONGEST))
        found = cls(network, size)
        run = found._run(problem, state)
        run.record.x[0], run.record.closed[0] = state.history.x[0], state.closed
        run.state.clock["recorded"] = 1
        before, of, first = copied(run.state), run.problem, 0
        while True:
            count = int(run.state.clock["recorded"][0])
            status = PAUSED if count == size else run.go(problem.stop, size - count)
            count = int(run.state.clock["recorded"][0])
            if status != REACHED and count < size:
                continue
            found.times = np.concatenate([found.times, run.record.times[:count]])
            found.orders = np.concatenate([found.orders, run.record.orders[:count]])
            piece = Piece(first, count, before, of, run.record.x[:count].copy(), run.record.closed[:count].copy())
            found._keep(piece)
            visit(found, piece)
            if status == REACHED:
                return found
            first += count
            run.state.clock["recorded"] = 0
            before, of = copied(run.state), run.problem

    def points(self, piece: Piece) -> np.ndarray:
        """The points of a piece (points, n), computed anew where they were dropped.

        Raises:
            NumericalError: the steps are not the same a second time.
        """
        if piece.x is not None:
            return piece.x
        run = self._run(piece.problem, piece.state)
        if piece.first == 0:
            run.record.x[0] = run.state.history.x[0]
        set_switches(self.network.switches, run.problem.equations.numbers, run.state.closed)
        while (done := int(run.state.clock["recorded"][0])) < piece.count:
            run.go(run.problem.stop, piece.count - done)
        end = piece.first + piece.count
        if self.times[end - 1] != run.time:
            raise NumericalError(f"the steps before {self.times[end - 1]:g} s are not the same a second time")
        return run.record.x[: piece.count]

    def _run(self, problem: Problem, state: State) -> Run:
        """A run from a copy of the state, with room for one piece."""
        room, switches = self.size, len(state.closed)
        orders, closed = np.zeros(room, np.int64), np.zeros((room, switches))
        record = Record(np.zeros(room), np.zeros((room, self.network.size)), orders, closed)
        return Run(self.network, problem, copied(state), record)

    def _keep(self, piece: Piece) -> None:
        """The newest pieces keep their points: they are wanted first."""
        self.pieces.append(piece)
        if len(self.pieces) > KEPT:
            self.pieces[-1 - KEPT].x = None


def copied(record: Any) -> Any:
    """A record of arrays, and of records, with arrays of its own."""
    return type(record)(*(copied(each) if isinstance(each, tuple) else each.copy() for each in record))
