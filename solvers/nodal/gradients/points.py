"""Operating points as a function of parameters and inputs, and their derivatives: many samples at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ....netlist.circuit import Circuit
from ....netlist.errors import CircuitError, NumericalError
from ..linear import workspace
from ..network import Network
from ..newton import CONVERGED
from ..operating import MOST, Solver
from ..tables import Numbers
from .adjoint import Desk, Machine, pull_range, read_range, solve_range
from .loops import Instances, instances_of, scratch
from .parametrisation import Parametrisation
from .pullbacks import physics_pull
from .readings import Readings, readings_of
from .threads import in_threads


@dataclass(frozen=True, eq=False)
class Solved:
    """Solutions for parameters `values`: `x` (samples, unknowns), states of switches, values of the sources, and
    `signals` (samples, outputs)."""

    values: np.ndarray
    x: np.ndarray
    closed: np.ndarray
    sources: np.ndarray
    signals: np.ndarray


@dataclass(frozen=True, eq=False)
class DifferentiablePoints:
    """Signals `outputs` of a circuit at rest by its parameters and by the values of the sources `inputs`.

    `nominal` is the solution for the netlist's own numbers, from which others start.
    """

    parametrisation: Parametrisation
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    nominal: np.ndarray
    solver: Solver
    columns: np.ndarray
    instances: Instances
    readings: Readings

    @classmethod
    def of(
        cls,
        circuit: Circuit,
        parameters: Sequence[str] | None = None,
        outputs: Sequence[str] = (),
        inputs: Sequence[str] = (),
    ) -> Self:
        """Compile a circuit. All its named numbers are parameters where none are named; all node voltages are outputs
        where none are.

        Raises:
            CircuitError: an unknown parameter, output or input; a device that is none here.
            NumericalError: the netlist's own numbers have no operating point.
        """
        found = Parametrisation.of(circuit, parameters)
        network = found.network
        names = tuple(outputs) or tuple(f"v({node})" for node in network.unknowns[: network.nodes])
        both = [name for name in inputs if parameters is not None and name in found.names]
        if both:
            raise CircuitError(f"{both[0]} is an input and a parameter; make it one of the two")
        solver = Solver.of(network, found.layout.values(found.numbers(found.values)))
        pulls = found.layout.kernels(physics_pull, found.wanted())
        return cls(
            found,
            tuple(inputs),
            names,
            solver.solve(network.sources.direct).x,
            solver,
            _columns(network.source_names, inputs),
            instances_of(network.linear, network.tables, network.groups, pulls),
            readings_of(network, names),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in order."""
        return self.parametrisation.names

    @property
    def values(self) -> np.ndarray:
        """The parameters' values in the netlist."""
        return self.parametrisation.values

    def solve(
        self,
        values: np.ndarray | None = None,
        inputs: np.ndarray | None = None,
        start: np.ndarray | None = None,
    ) -> Solved:
        """Operating points for parameters (parameters,) and inputs (samples, inputs), the netlist's where left out.

        Each begins at its row of `start` (samples, unknowns), or all at one (unknowns,); at the nominal solution
        without it. Where Newton's method does not arrive from there, `Solver.solve` begins anew, with its detours.

        Raises:
            NumericalError: a sample without a solution.
        """
        values = self.values if values is None else np.asarray(values, float)
        numbers, base = self.numbers(values)
        sources = self._sources(base, inputs)
        count = len(sources)
        begin = self.nominal if start is None else start
        x = np.array(np.broadcast_to(begin, (count, len(self.nominal))), dtype=float, order="C")
        closed = np.tile(self.solver.network.switches.starts, (count, 1))
        status = np.zeros(count, np.int64)

        def work(part: range) -> None:
            machine, _ = self.arrays(numbers)
            solve_range(machine, part.start, part.stop, sources, closed, x, MOST, status)

        in_threads(work, count)
        for k in np.flatnonzero(status != CONVERGED):
            self.solver.numbers = numbers
            point = self.solver.solve(sources[k])
            x[k], closed[k] = point.x, point.closed
        return Solved(values, x, closed, sources, self._read(numbers, sources, closed, x))

    def without(self, names: Sequence[str]) -> DifferentiablePoints:
        """The same with fewer parameters."""
        return replace(self, parametrisation=self.parametrisation.without(names))

    def read(self, solved: Solved) -> Solved:
        """A known solution with its signals."""
        numbers, _ = self.numbers(solved.values)
        return replace(solved, signals=self._read(numbers, solved.sources, solved.closed, solved.x))

    def solution(self, values: np.ndarray, inputs: np.ndarray, x: np.ndarray, closed: np.ndarray) -> Solved:
        """A solution that is known: unknowns (samples, n), states of switches (samples, switches); without signals."""
        sources = self._sources(self.parametrisation.numbers(values), inputs)
        return Solved(values, x, np.array(closed, float, order="C"), sources, np.zeros((len(x), 0)))

    def pull(self, solved: Solved, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives of Σ weight·signal, weights (samples, outputs): by the parameters (parameters,), and by each
        sample's inputs (samples, inputs)."""
        numbers, base = self.numbers(solved.values)
        count = len(solved.x)
        status, by_sources = np.zeros(count, np.int64), np.zeros(solved.sources.shape)
        weights = np.ascontiguousarray(weights, dtype=float)

        def work(part: range) -> np.ndarray:
            machine, desk = self.arrays(numbers)
            found = np.zeros(len(desk.effective))
            at = (part.start, part.stop, solved.sources, solved.closed, solved.x, weights)
            pull_range(machine, self.instances, self.readings, desk, *at, status, by_sources, found)
            return found

        by_effective = np.sum(in_threads(work, count), axis=0)
        for k in np.flatnonzero(status != CONVERGED):
            self.solver.numbers = numbers
            self.solver.solve(solved.sources[k], solved.x[k], solved.closed[k])  # which chooses other pivots
            by_effective += work(range(k, k + 1))
            if status[k] != CONVERGED:
                raise NumericalError(f"the equations of sample {k} are singular at its solution: it has no derivative")
        return self.by_names(solved.values, base, by_effective, by_sources)

    def by_names(
        self, values: np.ndarray, base: np.ndarray, by_effective: np.ndarray, by_sources: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives by effective numbers and by each sample's sources as those by parameters and by inputs."""
        by_inputs = by_sources[:, self.columns].copy()
        by_sources[:, self.columns] = 0.0
        by_numbers = self.parametrisation.layout.pull(base, by_effective, by_sources.sum(0))
        return self.parametrisation.pull(values, by_numbers), by_inputs

    def reading(self, outputs: Sequence[str]) -> DifferentiablePoints:
        """The same circuit and parameters with other outputs."""
        return replace(self, outputs=tuple(outputs), readings=readings_of(self.solver.network, outputs))

    def numbers(self, values: np.ndarray) -> tuple[Numbers, np.ndarray]:
        """What the solver needs of these parameters, and all numbers of the netlist."""
        if not np.isfinite(values).all():
            worst = int(np.flatnonzero(~np.isfinite(values))[0])
            raise CircuitError(f"the parameter {self.names[worst]} is {values[worst]}; give a finite number")
        base = self.parametrisation.numbers(values)
        return self.parametrisation.layout.values(base), base

    def arrays(self, numbers: Numbers) -> tuple[Machine, Desk]:
        """Arrays for one thread, with effective numbers of its own, in which switches may move."""
        solver, network = self.solver, self.solver.network
        effective = np.concatenate([numbers.linear, numbers.effective])
        own = numbers._replace(effective=effective[len(numbers.linear) :])
        work = network.work()
        factors = workspace(solver.plan, work.conductance)
        desk = new_desk(self.instances, effective, network)
        return Machine(solver.equations._replace(numbers=own), solver.plan, factors, work), desk

    def _sources(self, base: np.ndarray, inputs: np.ndarray | None) -> np.ndarray:
        own = base[self.parametrisation.layout.sources]
        if inputs is None:
            return own[None, :].copy()
        if not np.isfinite(inputs).all():
            sample, column = np.argwhere(~np.isfinite(inputs))[0]
            raise CircuitError(
                f"the input {self.inputs[column]} of sample {sample} is {inputs[sample, column]}; give a finite number"
            )
        found = np.tile(own, (len(inputs), 1))
        found[:, self.columns] = inputs
        return found

    def _read(self, numbers: Numbers, sources: np.ndarray, closed: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The outputs (samples, outputs)."""
        found = np.zeros((len(x), len(self.outputs)))

        def work(part: range) -> None:
            machine, desk = self.arrays(numbers)
            at = (part.start, part.stop, sources, closed, x)
            read_range(machine.equations, self.instances, self.readings, desk, *at, found)

        in_threads(work, len(x))
        return found


def new_desk(instances: Instances, effective: np.ndarray, network: Network) -> Desk:
    """Fresh arrays for one thread."""
    currents, charges = (np.zeros(len(rows)) for rows in (instances.current_rows, instances.charge_rows))
    adjoint, sources = np.zeros(network.size), np.zeros(len(network.source_names))
    return Desk(effective, scratch(), currents, charges, currents.copy(), charges.copy(), adjoint, sources)


def _columns(known: Sequence[str], inputs: Sequence[str]) -> np.ndarray:
    for name in inputs:
        if name not in known:
            raise CircuitError(f"the input {name} is no V or I of the circuit; it has {', '.join(known)}")
    return np.array([known.index(name) for name in inputs], np.int64)
