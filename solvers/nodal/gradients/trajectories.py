"""A transient as a function of parameters, and its derivatives by the discrete adjoint of the steps it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....netlist.circuit import Circuit
from ....netlist.errors import CircuitError, NumericalError
from ...transient_card import Transient
from ..linear import choose_pivots, workspace
from ..network import Network
from ..newton import CONVERGED
from ..operating import Solver
from ..tables import Numbers
from ..transient.beginning import Start, first_values, problem_of, state_of
from ..transient.problem import DEPTH, Problem, Settings
from ..transient.settings import settings_of
from ..waveforms import DIRECT
from .adjoint import Desk, Machine
from .backward import Carried, Course, begin_back, go_back
from .loops import Instances, instances_of
from .parametrisation import Parametrisation
from .pieces import Pieces
from .points import new_desk
from .pullbacks import physics_pull
from .reader import Reader
from .readings import Readings, readings_of
from .shapes import pull_shape
from .starting import begin, extras_of, given_charges, pull_start
from .steps import Steps, steps_of

MEMORY = 2.0**30
"""Bytes for the points of a transient, where nothing else is asked."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One transient: accepted `times` (points,) in s, the outputs there, `signals` (points, outputs)."""

    values: np.ndarray
    numbers: np.ndarray
    problem: Problem
    start: Start
    pieces: Pieces
    rates: tuple[np.ndarray, ...]
    times: np.ndarray
    signals: np.ndarray


@dataclass(frozen=True, eq=False)
class DifferentiableTransient:
    """Signals `outputs` of a deck's `.tran` by its parameters."""

    parametrisation: Parametrisation
    outputs: tuple[str, ...]
    asked: Transient
    settings: Settings
    memory: float
    instances: Instances
    readings: Readings

    @classmethod
    def of(
        cls,
        circuit: Circuit,
        parameters: Sequence[str] | None = None,
        outputs: Sequence[str] = (),
        *,
        settings: Settings | None = None,
        memory: float = MEMORY,
    ) -> DifferentiableTransient:
        """Compile a circuit with a `.tran` card.

        All its named numbers are parameters where none are named; all node voltages are outputs where none are. Steps
        are those of the deck's options, or of `settings`; `memory` are bytes for the points: what is more is computed
        once more on the way back.

        Raises:
            CircuitError: an unknown parameter or output, a device that is none here, a lossless line.
        """
        asked = Transient.of(circuit)
        found = Parametrisation.of(circuit, parameters, lambda network: extras_of(network, asked))
        network, moments = found.network, _moments(found.network)
        if parameters is None:
            found = found.without(moments)
        elif not moments.isdisjoint(found.names):
            name = next(each for each in found.names if each in moments)
            raise CircuitError(f"{name} moves the moments of switching, which are held: it has no derivative in time")
        if network.lines.elements:
            raise CircuitError(
                f"{network.lines.elements[0].name} is a lossless line, through which no derivative in time goes; write "
                "it as a ladder of L and C",
                network.lines.elements[0].location,
            )
        names = tuple(outputs) or tuple(f"v({node})" for node in network.unknowns[: network.nodes])
        pulls = found.layout.kernels(physics_pull, found.wanted())
        return cls(
            found,
            names,
            asked,
            settings or settings_of(network.flat, asked),
            memory,
            instances_of(network.linear, network.tables, network.groups, pulls),
            readings_of(network, names, in_time=True),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in order."""
        return self.parametrisation.names

    @property
    def values(self) -> np.ndarray:
        """Their values in the netlist."""
        return self.parametrisation.values

    def solve(self, values: np.ndarray | None = None) -> Trajectory:
        """The transient for parameters (parameters,), the netlist's where left out.

        Raises:
            NumericalError: no operating point, or no step that converges.
        """
        values = self.values if values is None else np.asarray(values, float)
        layout, network = self.parametrisation.layout, self.parametrisation.network
        numbers = self.parametrisation.numbers(values)
        effective = layout.effective(numbers)
        solver = Solver.of(network, layout.values(numbers))
        problem = self._problem(solver, numbers)
        start = begin(layout, solver, problem, self.asked, numbers[layout.sources.stop :], effective)
        state = state_of(network, solver, problem, start)
        problem = problem._replace(plan=solver.plan)
        machine, desk = self._arrays(problem)
        reader = Reader.of(machine, self.instances, self.readings, desk, problem)
        pieces = Pieces.of(network, problem, state, self.memory, reader.read)
        times, signals = pieces.times, np.concatenate(reader.signals)
        if self.asked.uic:
            signals[0] = signals[1]  # what charges do not fix is found in the first short step
        return Trajectory(values, numbers, problem, start, pieces, tuple(reader.rates), times, signals)

    def pull(self, trajectory: Trajectory, weights: np.ndarray) -> np.ndarray:
        """Derivatives (parameters,) of Σ weight·signal over all points, weights (points, outputs); steps are held.

        One factorisation and one transposed solve a point, however many parameters there are.

        Raises:
            NumericalError: the equations of a point are singular.
        """
        layout, network = self.parametrisation.layout, self.parametrisation.network
        problem, extras = trajectory.problem, trajectory.numbers[layout.sources.stop :]
        machine, desk = self._arrays(problem)
        steps = steps_of(trajectory.times, trajectory.pieces.orders, problem.settings.trapezoidal)
        carried = Carried(
            np.zeros((DEPTH, network.size)),
            np.zeros((DEPTH, len(self.instances.charge_rows))),
            np.zeros(network.size),
            np.zeros(len(self.instances.charge_rows)),
        )
        found, by_extras = np.zeros(len(desk.effective)), np.zeros(len(extras))
        by_direct, by_x = np.zeros(len(network.source_names)), np.zeros(network.size)
        weights = np.array(weights, dtype=float, order="C")
        if self.asked.uic:
            weights[1] += weights[0]
            weights[0] = 0.0
        for number in range(len(trajectory.pieces.pieces) - 1, -1, -1):
            piece = trajectory.pieces.pieces[number]
            course = _course(trajectory, number)
            part = slice(piece.first, piece.first + piece.count)
            by_sources = np.zeros((piece.count, len(by_direct)))
            machine = self._back(machine, desk, problem, steps, course, weights[part], carried, by_sources, found)
            if piece.first == 0:
                self._begin_back(machine, desk, trajectory, course, weights, carried, by_x, by_sources, found)
            self._pull_sources(problem, course.times, by_sources, by_direct, by_extras)
        given, effective = given_charges(layout, self.asked), desk.effective
        pull_start(
            layout,
            given,
            self.asked.uic,
            trajectory.start.x,
            by_x,
            carried.later[0],
            extras,
            effective,
            by_extras,
            found,
        )
        by_numbers = layout.pull(trajectory.numbers, found, by_direct, by_extras)
        return self.parametrisation.pull(trajectory.values, by_numbers)

    def _problem(self, solver: Solver, numbers: np.ndarray) -> Problem:
        """The problem with these numbers' waveforms."""
        layout, network = self.parametrisation.layout, self.parametrisation.network
        problem = problem_of(network, solver, self.asked, self.settings)
        first, count = layout.sources.stop, len(problem.sources.values)
        sources = problem.sources._replace(
            values=numbers[first : first + count].copy(), direct=numbers[layout.sources].copy()
        )
        return problem._replace(sources=sources)

    def _arrays(self, problem: Problem) -> tuple[Machine, Desk]:
        """Arrays of one thread, with effective numbers in which switches may move."""
        numbers: Numbers = problem.equations.numbers
        effective = np.concatenate([numbers.linear, numbers.effective])
        own = numbers._replace(effective=effective[len(numbers.linear) :])
        work = self.parametrisation.network.work()
        factors = workspace(problem.plan, work.conductance)
        desk = new_desk(self.instances, effective, self.parametrisation.network)
        return Machine(problem.equations._replace(numbers=own), problem.plan, factors, work), desk

    def _back(
        self,
        machine: Machine,
        desk: Desk,
        problem: Problem,
        steps: Steps,
        course: Course,
        weights: np.ndarray,
        carried: Carried,
        by_sources: np.ndarray,
        found: np.ndarray,
    ) -> Machine:
        """Back over a piece, with new pivots where the old ones fail; the machine with the last ones."""
        matrix, last = np.zeros(len(machine.work.conductance)), -1
        while True:
            failed = go_back(
                machine, self.instances, self.readings, desk, matrix, problem.sources, steps, course, weights, carried,
                by_sources, found,
            )  # fmt: skip
            if failed < 0:
                return machine
            if failed == last:
                raise NumericalError(f"the equations at {course.times[failed - course.first]:g} s are singular")
            plan, last, count = choose_pivots(machine.plan, matrix), failed, failed + 1 - course.first
            machine = machine._replace(plan=plan, factors=workspace(plan, matrix))
            course = course._replace(
                times=course.times[:count], x=course.x[:count], closed=course.closed[:count], rates=course.rates[:count]
            )

    def _begin_back(
        self,
        machine: Machine,
        desk: Desk,
        trajectory: Trajectory,
        course: Course,
        weights: np.ndarray,
        carried: Carried,
        by_x: np.ndarray,
        by_sources: np.ndarray,
        found: np.ndarray,
    ) -> None:
        network = self.parametrisation.network
        held = np.zeros(network.size, bool)
        for node in network.flat.initial_conditions:
            if node in network.numbers and not self.asked.uic:
                held[network.numbers[node]] = True
        status = begin_back(
            machine, self.instances, self.readings, desk, held, not self.asked.uic,
            first_values(trajectory.problem.sources), course, weights, carried, by_x, by_sources, found,
        )  # fmt: skip
        if status != CONVERGED:
            raise NumericalError("the equations of the first operating point are singular: it has no derivative")

    def _pull_sources(
        self,
        problem: Problem,
        times: np.ndarray,
        by_sources: np.ndarray,
        by_direct: np.ndarray,
        by_extras: np.ndarray,
    ) -> None:
        """Add the derivatives by DC values and by waveforms' numbers."""
        sources = problem.sources
        for source in range(len(by_direct)):
            if sources.kind[source] == DIRECT:
                by_direct[source] += by_sources[:, source].sum()
            else:
                first, count = int(sources.start[source]), int(sources.count[source])
                weights = np.ascontiguousarray(by_sources[:, source])
                by_extras[first : first + count] += pull_shape(sources, source, times, weights)


def _moments(network: Network) -> set[str]:
    """The thresholds of switches, by name."""
    models = {element.model for element in network.flat.of_kind("S", "W")}
    return {f"model {model}:{key}" for model in models for key in ("vt", "vh", "it", "ih")}


def _course(trajectory: Trajectory, number: int) -> Course:
    """A piece's points with what is kept beside them."""
    piece = trajectory.pieces.pieces[number]
    times = trajectory.times[piece.first : piece.first + piece.count]
    x = trajectory.pieces.points(piece)
    return Course(piece.first, times, x, piece.closed, trajectory.rates[number])
