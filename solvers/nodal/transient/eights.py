"""Transients of eight dies in step: one sequence of times for all, as fine as the quickest of them needs.

A step costs little more than one die's, since every operation is one on eight numbers. Circuits whose dies part ways in
time (switches, lossless lines, sources of other shapes) are left to threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....netlist.errors import NumericalError
from ...transient_card import Transient
from ..lanes import LANES
from ..linear import Plan, analyse_batch, batch_workspace, is_by_columns
from ..lockstep import eight_of, in_rows, work_of_eight
from ..network import Network
from ..operating import Solver
from ..tables import Numbers
from ..waveforms import Sources
from .beginning import Start, problem_of, start_of, state_of
from .problem import Extent, History, Problem, Record, Settings, State
from .running import Run


def can_go_in_step(network: Network) -> bool:
    """Whether dies of this circuit may be simulated by eight; it depends on their sources too."""
    return not len(network.lines.delay) and not len(network.switches.controls) and is_by_columns(network.plan)


def are_driven_alike(sources: Sequence[Sources]) -> bool:
    """Whether the sources of dies have the same waveforms; values that are constant in time may differ."""
    first = sources[0]
    return all(
        np.array_equal(ours, theirs) for each in sources[1:] for ours, theirs in zip(first[:-1], each[:-1], strict=True)
    )


@dataclass
class EightRun(Run):
    """One transient of eight."""

    attempts: int = 0

    def _choose_pivots(self) -> None:
        """Pivots for the first die that has none; where that does not help, eight are too many."""
        self.attempts += 1
        if self.attempts > 2 * LANES:
            raise NumericalError("no pivots suit eight dies")
        factors: Any = self.state.factors
        failed = int(np.argmax(factors.marks[0]))
        plan = _plan(self.network, self.state.matrix.reshape(-1, LANES)[:, failed])
        self.problem = self.problem._replace(plan=plan)
        self.state = self.state._replace(factors=batch_workspace(plan))
        self.state.clock["factored"] = 0.0


def simulate_eight(
    network: Network,
    numbers: Sequence[Numbers],
    sources: Sequence[Sources],
    asked: Transient,
    settings: Settings,
    record: Record | None = None,
) -> tuple[EightRun, list[Solver]]:
    """Run eight dies from their own operating points or initial conditions; the run, and the dies' solvers.

    A `record` of other eight is written over: fresh memory costs as much as a third of the steps.

    Raises:
        CircuitError: an initial condition that is not read.
        NumericalError: one of them has no operating point, or no step suits all of them.
    """
    solvers, states, starts = [], [], []
    for own, driven in zip(numbers, sources, strict=True):
        solver = Solver.of(network, own)
        problem = problem_of(network, solver, asked, settings, driven)
        start = start_of(network, solver, problem, asked.uic)
        solvers.append(solver)
        starts.append(start)
        states.append(state_of(network, solver, problem, start))
    problem = _problem(network, solvers, problem)
    state = _state(network, problem, sources, starts, states)
    run = EightRun.of(network, problem, state, asked.uic, record)
    run.to_the_end()
    return run, solvers


def record_of(record: Record, lane: int) -> Record:
    """What a die has on record; a view."""
    return record._replace(x=record.x[:, lane::LANES])


def _plan(network: Network, values: np.ndarray) -> Plan:
    return analyse_batch(network.size, network.shape.starts, network.shape.rows, values)


def _problem(network: Network, solvers: Sequence[Solver], last: Problem) -> Problem:
    typical = solvers[-1].work.conductance + last.settings.largest**-1 * solvers[-1].work.capacitance
    eight = eight_of(network, [solver.numbers for solver in solvers])
    return last._replace(plan=_plan(network, typical), eight=eight)


def _extent(extents: Sequence[Extent]) -> Extent:
    lowest, highest, allowed = (in_rows(each) for each in list(zip(*extents, strict=True))[1:4])
    return Extent(extents[0].chosen, lowest, highest, allowed, extents[0].loose)


def _state(
    network: Network, problem: Problem, sources: Sequence[Sources], starts: Sequence[Start], states: Sequence[State]
) -> State:
    first = states[0]
    entries = len(network.shape.rows)
    work = work_of_eight(network.size, entries, network.tables)
    work.before[:] = in_rows([each.work.before for each in states])
    histories = [each.history for each in states]

    def wide(name: str) -> np.ndarray:
        stacked = np.stack([getattr(each, name) for each in histories], axis=-1)
        return np.ascontiguousarray(stacked).reshape(len(stacked), -1)

    return first._replace(
        history=History(first.history.times, wide("x"), wide("charge"), wide("rate")),
        charges=_extent([each.charges for each in states]),
        unknowns=_extent([each.unknowns for each in states]),
        past=np.zeros(LANES * network.size),
        step=np.zeros(LANES * network.size),
        sizes=np.zeros(LANES * network.size),
        matrix=np.zeros(LANES * entries),
        driven=in_rows([each.direct for each in sources]),
        work=work,
        factors=batch_workspace(problem.plan),
    )
