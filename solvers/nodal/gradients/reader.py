"""What a transient's points say: rates of charges, signals, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit

from ..compiling import LEAN
from ..newton import Equations
from ..switches import set_switches
from ..transient.problem import DEPTH, Problem
from ..waveforms import Sources, waveform
from .adjoint import Desk, Machine
from .backward import Course
from .loops import Instances, read_rows
from .pieces import Piece, Pieces
from .readings import Readings, read
from .steps import Steps, steps_of


@dataclass
class Reader:
    """Reads pieces: `earlier` and `rate` go on from one to the next, `rates` and `signals` are those of each."""

    machine: Machine
    instances: Instances
    readings: Readings
    desk: Desk
    problem: Problem
    earlier: np.ndarray
    rate: np.ndarray
    rates: list[np.ndarray] = field(default_factory=list)
    signals: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        machine: Machine,
        instances: Instances,
        readings: Readings,
        desk: Desk,
        problem: Problem,
    ) -> Reader:
        """Before the first piece."""
        rows = len(instances.charge_rows)
        return cls(machine, instances, readings, desk, problem, np.zeros((DEPTH, rows)), np.zeros(rows))

    def read(self, pieces: Pieces, piece: Piece) -> None:
        """Read the newest piece."""
        lead = min(piece.first, DEPTH)
        part = slice(piece.first - lead, piece.first + piece.count)
        whole = steps_of(pieces.times[part], pieces.orders[part], self.problem.settings.trapezoidal)
        steps = Steps(*(each[lead:] for each in whole))
        x = pieces.points(piece)
        self.rates.append(np.zeros((piece.count, len(self.rate) if self.readings.computed else 0)))
        self.signals.append(np.zeros((piece.count, self.readings.count)))
        equations = self.machine.equations
        course = Course(piece.first, pieces.times[part][lead:], x, piece.closed, self.rates[-1])
        going = (self.earlier, self.rate, self.signals[-1])
        read_along(equations, self.instances, self.readings, self.desk, self.problem.sources, steps, course, *going)


@njit(nogil=True, **LEAN)
def read_along(
    equations: Equations,
    all_: Instances,
    readings: Readings,
    desk: Desk,
    sources: Sources,
    steps: Steps,
    course: Course,
    earlier: np.ndarray,
    rate: np.ndarray,
    found: np.ndarray,
) -> None:
    """The readings (points, count) along a course, and the rates of all charge rows into it.

    `steps` are the course's alone, `earlier` (DEPTH, rows) the last charges by number modulo DEPTH, `rate` (rows,)
    the last rates: both go on.
    """
    driven, depth = desk.sources, len(earlier)
    for k in range(len(course.times)):
        n, x = course.first + k, course.x[k]
        for source in range(len(driven)):
            driven[source] = waveform(sources, source, course.times[k])
        if readings.computed:
            set_switches(equations.switches, equations.numbers, course.closed[k])
            read_rows(all_, desk.effective, x, course.times[k], desk.currents, desk.charges, desk.place)
            for place in range(len(rate)):
                earlier[n % depth, place] = desk.charges[place]
                value = -rate[place] if steps.trapezoidal[k] else 0.0
                for j in range(steps.counts[k]):
                    value += steps.coefficients[k, j] * earlier[(n - j) % depth, place]
                rate[place] = value
                course.rates[k, place] = value
        read(readings, x, desk.currents, rate, driven, found[k])
