"""Responses over frequency as a function of parameters, and their derivatives, those of the operating point among them.

    A y = b,  A = G + jωC,     dL = Re(w̄ᵀ dy),  Aᵀν = w̄     ⟹     dL = −Re(νᵀ dA y)

(Director and Rohrer 1969.) νᵀ dA y is a weighted sum of the devices' slopes, the same weights at once for all
frequencies; its derivatives by controls and numbers are second ones of physics, by JAX (`pullbacks.jacobian_pull`).
That by the controls goes on to the parameters through the adjoint of the operating point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ....netlist.circuit import Card, Circuit
from ....netlist.errors import CircuitError
from ....netlist.suggestion import nearest
from ..cards import frequencies
from ..linearised import Linearised, with_resistances_for_ac
from ..operating import Point
from ..small_signal import phasor
from ..switches import set_switches
from ..tables import Numbers
from .adjoint import Desk, Machine, pull_sources
from .loops import add_at, pull_numbers, route_switches
from .points import DifferentiablePoints, Solved
from .pullbacks import jacobian_pull
from .readings import CHARGE, CURRENT, SOURCE, UNKNOWN, Readings, readings_of
from .slopes import Pairs, across, back_across, pairs_of, pull_slopes, read_slopes


@dataclass(frozen=True, eq=False)
class Response:
    """One response: unknowns `y` and the outputs, `signals`, (frequencies, …) complex, at an operating point."""

    solved: Solved
    linearised: Linearised
    slopes: np.ndarray
    y: np.ndarray
    signals: np.ndarray


@dataclass(frozen=True, eq=False)
class DifferentiableResponse:
    """Phasors of signals `outputs` at `angular` frequencies (frequencies,) in rad/s, by parameters."""

    points: DifferentiablePoints
    outputs: tuple[str, ...]
    angular: np.ndarray
    phasors: np.ndarray
    readings: Readings
    pairs: Pairs

    @classmethod
    def of(
        cls,
        circuit: Circuit,
        card: Card | np.ndarray,
        parameters: Sequence[str] | None = None,
        outputs: Sequence[str] = (),
    ) -> DifferentiableResponse:
        """Compile a circuit for an `.ac` card, or for frequencies in Hz.

        Raises:
            CircuitError: an unknown name, a power as output, a resistor with `ac=`.
            NumericalError: no operating point.
        """
        points = DifferentiablePoints.of(circuit, parameters)
        network = points.solver.network
        if with_resistances_for_ac(network.flat) is not None:
            raise CircuitError("a resistor has ac=, with which no response has a derivative here; leave it out")
        names = tuple(outputs) or points.outputs
        for name in names:
            if name.startswith("p("):
                raise CircuitError(f"{name} is no phasor; take v and i, and make the power of them")
        grid = card if isinstance(card, np.ndarray) else frequencies(card, card.fields, _tolerance(circuit))
        return cls(
            points,
            names,
            2.0 * np.pi * grid,
            np.array([phasor(network.flat[name]) for name in network.source_names], complex),
            readings_of(network, names, in_time=True),
            pairs_of(points.instances),
        )

    def solve(self, values: np.ndarray | None = None) -> Response:
        """The response for parameters (parameters,). One factorisation a frequency."""
        solved = self.points.solve(values)
        numbers, _ = self.points.numbers(solved.values)
        linearised = self._linearised(numbers, solved)
        _, desk = self._arrays(numbers, solved)
        slopes = np.zeros(len(self.pairs.row))
        read_slopes(self.points.instances, desk.effective, solved.x[0], desk.place, slopes)
        y = linearised.responses(self.angular, linearised.driven(self.phasors))
        signals = np.stack([self._read(slopes, y[k], angular) for k, angular in enumerate(self.angular)])
        return Response(solved, linearised, slopes, y, signals)

    def pull(self, response: Response, weights: np.ndarray) -> np.ndarray:
        """Derivatives (parameters,) of a loss from w = ∂L/∂Re s + j ∂L/∂Im s of its signals s, (frequencies, outputs).

        One factorisation a frequency, and one at rest.
        """
        instances, solved = self.points.instances, response.solved
        numbers, base = self.points.numbers(solved.values)
        machine, desk = self._arrays(numbers, solved)
        by_slopes = np.zeros(len(self.pairs.row))
        for k, angular in enumerate(self.angular):
            by_slopes += self._by_slopes(response, response.y[k], angular, np.conj(weights[k]))
        layout, x = self.points.parametrisation.layout, solved.x[0]
        every = np.ones(len(instances.kernels), bool)
        by_x, found = np.zeros(len(x)), np.zeros(len(desk.effective))
        pulls = layout.kernels(jacobian_pull, every)
        pull_slopes(instances, pulls, desk.effective, x, by_slopes, desk.place, by_x, found)
        adjoint = -response.linearised.at_rest(by_x, transposed=True)
        add_at(instances.current_rows, adjoint, desk.by_currents)
        pull_numbers(instances, desk.effective, x, 0.0, desk.by_currents, desk.by_charges, found, desk.place)
        switches = machine.equations.switches
        route_switches(switches.numbers, len(numbers.linear), solved.closed[0], found)
        by_sources = np.zeros(len(self.phasors))
        pull_sources(machine.equations.shape, adjoint, by_sources)
        by_numbers = layout.pull(base, found, by_sources)
        return self.points.parametrisation.pull(solved.values, by_numbers)

    def _arrays(self, numbers: Numbers, solved: Solved) -> tuple[Machine, Desk]:
        """One thread's arrays, with the switches as they are at the point."""
        machine, desk = self.points.arrays(numbers)
        set_switches(machine.equations.switches, machine.equations.numbers, solved.closed[0])
        return machine, desk

    def _linearised(self, numbers: Numbers, solved: Solved) -> Linearised:
        solver = self.points.solver
        solver.numbers = numbers
        return Linearised.at(solver, Point(solved.x[0], solved.closed[0], 0, (), 0.0, ""))

    def _rows(self, slopes: np.ndarray, y: np.ndarray, angular: float) -> tuple[np.ndarray, np.ndarray]:
        """Phasors of all current rows, and of the rates of all charge rows."""
        all_, flows = self.points.instances, slopes * across(self.pairs, y)
        charge = self.pairs.charge
        currents = np.zeros(len(all_.current_rows), complex)
        rates = np.zeros(len(all_.charge_rows), complex)
        np.add.at(currents, self.pairs.row[~charge], flows[~charge])
        np.add.at(rates, self.pairs.row[charge], 1j * angular * flows[charge])
        return currents, rates

    def _read(self, slopes: np.ndarray, y: np.ndarray, angular: float) -> np.ndarray:
        """The outputs (outputs,) at one frequency."""
        currents, rates = self._rows(slopes, y, angular)
        kinds = {UNKNOWN: y, CURRENT: currents, SOURCE: self.phasors, CHARGE: rates}
        found, readings = np.zeros(len(self.outputs), complex), self.readings
        for kind, numbers in kinds.items():
            own = readings.kind == kind
            np.add.at(found, readings.signal[own], readings.factor[own] * numbers[readings.place[own]])
        return found

    def _by_slopes(self, response: Response, y: np.ndarray, angular: float, weights: np.ndarray) -> np.ndarray:
        """∂L by all slopes (pairs,) at one frequency, from the conjugate weights (outputs,)."""
        pairs, readings, all_ = self.pairs, self.readings, self.points.instances
        given = weights[readings.signal] * readings.factor
        kinds = {UNKNOWN: len(y), CURRENT: len(all_.current_rows), CHARGE: len(all_.charge_rows)}
        by = {kind: np.zeros(size, complex) for kind, size in kinds.items()}
        for kind, found in by.items():
            own = readings.kind == kind
            np.add.at(found, readings.place[own], given[own])
        reactance = np.where(pairs.charge, 1j * angular, 1.0)
        charges = np.append(by[CHARGE], 0.0)[np.where(pairs.charge, pairs.row, -1)]
        rows = np.where(pairs.charge, charges, np.append(by[CURRENT], 0.0)[np.where(pairs.charge, -1, pairs.row)])
        right = by[UNKNOWN] + back_across(pairs, rows * reactance * response.slopes, len(y))
        adjoint = np.append(response.linearised.responses(np.array([angular]), right, transposed=True)[0], 0.0)
        unknown = np.where(
            pairs.charge,
            np.append(all_.charge_rows, -1)[np.where(pairs.charge, pairs.row, -1)],
            np.append(all_.current_rows, -1)[np.where(pairs.charge, -1, pairs.row)],
        )
        return np.real((rows - adjoint[unknown]) * reactance * across(pairs, y))


def _tolerance(circuit: Circuit) -> float:
    return float(circuit.options.get("reltol", 1e-3))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class ResponseSensitivity:
    """A response over `frequencies` (frequencies,) in Hz, ready for derivatives."""

    differentiable: DifferentiableResponse
    response: Response

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters."""
        return self.differentiable.points.names

    @property
    def frequencies(self) -> np.ndarray:
        """In Hz."""
        return self.differentiable.angular / (2.0 * np.pi)

    @property
    def signals(self) -> dict[str, np.ndarray]:
        """Phasors (frequencies,) of the outputs."""
        return dict(zip(self.differentiable.outputs, self.response.signals.T, strict=True))

    def gradient(self, weights: Mapping[str, np.ndarray]) -> dict[str, float]:
        """dL/dp of every parameter of a real loss L, from w = ∂L/∂Re s + j ∂L/∂Im s of its outputs s: s/|s| for |s|.

        Raises:
            CircuitError: a signal that is no output, weights of another length.
        """
        found = np.zeros(self.response.signals.shape, complex)
        for name, given in weights.items():
            if name not in self.differentiable.outputs:
                cure = nearest(name, self.differentiable.outputs, "write {}")
                raise CircuitError(f"{name} is no output; {cure}")
            if np.shape(given) != self.frequencies.shape:
                shape = self.frequencies.shape
                raise CircuitError(f"the weights of {name} have shape {np.shape(given)}; give {shape}, one a frequency")
            found[:, self.differentiable.outputs.index(name)] = given
        gradient = self.differentiable.pull(self.response, found)
        return dict(zip(self.names, gradient.tolist(), strict=True))


def differentiable_response(
    circuit: Circuit, card: Card | np.ndarray, outputs: Sequence[str], parameters: Sequence[str] | None = None
) -> ResponseSensitivity:
    """The response of a circuit to an `.ac` card, or at frequencies in Hz, whose derivatives can be asked for.

    Names are those of `differentiable_point`. How the operating point moves with a parameter is part of the derivative.

    Raises:
        CircuitError: an unknown name, a resistor with `ac=`.
        NumericalError: no operating point, or no unique response.
    """
    found = DifferentiableResponse.of(circuit, card, parameters, outputs)
    return ResponseSensitivity(found, found.solve())
