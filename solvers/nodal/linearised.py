"""A circuit linearised at its operating point, (G + jωC) x = b, solved over frequency in compiled loops.

Lossless lines are exact: each sends the other port its wave, delayed,

    v₁ − z₀i₁ = e^(−jωτ)(v₂ + z₀i₂),    v₂ − z₀i₂ = e^(−jωτ)(v₁ + z₀i₁)      (Branin 1967, in the frequency domain)
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numba import njit

from ...netlist.circuit import Circuit
from ...netlist.errors import NumericalError
from .evaluate import FREE, evaluate
from .linear import Plan, choose_pivots, factor, solve, solve_transposed, workspace
from .linear import Work as Factors
from .network import Network
from .operating import Point, Solver
from .switches import set_switches
from .tables import NOWHERE


class Waves(NamedTuple):
    """Lossless lines: places (lines, 2, 6) of their two laws' coefficients, impedances in ohm, delays in s."""

    laws: np.ndarray
    impedance: np.ndarray
    delay: np.ndarray


@dataclass(frozen=True, eq=False)
class Linearised:
    """The matrices' values (entries,) at a point, on the network that small signals see.

    `solver` has that network with its numbers: the circuit's, with resistors at their `ac=`.
    """

    solver: Solver
    point: Point
    conductance: np.ndarray
    capacitance: np.ndarray
    waves: Waves

    @classmethod
    def of(cls, circuit: Circuit) -> Linearised:
        """Solve for the operating point and take the derivatives there.

        Raises:
            CircuitError: an element or parameter without a device here.
            NumericalError: no operating point was found.
        """
        network = Network.of(circuit)
        solver = Solver.of(network)
        point = solver.solve(network.sources.direct)
        changed = with_resistances_for_ac(network.flat)
        if changed is not None:
            solver = Solver.of(Network.of(changed, network.surroundings))
        return cls.at(solver, point)

    @classmethod
    def at(cls, solver: Solver, point: Point) -> Linearised:
        """The derivatives at a point."""
        network, work = solver.network, solver.work
        set_switches(network.switches, solver.numbers, point.closed)
        sources = np.ascontiguousarray(network.sources.direct)
        evaluate(network.tables, network.shape, solver.numbers, point.x, sources, 0.0, FREE, work)
        lines = network.lines
        waves = Waves(lines.laws, lines.impedance, lines.delay)
        return cls(solver, point, work.conductance.copy(), work.capacitance.copy(), waves)

    @property
    def network(self) -> Network:
        """What the unknowns mean."""
        return self.solver.network

    def responses(self, angular: np.ndarray, right: np.ndarray, transposed: bool = False) -> np.ndarray:
        """x (frequencies, n) of (G + jωC) x = right (n,), or of the transposed equations, at ω (frequencies,) in rad/s.

        One factorisation a frequency.

        Raises:
            NumericalError: the equations are singular at a frequency.
        """
        found = np.empty((len(angular), len(right)), complex)
        plan: Plan = self.solver.plan
        done, again = 0, False
        while done < len(angular):
            matrix = np.empty(len(self.conductance), complex)
            matrices = (self.conductance, self.capacitance, matrix)
            factors = workspace(plan, matrix)
            args = (plan, factors, *matrices, self.waves, angular, right.astype(complex), transposed, found)
            reached, failed = _respond(*args, done)
            if reached == len(angular):
                break
            if reached == done and again:
                raise self._singular(failed, angular[done])
            plan, done, again = choose_pivots(plan, matrix), reached, True
        return found

    def at_rest(self, right: np.ndarray, transposed: bool = False) -> np.ndarray:
        """x (n,) of G x = right."""
        return self.responses(np.zeros(1), right, transposed)[0].real

    def driven(self, values: np.ndarray) -> np.ndarray:
        """The right-hand side (n,) of a change of the sources by values (sources,)."""
        right = np.zeros(self.network.size, values.dtype)
        shape = self.network.shape
        given = shape.source_rows != NOWHERE
        np.subtract.at(right, shape.source_rows[given], (shape.source_signs * values[:, None])[given])
        return right

    def _singular(self, unknown: int, angular: float) -> NumericalError:
        name = self.network.unknowns[unknown]
        return NumericalError(
            f"the small signals at {angular / (2.0 * math.pi):g} Hz have no unique solution: nothing fixes {name}; "
            "look for a node without a path to ground at that frequency, or for a loop of sources"
        )


def with_resistances_for_ac(flat: Circuit) -> Circuit | None:
    """The circuit with every resistor's `ac=` in the place of its resistance; None where no resistor has one."""
    if not any("ac" in element.parameters for element in flat.of_kind("R")):
        return None
    return flat.replace(elements=tuple(_for_ac(element) for element in flat.elements))


def _for_ac(element):
    if element.kind != "R" or "ac" not in element.parameters:
        return element
    rest = {name: value for name, value in element.parameters.items() if name not in ("ac", "g")}
    return replace(element, value=element.parameters["ac"], parameters=rest)


@njit(cache=True)
def _respond(
    plan: Plan,
    factors: Factors,
    conductance: np.ndarray,
    capacitance: np.ndarray,
    matrix: np.ndarray,
    waves: Waves,
    angular: np.ndarray,
    right: np.ndarray,
    transposed: bool,
    found: np.ndarray,
    begin: int,
) -> tuple[int, int]:
    """Solve from a frequency on: how many are done in all, and the unknown whose pivot failed at the next."""
    for k in range(begin, len(angular)):
        for entry in range(len(matrix)):
            matrix[entry] = conductance[entry] + 1j * angular[k] * capacitance[entry]
        _delay(waves, angular[k], matrix)
        failed = factor(plan, matrix, factors)
        if failed >= 0:
            return k, failed
        found[k] = right
        if transposed:
            solve_transposed(plan, factors, found[k])
        else:
            solve(plan, factors, found[k])
    return len(angular), -1


@njit(cache=True)
def _delay(waves: Waves, angular: float, matrix: np.ndarray) -> None:
    """Put the lines' laws at a frequency in the place of those at rest."""
    for line in range(len(waves.delay)):
        late = cmath.exp(-1j * angular * waves.delay[line])
        impedance = waves.impedance[line]
        for law in range(2):
            for column in range(6):
                if waves.laws[line, law, column] != NOWHERE:
                    matrix[waves.laws[line, law, column]] = 0.0
        for law in range(2):
            for column in range(6):
                place = waves.laws[line, law, column]
                own = column // 2 == law if column < 4 else column - 4 == law
                factor = 1.0 + 0.0j if own else -late
                if column < 4:
                    factor *= 1.0 if column % 2 == 0 else -1.0
                else:
                    factor *= -impedance if own else impedance
                if place != NOWHERE:
                    matrix[place] += factor
