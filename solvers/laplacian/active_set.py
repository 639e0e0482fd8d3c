"""Primal-dual active set on the contracted network: guess who conducts, solve the linear network, correct the guess.

A diode that is on and would carry a negative current is turned off, one that is off and has a forward voltage is turned
on, all at once (M. Hintermüller, K. Ito, K. Kunisch, SIAM J. Optim. 13 (2002), doi:10.1137/S1052623401383558). The
answer of the last step is exact. On sparse circuits five to eight steps are usual whatever the size; convergence is not
guaranteed, so a run that stops making progress says so, and augmented.py brings the point near.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .face import Face
from .network import Network
from .residual import Scales, residual

STEPS = 60
PATIENCE = 6
PACE = 0.6
FEW = 30
REFINEMENTS = 4
# What follows, the merging of loops and the problem's own scale, may need a little of the tolerance.
SPARE = 0.05


@dataclass(frozen=True, eq=False)
class State:
    """A point of the iteration: potentials `x` (n + 1, ground last), diode `current` (k), `residual` (kkt.py, scaled),
    the `steps` it took and the `face` it lies on, if any."""

    x: np.ndarray
    current: np.ndarray
    residual: float
    steps: int
    face: Face | None


def iterate(
    network: Network, on: np.ndarray, state: State, tolerance: float, limit: int, first: Face | None = None
) -> State:
    """Active-set steps from the set `on` until the residual is within tolerance, progress ends, or `limit` steps.

    `first` is the face of `on` where it is known already. Returns the best point met; its residual says whether it is
    a solution.
    """
    best, history = state, []
    x, current = state.x, state.current
    for step in range(limit):
        face = first if first is not None and step == 0 else Face.of(network, on, current, x)
        x = face.solution()
        current, leaving = face.currents(x, current)
        following = corrected(network, on, x, current, tolerance)
        changes = int(np.count_nonzero(following != on))
        state = State(x, current, np.inf, state.steps + (face is not first), face)
        if changes < max(10, len(on) // 1000):
            state = refine(face, state, leaving, tolerance)
            best = min(best, state, key=lambda found: found.residual)
            if state.residual > tolerance and changes == 0 and len(face.soft):
                state = min(state, sealed(network, on, state, tolerance), key=lambda found: found.residual)
                best = min(best, state, key=lambda found: found.residual)
            if state.residual <= tolerance:
                return state
            x, current = state.x, state.current
            following = corrected(network, on, x, current, tolerance)
        history.append(changes)
        if stalled(history):
            break
        on, current = following, np.maximum(current, 0.0)
    return State(best.x, best.current, best.residual, state.steps, best.face)


def stalled(history: list[int]) -> bool:
    """Whether the numbers of diodes that changed do not fall as they do on the way to a solution."""
    now = history[-1]
    if now > FEW:
        return len(history) > 2 and now > PACE * history[-3]
    return len(history) > PATIENCE and now >= min(history[:-PATIENCE])


def sealed(network: Network, on: np.ndarray, state: State, tolerance: float) -> State:
    """The state with all diodes that are `on` (k) merged, so that rounding leaves no voltage in a loop of them."""
    face = Face.sealed(network, on, state.current, state.x)
    x = face.solution()
    current, leaving = face.currents(x, state.current)
    return refine(face, State(x, current, np.inf, state.steps + 1, face), leaving, tolerance)


def corrected(network: Network, on: np.ndarray, x: np.ndarray, current: np.ndarray, tolerance: float) -> np.ndarray:
    """The set (k) that the signs of current and forward voltage ask for, each beyond rounding."""
    scales = Scales.of(network, x)
    forward = x[network.anode] - x[network.cathode] - network.drop
    keep = current >= -0.1 * tolerance * scales.diodes
    return np.where(on, keep, forward > 0.1 * tolerance * scales.volts)


def refine(face: Face, state: State, leaving: np.ndarray, tolerance: float) -> State:
    """The state with its residual, after corrections on the same factor for as long as they help much."""
    network = face.network
    best = State(state.x, state.current, residual(network, state.x, state.current, leaving), state.steps, face)
    for _ in range(REFINEMENTS):
        if best.residual <= SPARE * tolerance:
            break
        x = face.corrected(best.x, best.current)
        current, leaving = face.currents(x, best.current)
        found = State(x, current, residual(network, x, current, leaving), best.steps, face)
        if found.residual >= 0.5 * best.residual:
            return min(best, found, key=lambda each: each.residual)
        best = found
    return best
