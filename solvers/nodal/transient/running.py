"""A transient in pieces, between which Python looks after room, pivots and progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from ....netlist.errors import NumericalError
from ..linear import choose_pivots, workspace
from ..network import Network
from .loop import CHATTERS, FAILED, FULL, PAUSED, PIVOTS, REACHED, advance
from .problem import Problem, Record, State

PIECES = 50
"""Pieces of the stop time, after each of which progress is told."""
FEW, PATIENCE = 1024, 0.1
"""A piece ends after so many steps too, at first; twice as many as long as that takes fewer seconds."""
ROOM, NUMBERS = 1024, 1 << 24
"""The record has room for as many points at first as steps of the longest length need, and for so many more; but for no
more numbers than these. The machine gives memory only to what is written."""
Progress = Callable[[float], None]


@dataclass
class Run:
    """One transient on its way. `repaired` is the attempt for which pivots were chosen last."""

    network: Network
    problem: Problem
    state: State
    record: Record
    repaired: tuple[float, int] = (-1.0, 0)

    @classmethod
    def of(cls, network: Network, problem: Problem, state: State, uic: bool, record: Record | None = None) -> Self:
        """At time zero, with one point on record: on that of another run of the circuit, where one is given.

        With `uic` the point is that behind the first short step: what charges do not fix is found there. The currents
        of the jump are none of the motion's, which are those behind the second step.
        """
        record = record or _record(problem, state)
        record.x[0], record.closed[0] = state.history.x[0], state.closed
        record.times[0], record.orders[0] = 0.0, 0
        state.clock["recorded"] = 1
        run = cls(network, problem, state, record)
        if uic:
            while run.state.clock["recorded"][0] < 3:
                run.go(problem.stop, 1)
            currents = network.voltages * record.x.shape[1] // network.size
            run.record.x[:2, currents:] = run.record.x[2, currents:]
            run.record.x[0], run.record.orders[0] = run.record.x[1], -1
        return run

    def to_the_end(self, progress: Progress | None = None) -> None:
        """Run to the stop time; `progress` is told the share of it that is reached.

        Raises:
            NumericalError: no step, however small, converges; names the time, the worst unknown and its last step.
        """
        stop, most, pieces = self.problem.stop, FEW, 1 if progress is None else PIECES
        for piece in range(1, pieces + 1):
            status, until = PAUSED, stop if piece == pieces else stop * piece / pieces
            while status != REACHED:
                begin = time.perf_counter()
                status = self.go(until, most)
                if status == PAUSED and time.perf_counter() - begin < PATIENCE:
                    most *= 2
            if progress is not None:
                progress(min(self.time / stop, 1.0))

    @property
    def time(self) -> float:
        """The time reached, in s."""
        return float(self.state.clock["time"][0])

    @property
    def accepted(self) -> Record:
        """All accepted points so far."""
        count = int(self.state.clock["recorded"][0])
        return Record(*(array[:count] for array in self.record))

    def go(self, until: float, most: int) -> int:
        """Advance, and look after what stopped it."""
        status = advance(self.problem, self.state, self.record, until, most)
        if status == FULL:
            self._make_room()
        elif status == PIVOTS:
            self._choose_pivots()
        elif status == FAILED:
            raise self._failure()
        elif status == CHATTERS:
            raise self._chatter()
        return status

    def _make_room(self) -> None:
        if self.state.clock["recorded"][0] >= len(self.record.times):
            self.record = Record(*(doubled(array) for array in self.record))
        else:
            waves = self.state.waves
            more = waves._replace(times=doubled(waves.times), sent=doubled(waves.sent), kinks=doubled(waves.kinks))
            self.state = self.state._replace(waves=more)

    def _choose_pivots(self) -> None:
        """Pivots for the matrix at hand; where the last ones were chosen for it too, it is singular."""
        attempt = (self.time, int(self.state.clock["failed"][0]))
        if attempt == (self.repaired[0], self.repaired[1] + 1):
            raise NumericalError(
                f"at {self.time:g} s the equations are singular: nothing fixes {self._called}; look for a node without "
                "a path to ground, or for a loop of voltage sources"
            )
        self.repaired = attempt
        plan = choose_pivots(self.problem.plan, self.state.matrix)
        self.problem = self.problem._replace(plan=plan)
        self.state = self.state._replace(factors=workspace(plan, self.state.matrix))
        self.state.clock["factored"] = 0.0

    def _failure(self) -> NumericalError:
        clock, times = self.state.clock[0], self.state.history.times
        tried = times[(int(clock["head"]) + 1) % len(times)] - clock["time"]
        unit = "A" if self._called.startswith("the current") else "V"
        return NumericalError(
            f"at {clock['time']:g} s no step converges, down to {tried:.2g} s: {self._called} still moves by "
            f"{abs(clock['residual']):.2g} {unit}; look for what jumps there, or give it a capacitor"
        )

    def _chatter(self) -> NumericalError:
        closed = self.accepted.closed
        moved = int(np.argmax(closed[-1] != closed[-2]))
        names = [element.name for element in self.network.flat.elements if element.kind in "SW"]
        return NumericalError(
            f"at {self.time:g} s the switch {names[moved]} moves again and again, at once as it has moved; give it "
            "hysteresis (vh= or ih=), or its control a capacitor"
        )

    @property
    def _called(self) -> str:
        worst = self.network.unknowns[int(self.state.clock["worst"][0])]
        return f"the current {worst}" if worst.startswith("i(") else f"the node {worst}"


def _record(problem: Problem, state: State) -> Record:
    width = state.history.x.shape[1]
    room = int(min(ROOM + 1.1 * problem.stop / problem.settings.largest, max(ROOM, NUMBERS // width)))
    return Record(
        np.zeros(room), np.zeros((room, width)), np.zeros(room, np.int64), np.zeros((room, len(state.closed)))
    )


def doubled(array: np.ndarray) -> np.ndarray:
    """The array with as much room again."""
    more = np.zeros((2 * len(array), *array.shape[1:]), array.dtype)
    more[: len(array)] = array
    return more
