"""Gradients of a loss with respect to every conductance, source and diode drop, at the size of the engine.

The implicit function theorem on the set of conducting diodes A (sensitivity.py states it with names): with w = dLoss/dx
the adjoint network is the same network, conducting diodes merged, with w injected and all sources at rest,

    L μ + D_Aᵀ ν = w,     D_A μ = 0,

and dLoss/dg = −(A x + e)(A μ), dLoss/de = −g A μ, dLoss/dc = μ, dLoss/dd = ν. One factorisation and one solve, however
many parameters there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..kkt import current_scales, voltage_scale
from ..qp import QP, Solution, with_ground
from .clusters import expand, imbalance, tree_currents
from .face import Face
from .network import Layout

# A diode counts as conducting when its current is this many times the solution's own residual.
CLEAR = 30.0
LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Gradient:
    """Gradients in the order of the problem: `conductance` (m) per siemens, `offset` (m) per volt, `injection` (n) per
    ampere, `drop` (k) per volt.

    `degenerate` (indices): diodes that neither conduct nor block beyond rounding, or that close a loop of conducting
    ones; there the loss may have a kink, and the gradient is the one for these diodes held as they are.
    """

    conductance: np.ndarray
    offset: np.ndarray
    injection: np.ndarray
    drop: np.ndarray
    degenerate: np.ndarray


def gradient(problem: QP, solution: Solution, weight: np.ndarray) -> Gradient:
    """The gradient of a loss whose derivative with respect to the potentials is `weight` (n, per volt).

    Parts without ground (solution.undetermined) must have no weight.
    """
    carrying, doubtful = _conducting(problem, solution)
    response, force, chords = adjoint(problem, solution, weight, carrying)
    resistors = problem.topology.resistors
    across = resistors.across(response)
    voltage = resistors.across(solution.v) + problem.offset
    return Gradient(
        conductance=-voltage * across,
        offset=-problem.conductance * across,
        injection=response,
        drop=force,
        degenerate=np.union1d(doubtful, chords),
    )


def adjoint(
    problem: QP, solution: Solution, weight: np.ndarray, carrying: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The adjoint potentials μ (n), the diodes' forces ν (k), and the `carrying` diodes (k) that close a loop."""
    layout = Layout.of(problem.topology)
    network = layout.network(problem)
    x = with_ground(solution.v[layout.order])
    face = Face.sealed(network, carrying, solution.diode_currents, x)
    parts, injected = face.parts, weight[layout.order]
    count = len(parts.diagonal)
    right = np.bincount(parts.cluster[:-1], injected, count + 1)[:count]
    response = expand(parts.cluster, np.zeros(len(x)), face.system.solve(right))
    at_rest = network._replace(e=np.zeros(len(network.e)), injection=injected)
    force = np.zeros(len(network.drop))
    tree_currents(network, imbalance(at_rest, response), face.leaves, face.stems, force)
    return response[layout.rank[:-1]], force, face.soft


def _conducting(problem: QP, solution: Solution) -> tuple[np.ndarray, np.ndarray]:
    """Which diodes (k) carry current, and the indices of those that neither do nor have slack."""
    graph, current = problem.topology, solution.diode_currents
    threshold = max(LEAST, CLEAR * solution.residual)
    volts = voltage_scale(problem, solution.v)
    scales = current_scales(problem, volts, current)
    carrying = current > threshold * np.maximum(scales[graph.diode_a], scales[graph.diode_b])
    touching = problem.slack(solution.v) <= threshold * volts
    return carrying, np.flatnonzero(touching & ~carrying)
