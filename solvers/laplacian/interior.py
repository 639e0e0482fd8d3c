"""Interior point on the engine's own factor: the safe way near the solution where the active set does not settle.

Mehrotra's predictor-corrector method (Nocedal, Wright, Numerical Optimization, 2006, algorithm 16.4): with slacks
s = d − D x > 0 and currents λ > 0 every diode is a conductance λ/s, so each step factorises the Laplacian of the whole
network, whose symbolic analysis is done once. Active-set steps then make the point exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .active_set import State, iterate
from .clusters import Quotient, imbalance, quotient, stiffen
from .network import Network
from .residual import Scales
from .system import LinearSystem, linear_system

STEPS = 80
FIRST_POLISH, NEXT_POLISH = 1e-4, 1e-2
POLISH = 8
SMALLEST = 1e-20
TIE = 1e-7
STIFFEN = 1e-14


@dataclass(frozen=True, eq=False)
class Inside:
    """x (n + 1, volts), slacks s > 0 (k, volts), currents λ > 0 (k, amperes)."""

    x: np.ndarray
    slack: np.ndarray
    current: np.ndarray

    @property
    def gap(self) -> float:
        """The mean of λ·s, watts."""
        return float(np.mean(self.slack * self.current)) if len(self.slack) else 0.0


def approach(network: Network, near: np.ndarray, tolerance: float, steps: int) -> State:
    """From potentials `near` (n + 1) to the solution; `steps` counts the factorisations so far."""
    system = System(network, near)
    point = system.first()
    best = State(point.x, np.maximum(point.current, 0.0), np.inf, steps, None)
    watts, threshold = point.gap, FIRST_POLISH
    for _ in range(STEPS):
        point = system.advance(point)
        steps += 1
        if not np.isfinite(point.gap):
            break
        if point.gap <= threshold * watts:
            threshold = NEXT_POLISH * point.gap / watts
            scales = Scales.of(network, point.x)
            on = point.current * scales.volts > point.slack * scales.diodes
            found = iterate(network, on, State(point.x, point.current, np.inf, steps, None), tolerance, POLISH)
            steps = found.steps
            best = min(best, found, key=lambda state: state.residual)
        if best.residual <= tolerance or point.gap <= SMALLEST * watts:
            break
    return State(best.x, best.current, best.residual, steps, best.face)


class System:
    """The Laplacian of a network in which every diode is a conductance. Parts without ground get a weak tie."""

    def __init__(self, network: Network, near: np.ndarray):
        self.network, self.near = network, near
        n = len(network.injection)
        identity = np.arange(n + 1).astype(np.int32)
        self._diodes = np.arange(len(network.drop))
        self._bare, self._edges = quotient(network, identity, np.zeros(n + 1), self._diodes)
        diagonal = self._bare.diagonal
        typical = float(np.max(diagonal, initial=0.0)) or 1.0
        self.tie = TIE * np.where(diagonal > 0, diagonal, typical) if network.loose else np.zeros(n)
        self._factor: LinearSystem | None = None

    def factor(self, weight: np.ndarray) -> LinearSystem:
        """The factor with the diodes as conductances `weight` (k, siemens), kept positive definite against rounding."""
        bare = self._bare._replace(
            diagonal=self._bare.diagonal + self.tie, right=self._bare.right.copy(), tied=self._bare.tied + self.tie
        )
        parts: Quotient = stiffen(self.network, bare, self._edges, self._diodes, weight, np.zeros(len(weight)))
        parts.diagonal[:] *= 1.0 + STIFFEN
        self._factor = linear_system(parts, self.network.crowded, like=self._factor)
        return self._factor

    def at_nodes(self, current: np.ndarray) -> np.ndarray:
        """Dᵀ current (n): what leaves each node through the diodes."""
        size = len(self.near)
        network = self.network
        return (np.bincount(network.anode, current, size) - np.bincount(network.cathode, current, size))[:-1]

    def across(self, x: np.ndarray) -> np.ndarray:
        """D x (k) of potentials with ground last."""
        return x[self.network.anode] - x[self.network.cathode]

    def first(self) -> Inside:
        """A centred start: every diode a conductance as large as those at its ends."""
        network = self.network
        strength = network.strength.copy()
        strength[strength <= 0] = float(np.max(strength)) or 1.0
        strength[-1] = 0.0
        weight = np.maximum(strength[network.anode], strength[network.cathode])
        right = self._bare.right + self.at_nodes(weight * network.drop) + self.tie * self.near[:-1]
        x = np.append(self.factor(weight).solve(right), 0.0)
        gap = network.drop - self.across(x)
        floor = 0.1 * Scales.of(network, x).volts
        return Inside(x, np.maximum(np.abs(gap), floor), weight * np.maximum(-gap, floor))

    def advance(self, point: Inside) -> Inside:
        """One predictor-corrector step with one factorisation."""
        network = self.network
        weight = point.current / point.slack
        factor = self.factor(weight)
        pull = self.tie * (point.x - self.near)[:-1]
        descent = -imbalance(network, point.x)[:-1] - pull - self.at_nodes(point.current)
        primal = network.drop - self.across(point.x) - point.slack

        def direction(product: np.ndarray) -> Inside:
            push = product / point.slack - weight * primal
            dx = np.append(factor.solve(descent - self.at_nodes(push)), 0.0)
            spread = self.across(dx)
            return Inside(dx, primal - spread, push + weight * spread)

        step = direction(-point.slack * point.current)
        reach = _reach(point, step)
        predicted = float(np.mean((point.slack + reach * step.slack) * (point.current + reach * step.current)))
        centring = (predicted / point.gap) ** 3
        step = direction(centring * point.gap - point.slack * point.current - reach**2 * step.slack * step.current)
        reach = 0.995 * _reach(point, step)
        return Inside(point.x + reach * step.x, point.slack + reach * step.slack, point.current + reach * step.current)


def _reach(point: Inside, step: Inside) -> float:
    """The largest length in [0, 1] that keeps slacks and currents from becoming negative."""
    reach = 1.0
    for values, change in ((point.slack, step.slack), (point.current, step.current)):
        shrinking = change < 0
        reach = min(reach, float(np.min(values[shrinking] / -change[shrinking], initial=1.0)))
    return reach
