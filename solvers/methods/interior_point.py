"""Interior point for every topology, finished by an active-set polish to machine accuracy.

Mehrotra's predictor-corrector method (Mehrotra 1992; for quadratic programs Nocedal and Wright 2006, Alg. 16.4). With
slacks s = d − D x > 0 and currents λ > 0 each step solves one weighted graph Laplacian,

    (AᵀgA + Dᵀ(λ/s)D) Δx = right-hand side,

in which a diode acts as a conductance λ/s that grows or vanishes as it starts to conduct or to block.

Before: loops of diodes whose drops sum to zero are contracted, so that an interior exists (feasibility.py); a part that
no resistor ties to ground gets a weak tie to where it is, which the polish takes out again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..contraction import Contraction, consistent
from ..feasibility import resistive_parts, rigid_diodes
from ..incidence import Incidence
from ..kkt import current_scales, voltage_scale
from ..qp import QP, Solution
from ..scatter import scatter
from .active_set import polish
from .convexity import refuse_indefinite
from .face import Face
from .linear import Factor
from .method import certified, finished, start_point
from .rigid import rigid_currents

STEPS = 100
TIES = (1e-6, 1e-9, 1e-12)
POLISH_BELOW = 1e-2
SMALLEST = 1e-18
STIFFEN = 1e-14


@dataclass(frozen=True)
class InteriorPoint:
    """Exact for every topology: 10 to 25 factorisations, and one to three for the polish."""

    name: str = "interior_point"

    def accepts(self, problem: QP) -> str | None:
        """Everything."""
        return None

    def solve(self, problem: QP, *, start: np.ndarray | None = None, tolerance: float = 1e-10) -> Solution:
        """See Method.solve. With a start the active-set iteration is tried from there first."""
        refuse_indefinite(problem)
        feasible = start_point(problem)
        if start is not None:
            slack, volts = problem.slack(start), voltage_scale(problem, start)
            chosen = consistent(problem, np.flatnonzero(slack <= 1e-6 * volts), -slack, 0.1 * tolerance * volts)
            found = polish(problem, start, chosen, np.zeros(len(slack)), tolerance)
            if found.residual <= tolerance:
                return finished(problem, found.v, found.diode_currents, found.iterations, found.method, tolerance)
        joined = Contraction.of(problem, rigid_diodes(problem, feasible))
        inner, kept = joined.problem()
        found = _solve(inner, joined.restrict(feasible), tolerance)
        x = joined.expand(found.v)
        currents = np.zeros(len(problem.drop))
        currents[kept] = found.diode_currents
        if len(joined.chosen):
            currents = rigid_currents(joined, x, currents)
        return finished(problem, x, currents, found.iterations, self.name, tolerance)


@dataclass(frozen=True, eq=False)
class Iterate:
    """x (n) volts, slacks s > 0 (k) volts, currents λ > 0 (k) amperes."""

    x: np.ndarray
    slack: np.ndarray
    current: np.ndarray

    @property
    def gap(self) -> float:
        """The mean of λ·s, watts."""
        return float(np.mean(self.slack * self.current)) if len(self.slack) else 0.0


def _solve(problem: QP, feasible: np.ndarray, tolerance: float) -> Solution:
    """The best point found; the caller looks at its residual."""
    if not len(problem.drop):
        nothing = np.zeros(0, dtype=np.int64)
        return certified(problem, Face.of(problem, nothing, feasible).x, np.zeros(0), 1, InteriorPoint.name)
    best = certified(problem, feasible, np.zeros(len(problem.drop)), 0, InteriorPoint.name)
    heads, target = floating_heads(problem), feasible
    for tie in TIES if np.any(heads) else TIES[:1]:
        best, target = _from_inside(problem, tie * heads, target, tolerance, best)
        if best.residual <= tolerance:
            break
    return best


def _from_inside(
    problem: QP, tie: np.ndarray, target: np.ndarray, tolerance: float, best: Solution
) -> tuple[Solution, np.ndarray]:
    """The best point so far and the last one, with weak conductances `tie` (n) to the potentials `target`."""
    tied = Tied(problem, tie, target)
    point = _first(tied)
    watts, threshold, steps = point.gap, POLISH_BELOW, best.iterations
    for step in range(1, STEPS + 1):
        point = _advance(tied, point)
        if point.gap <= threshold * watts:
            threshold = POLISH_BELOW * point.gap / watts
            found = polish(problem, point.x, _conducting(problem, point), point.current, tolerance)
            if found.residual < best.residual:
                best = replace(found, iterations=steps + step + found.iterations, method=InteriorPoint.name)
        if best.residual <= tolerance or point.gap <= SMALLEST * watts:
            break
    return best, point.x


@dataclass(frozen=True, eq=False)
class Tied:
    """A problem with weak conductances `tie` (n, siemens) from its supernodes to the potentials `target` (n, volts)."""

    problem: QP
    tie: np.ndarray
    target: np.ndarray

    def descent(self, x: np.ndarray) -> np.ndarray:
        """The current (n) into each supernode that nothing takes yet, diodes left out."""
        return self.tie * (self.target - x) - self.problem.imbalance(x)

    def factor(self, weight: np.ndarray) -> Factor:
        """The factor with the diodes as conductances `weight`; a diagonal larger by rounding keeps it positive."""
        graph = self.problem.topology
        a = np.concatenate([graph.resistor_a, graph.diode_a])
        b = np.concatenate([graph.resistor_b, graph.diode_b])
        every = np.concatenate([self.problem.conductance, weight])
        size = graph.nodes + 1
        total = (scatter(np.abs(every), a, size) + scatter(np.abs(every), b, size))[:-1]
        return Factor(Incidence(a, b, graph.nodes).laplacian(every, self.tie + STIFFEN * total))


def floating_heads(problem: QP) -> np.ndarray:
    """The largest conductance (n, siemens) at one supernode of every part that no resistor ties to ground; else 0."""
    parts, label = resistive_parts(problem)
    strength = np.zeros(problem.topology.nodes)
    if parts > 1:
        diagonal = strengths(problem)[:-1]
        order = np.lexsort((-diagonal, label[:-1]))
        floating = np.setdiff1d(np.arange(parts), label[-1])
        heads = order[np.searchsorted(label[:-1][order], floating)]
        strength[heads] = float(np.max(diagonal, initial=0.0)) or 1.0
    return strength


def strengths(problem: QP) -> np.ndarray:
    """The sum of the conductances (n + 1, ground last with 0) at each supernode, siemens."""
    graph, weight = problem.topology, np.abs(problem.conductance)
    size = graph.nodes + 1
    total = scatter(weight, graph.resistor_a, size) + scatter(weight, graph.resistor_b, size)
    total[-1] = 0.0
    return total


def _first(tied: Tied) -> Iterate:
    """A centred start: every diode a conductance as large as those at its ends, slacks and currents made positive."""
    problem, graph = tied.problem, tied.problem.topology
    strength = strengths(problem)
    weight = np.maximum(strength[graph.diode_a], strength[graph.diode_b])
    weight = np.where(weight > 0, weight, float(np.max(strength)) or 1.0)
    right = tied.descent(np.zeros(graph.nodes)) + graph.diodes.leaving(weight * problem.drop)
    x = tied.factor(weight).solve(right)
    gap = problem.slack(x)
    floor = 0.1 * voltage_scale(problem, x)
    return Iterate(x, np.maximum(np.abs(gap), floor), weight * np.maximum(-gap, floor))


def _advance(tied: Tied, point: Iterate) -> Iterate:
    """One predictor-corrector step with one factorisation."""
    problem, diodes = tied.problem, tied.problem.topology.diodes
    weight = point.current / point.slack
    factor = tied.factor(weight)
    descent = tied.descent(point.x) - diodes.leaving(point.current)
    primal = problem.slack(point.x) - point.slack

    def direction(product: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        push = product / point.slack - weight * primal
        dx = factor.solve(descent - diodes.leaving(push))
        spread = diodes.across(dx)
        return dx, primal - spread, push + weight * spread

    _, ds, dl = direction(-point.slack * point.current)
    reach = min(_reach(point.slack, ds), _reach(point.current, dl))
    predicted = float(np.mean((point.slack + reach * ds) * (point.current + reach * dl)))
    centring = (predicted / point.gap) ** 3
    dx, ds, dl = direction(centring * point.gap - point.slack * point.current - reach**2 * ds * dl)
    reach = min(1.0, 0.995 * min(_reach(point.slack, ds), _reach(point.current, dl)))
    return Iterate(point.x + reach * dx, point.slack + reach * ds, point.current + reach * dl)


def _reach(values: np.ndarray, change: np.ndarray) -> float:
    """The largest step in [0, 1] that keeps positive values from becoming negative."""
    shrinking = change < 0
    return min(1.0, float(np.min(values[shrinking] / -change[shrinking], initial=1.0)))


def _conducting(problem: QP, point: Iterate) -> np.ndarray:
    """The diodes whose scaled current exceeds their scaled slack."""
    graph = problem.topology
    volts = voltage_scale(problem, point.x)
    scales = current_scales(problem, volts, point.current)
    through = np.maximum(scales[graph.diode_a], scales[graph.diode_b])
    return np.flatnonzero(point.current * volts > point.slack * through)
