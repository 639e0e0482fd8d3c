"""The operating point of any circuit: Newton's method, and where it does not converge, detours that are reported.

co-content        for circuits of monotone branches, Newton's method downhill on it (`cocontent`): no detour
homotopies        detours that are reported
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ...netlist.errors import NumericalError
from .cocontent import descend, is_monotone
from .evaluate import FREE, Work, evaluate, start_controls
from .homotopies import HOMOTOPIES
from .instance import remarks_of
from .linear import Plan, choose_pivots, factor, workspace
from .linear import Work as Factors
from .network import Network
from .newton import BROKEN, CONVERGED, SINGULAR, Conditions, Equations, Outcome, newton
from .switches import set_switches
from .tables import Numbers

BESIDE = 1e-3
"""V: where Newton's method begins again."""
MOST_DOWNHILL = 500
MOST = 100
"""Steps of a plain try; a stage of a detour takes fewer."""
FIRST = 40
"""Steps with nodes held and devices off, which need not converge."""
ENOUGH = 1e-9
"""The residual of Kirchhoff's laws, as a share of the largest current at the node, up to which a point is accepted."""


@dataclass(frozen=True)
class Point:
    """A solution: unknowns x (n,), states of switches, the method that reached it, and how well it holds.

    `residual` is the largest share, over the laws, of the sum of currents (or voltages) in that of their sizes; `worst`
    is the unknown whose law that is.
    """

    x: np.ndarray
    closed: np.ndarray
    steps: int
    homotopies: tuple[str, ...]
    residual: float
    worst: str
    method: str = ""


@dataclass
class Solver:
    """One network with its numbers, and the arrays to solve it again and again."""

    network: Network
    numbers: Numbers
    plan: Plan
    factors: Factors
    work: Work
    held: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Network, numbers: Numbers | None = None) -> Solver:
        """Arrays for a network; its own numbers where none are given."""
        found = network.values() if numbers is None else numbers
        work = network.work()
        return cls(network, found, network.plan, workspace(network.plan, work.conductance), work)

    @property
    def equations(self) -> Equations:
        """What the compiled loops need."""
        network = self.network
        return Equations(
            network.tables, network.shape, self.numbers, network.switches, network.absolute, network.voltages
        )

    def solve(self, sources: np.ndarray, start: np.ndarray | None = None, closed: np.ndarray | None = None) -> Point:
        """The operating point with these source values (sources,), from a neighbouring one where it is given.

        Raises:
            NumericalError: no way led to a solution; names the worst node and its residual.
        """
        fresh = start is None
        x = np.zeros(self.network.size) if start is None else start.copy()
        closed = (self.network.switches.starts if closed is None else closed).copy()
        if fresh and (self._nodesets() or self.network.tables_off is not None):
            self._prepare(x, closed, sources)
            fresh = False
        steps = 0
        for name, way in self.ways.items():
            trial, states = x.copy(), closed.copy()
            outcome = way(self, trial, states, sources, fresh)
            steps += outcome.steps
            if outcome.status == CONVERGED:
                point = self._certified(trial, states, sources, steps, name)
                if point.residual <= ENOUGH:
                    return point
        raise self._failure(trial, sources, outcome)

    def _prepare(self, x: np.ndarray, closed: np.ndarray, sources: np.ndarray) -> None:
        """Begin at `.nodeset`s, which are held here, with `off` devices at no voltage; then all are let go."""
        tables = self.network.tables if self.network.tables_off is None else self.network.tables_off
        conditions = self.conditions(sources, held=self._nodesets())
        set_switches(self.network.switches, self.numbers, closed)
        start_controls(tables, self.numbers, self.work)
        equations = self.equations._replace(tables=tables)
        newton(equations, conditions, self.plan, self.factors, self.work, closed, x, FIRST, True)

    def _nodesets(self) -> dict[str, float]:
        return {node: float(value) for node, value in self.network.flat.nodesets.items()}  # type: ignore[arg-type]

    def run(
        self,
        x: np.ndarray,
        closed: np.ndarray,
        sources: np.ndarray,
        leak: float = 0.0,
        fresh: bool = False,
        held: Mapping[str, float] | None = None,
        most: int = MOST,
        towards: np.ndarray | None = None,
    ) -> Outcome:
        """Newton's method from x in place, with new pivots where the old ones fail.

        `leak` is a conductance in S from every node to its voltage in `towards` (n,), to ground where none are given.
        """
        set_switches(self.network.switches, self.numbers, closed)
        conditions = self.conditions(sources, leak, held)
        if towards is not None:
            conditions = conditions._replace(at=np.where(conditions.held, conditions.at, towards))

        def go_on(taken: int) -> Outcome:
            started = fresh and taken == 0
            if started:
                start_controls(self.network.tables, self.numbers, self.work)
            here = (self.plan, self.factors, self.work, closed, x, most - taken, started)
            return newton(self.equations, conditions, *here)

        return self._with_pivots(go_on)

    def _with_pivots(self, go_on: Callable[[int], Outcome]) -> Outcome:
        """Go on after so many steps, again and again, while new pivots help."""
        taken, outcome = 0, go_on(0)
        while outcome.status == SINGULAR and self._other_pivots():
            taken += outcome.steps
            outcome = go_on(taken)
        return outcome._replace(steps=taken + outcome.steps)

    def _other_pivots(self) -> bool:
        """Choose pivots for the values at hand; whether these are regular, and the old ones were only out of date."""
        self.plan = choose_pivots(self.plan, self.work.conductance)
        self.factors = workspace(self.plan, self.work.conductance)
        return factor(self.plan, self.work.conductance, self.factors) < 0

    def conditions(self, sources: np.ndarray, leak: float = 0.0, held: Mapping[str, float] | None = None) -> Conditions:
        """At what the laws are taken, with nodes held besides those that always are."""
        mask, at = np.zeros(self.network.size, bool), np.zeros(self.network.size)
        for node, value in {**self.held, **(held or {})}.items():
            place = self.network.numbers.get(node)
            if place is not None:
                mask[place], at[place] = True, value
        return Conditions(np.ascontiguousarray(sources), 0.0, leak, mask, at)

    def plainly(self, x: np.ndarray, closed: np.ndarray, sources: np.ndarray, fresh: bool) -> Outcome:
        """Newton's method alone; from a millivolt beside zero where a law has no finite derivative at zero."""
        outcome = self.run(x, closed, sources, fresh=fresh)
        if outcome.status not in (SINGULAR, BROKEN) or np.isfinite(self.work.conductance).all():
            return outcome
        x[: self.network.voltages] = BESIDE * np.linspace(1.0, 2.0, self.network.voltages)
        x[self.network.voltages :] = 0.0
        return self.run(x, closed, sources)

    @functools.cached_property
    def ways(self) -> dict[str, Way]:
        """The methods to try, in order."""
        downhill = {DOWNHILL: Solver.downhill} if is_monotone(self.network) and not self.held else {}
        return {PLAIN: Solver.plainly, **downhill, **HOMOTOPIES}

    def downhill(self, x: np.ndarray, closed: np.ndarray, sources: np.ndarray, fresh: bool) -> Outcome:
        """Newton's method with a line search on the co-content, after one step that brings sources to their values."""
        x[:] = 0.0
        self.run(x, closed, sources, fresh=True, most=1)
        conditions = self.conditions(sources)

        def go_on(taken: int) -> Outcome:
            here = (self.plan, self.factors, self.work, x, MOST_DOWNHILL - taken)
            return descend(self.equations, conditions, *here)

        return self._with_pivots(go_on)

    def _certified(self, x: np.ndarray, closed: np.ndarray, sources: np.ndarray, steps: int, method: str) -> Point:
        residual, worst = self.residual(x, sources)
        detours = tuple(each for each in HOMOTOPIES if each == method)
        return Point(x, closed, steps, detours, residual, worst, method)

    def residual(self, x: np.ndarray, sources: np.ndarray) -> tuple[float, str]:
        """The largest share of a law's sum in the sum of its sizes at x, and whose law it is; held nodes have none."""
        shares = self.shares(x, sources)
        worst = int(np.argmax(shares))
        return float(shares[worst]), self.network.unknowns[worst]

    def shares(self, x: np.ndarray, sources: np.ndarray) -> np.ndarray:
        """|sum of a law| over the sum of the sizes of its terms (n,), with a floor of 1 pA or 1 nV."""
        network, work = self.network, self.work
        evaluate(network.tables, network.shape, self.numbers, x, np.ascontiguousarray(sources), 0.0, FREE, work)
        columns = np.repeat(np.arange(network.size), np.diff(network.shape.starts))
        sizes = np.bincount(network.shape.rows, np.abs(work.conductance * x[columns]), network.size)
        found = np.abs(work.current) / (sizes + np.where(np.arange(network.size) < network.voltages, 1e-3, 1.0))
        for node in self.held:
            if node in network.numbers:
                found[network.numbers[node]] = 0.0
        return np.where(np.isnan(found), np.inf, found)

    def _failure(self, x: np.ndarray, sources: np.ndarray, outcome: Outcome) -> NumericalError:
        name = _called(self.network.unknowns[outcome.worst])
        if outcome.status == SINGULAR:
            return NumericalError(
                f"nothing fixes {name}: its equations are singular; look for a node without a path to ground at rest, "
                "or for a loop of voltage sources and inductors"
            )
        if outcome.status == BROKEN:
            return NumericalError(f"{name} has no number any more; look for a division by zero or a logarithm there")
        residual, worst = self.residual(x, sources)
        return NumericalError(
            f"no operating point was found, by {', '.join(self.ways)}: the worst is {_called(worst)}, whose law is off "
            f"by {residual:.2g} of its terms; give a start by .nodeset"
        )


Way = Callable[[Solver, np.ndarray, np.ndarray, np.ndarray, bool], Outcome]
PLAIN, DOWNHILL = "Newton's method", "Newton's method on the co-content"


def _called(unknown: str) -> str:
    return f"the current {unknown}" if unknown.startswith("i(") else f"the node {unknown}"


def about(network: Network, point: Point, begin: float) -> dict[str, object]:
    """How an answer was made."""
    return {
        "engine": "nodal",
        "iterations": point.steps,
        "residual": point.residual,
        "worst": point.worst,
        "method": point.method,
        "homotopies": point.homotopies,
        "gmin": network.surroundings.gmin,
        "temperature": network.surroundings.temperature,
        "notes": remarks_of(network.instances, network.flat),
        "seconds": time.perf_counter() - begin,
    }
