"""Interior point on the engine's own factor: the safe way near the solution where the active set does not settle.

Mehrotra's predictor-corrector method (Nocedal, Wright, Numerical Optimization, 2006, algorithm 16.4): with slacks
s = d − D x > 0 and currents λ > 0 every diode is a conductance λ/s, so each step factorises the Laplacian of the whole
network, whose symbolic analysis is done once. Active-set steps then make the point exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .active_set import State, iterate
from .clusters import imbalance
from .network import Network
from .residual import Scales
from .springs import Springs

STEPS = 80
FIRST_POLISH, NEXT_POLISH = 1e-4, 1e-2
POLISH = 8
SMALLEST = 1e-20


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
    system = Springs(network, near)
    point = _first(system)
    best = State(point.x, np.maximum(point.current, 0.0), np.inf, steps, None)
    watts, threshold = point.gap, FIRST_POLISH
    for _ in range(STEPS):
        point = _advance(system, point)
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


def _first(system: Springs) -> Inside:
    """A centred start: every diode a conductance as large as those at its ends."""
    network = system.network
    strength = network.strength.copy()
    strength[strength <= 0] = float(np.max(strength)) or 1.0
    strength[-1] = 0.0
    weight = np.maximum(strength[network.anode], strength[network.cathode])
    x = system.rest(weight)
    gap = network.drop - system.across(x)
    floor = 0.1 * Scales.of(network, x).volts
    return Inside(x, np.maximum(np.abs(gap), floor), weight * np.maximum(-gap, floor))


def _advance(system: Springs, point: Inside) -> Inside:
    """One predictor-corrector step with one factorisation."""
    network = system.network
    weight = point.current / point.slack
    factor = system.factor(weight)
    pull = system.tie * (point.x - system.near)[:-1]
    descent = -imbalance(network, point.x)[:-1] - pull - system.at_nodes(point.current)
    primal = network.drop - system.across(point.x) - point.slack

    def direction(product: np.ndarray) -> Inside:
        push = product / point.slack - weight * primal
        dx = np.append(factor.solve(descent - system.at_nodes(push)), 0.0)
        spread = system.across(dx)
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
