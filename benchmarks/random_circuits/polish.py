"""CVXPY's answer made exact: the conducting diodes are read off it, and the linear equations that remain are solved.

CVXPY's solvers stop at 1e-8 to 1e-13, and at diodes that neither block nor conduct that is far from the answer: a KKT
residual of ε leaves the potentials free by up to √ε there. Dense least squares and no file of `solvers` but the arrays
(qp.py) and the measure (kkt.py) are used, so that what is compared stays independent.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg, optimize

from tellegen.solvers.kkt import current_scales, kkt_residual
from tellegen.solvers.qp import QP

GOOD = 1e-12
DIVISIONS = (1.0, 1e-2, 1e2, 1e-4, 1e4, 1e-6, 1e6)
ROUNDS = 40
ROUNDING = 1e-15


def size_of(problem: QP, x: np.ndarray) -> float:
    """The circuit's scale in volts: the largest voltage in it, or what a source's current makes at its own node.

    Where conducting diodes hold every node at ground the first alone would be rounding.
    """
    graph = problem.topology
    strength = np.bincount(graph.resistor_a, problem.conductance, graph.nodes + 1)
    strength += np.bincount(graph.resistor_b, problem.conductance, graph.nodes + 1)
    held = strength[:-1] > 0
    driven = np.max(np.abs(problem.injection[held]) / strength[:-1][held], initial=0.0)
    voltages = (x, problem.offset, problem.drop)
    return float(max(driven, *(np.max(np.abs(each), initial=0.0) for each in voltages))) or 1.0


def polished(problem: QP, x: np.ndarray, current: np.ndarray) -> tuple[np.ndarray, float]:
    """Potentials (n) and the KKT residual of the best polish; those given where none is better."""
    volts = size_of(problem, x)
    scales = current_scales(problem, volts, current)
    graph = problem.topology
    through = np.maximum(scales[graph.diode_a], scales[graph.diode_b])
    ratio = np.maximum(current, 0.0) / through
    slack = np.maximum(problem.slack(x), 0.0) / volts
    best = x, kkt_residual(problem, x, current).scaled
    for division in DIVISIONS:
        on = ratio > division * slack
        for _ in range(ROUNDS):
            found, shared = _face(problem, on, x)
            found[np.abs(found) <= ROUNDING * volts] = 0.0
            residual = kkt_residual(problem, found, shared).scaled
            if residual < best[1]:
                best = found, residual
            if best[1] <= GOOD:
                return best
            after = np.where(on, shared > 0.0, problem.slack(found) < -1e-13 * volts)
            if np.array_equal(after, on):
                break
            on = after
    return best


def _face(problem: QP, on: np.ndarray, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The state with these diodes conducting, closest to `near` where it is not unique, and currents ≥ 0 for it."""
    graph = problem.topology
    unit = float(np.max(problem.conductance, initial=0.0)) or 1.0
    resistors, diodes = graph.resistors.matrix.toarray(), graph.diodes.matrix.toarray()[on]
    rest = near - linalg.pinv(diodes) @ (diodes @ near - problem.drop[on]) if len(diodes) else near
    free = linalg.null_space(diodes, rcond=1e-12) if len(diodes) else np.eye(graph.nodes)
    x = rest
    for _ in range(3):
        weighted = np.sqrt(problem.conductance / unit)[:, None] * (resistors @ free)
        leaving = free.T @ problem.imbalance(x) / unit
        x = x - free @ np.linalg.lstsq(weighted.T @ weighted, leaving, rcond=1e-15)[0]
    current = np.zeros(len(on))
    if len(diodes):
        need = -problem.imbalance(x)
        size = float(np.max(np.abs(need))) or 1.0
        try:
            current[on] = optimize.nnls(diodes.T, need / size)[0] * size
        except RuntimeError:
            current[on] = np.linalg.lstsq(diodes.T, need, rcond=None)[0]
    return x, current
