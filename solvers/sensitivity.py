"""Gradients of a loss by the implicit function theorem: one more solve on the active set.

Where conducting diodes carry current and blocked ones have slack, the set does not change under a small change, and

    L x + D_Aᵀ λ = c − Aᵀ g e,     D_A x = d_A

is a linear system, L the Laplacian and D_A the conducting diodes. With w = dLoss/dx its adjoint is the same system,

    L μ + D_Aᵀ ν = w,     D_A μ = 0,

and every gradient is local: dLoss/dg = −(A x + e)(A μ), dLoss/de = −g A μ, dLoss/dc = μ, dLoss/dd = ν. The potentials
μ are those of the adjoint network (Director and Rohrer 1969): w is injected where the loss looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..netlist.errors import CircuitError
from .kkt import current_scales, voltage_scale
from .methods.face import Face
from .qp import QP, Solution, with_ground
from .resistive import ResistiveNetwork
from .scatter import scatter
from .values import Values

THRESHOLD = 1e-7


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Flat gradients in the order of a network's branches: per siemens, per volt, per ampere; `drops` per volt of
    forward drop of each diode (0 where it blocks); `load_conductance` and `load_current` of the load nodes.

    `degenerate` names the diodes that neither conduct nor block beyond rounding, or that conduct in a loop: there the
    loss has a kink, and the gradient is the one for the degenerate diodes held as they are.
    """

    network: ResistiveNetwork
    conductances: np.ndarray
    voltages: np.ndarray
    currents: np.ndarray
    drops: np.ndarray
    load_conductance: np.ndarray
    load_current: np.ndarray
    degenerate: tuple[str, ...]

    def named(self) -> dict[str, np.ndarray]:
        """The gradients by element, in the elements' shapes: R per siemens, V per volt, I per ampere."""
        network = self.network
        return {
            **network.resistors.shaped(self.conductances),
            **network.sources.shaped(self.voltages),
            **network.currents.shaped(self.currents),
        }


def sensitivities(
    network: ResistiveNetwork, solution: Solution, gradient: Mapping[str, Any], values: Values | None = None
) -> Sensitivity:
    """Gradients of a loss with respect to every conductance, source and diode drop. One factorisation, one solve.

    `gradient` maps node fields (`out`, `h[7]`, `out[0:9]`) to dLoss/dv there, in 1/volt; `values` are those of the
    problem that `solution` solves.

    Raises:
        CircuitError: a node that is not there, or one whose voltage the circuit leaves open.
    """
    values = values or network.values()
    problem = network.reduce(values)
    wanted = _by_node(network, gradient)
    group, size = network.supernodes.group, network.supernodes.count + 1
    weight = scatter(wanted, group, size)[:-1]
    loose = solution.undetermined[weight[solution.undetermined] != 0]
    if len(loose):
        node = network.table.name(int(np.flatnonzero((group == loose[0]) & (wanted != 0))[0]))
        raise CircuitError(f"the loss depends on v({node}), which the circuit leaves open; tie the node down")
    conducting, doubtful = active_set(problem, solution)
    face = Face.of(problem, conducting, solution.v)
    response, force = adjoint(problem, face, weight)
    doubtful = np.union1d(doubtful, conducting[face.contraction.groups.closing])
    names = tuple(network.diodes.name(int(row)) for row in network.diode_rows[doubtful])
    return _gathered(network, problem, solution, wanted, response, force, names)


def active_set(problem: QP, solution: Solution, threshold: float = THRESHOLD) -> tuple[np.ndarray, np.ndarray]:
    """The diodes (indices) that carry current, and those that neither carry any nor have slack, beyond `threshold`."""
    graph, x, current = problem.topology, solution.v, solution.diode_currents
    volts = voltage_scale(problem, x)
    scales = current_scales(problem, volts, current)
    carrying = current > threshold * np.maximum(scales[graph.diode_a], scales[graph.diode_b])
    touching = problem.slack(x) <= threshold * volts
    return np.flatnonzero(carrying), np.flatnonzero(touching & ~carrying)


def adjoint(problem: QP, face: Face, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The adjoint potentials μ (n) and diode forces ν (k) of dLoss/dx = `weight` (n)."""
    contraction = face.contraction
    reduced = face.factor.solve(contraction.sums(weight))
    response = with_ground(reduced)[contraction.groups.group][:-1]
    resistors = problem.topology.resistors
    leaving = resistors.leaving(problem.conductance * resistors.across(response)) - weight
    force = np.zeros(len(problem.drop))
    force[contraction.chosen] = contraction.groups.currents(with_ground(leaving))
    return response, force


def _by_node(network: ResistiveNetwork, gradient: Mapping[str, Any]) -> np.ndarray:
    """dLoss/dv (nodes + 1, ground last) of a mapping from node fields."""
    wanted = np.zeros(network.table.ground + 1)
    for field, value in gradient.items():
        places = network.table.index(field.lower())
        array = np.asarray(value, dtype=np.float64)
        if array.shape != np.shape(places) or not np.all(np.isfinite(array)):
            raise CircuitError(f"the gradient at {field} must be finite and of shape {np.shape(places)}")
        np.add.at(wanted, places, array)
    return wanted


def _gathered(
    network: ResistiveNetwork,
    problem: QP,
    solution: Solution,
    wanted: np.ndarray,
    response: np.ndarray,
    force: np.ndarray,
    degenerate: tuple[str, ...],
) -> Sensitivity:
    """The adjoint, brought from supernodes and offsets back to branches and sources."""
    graph, nodes = problem.topology, network.table.ground + 1
    count, loads = network.resistors.count, network.loads
    across = graph.resistors.across(response)
    every = np.zeros(count + len(loads))
    every[network.rows] = -(graph.resistors.across(solution.v) + problem.offset) * across
    through = np.zeros(count + len(loads))
    through[network.rows] = -problem.conductance * across
    forces = np.zeros(network.diodes.count)
    forces[network.diode_rows] = force
    shift = wanted.copy()
    for branches, pull in ((network.resistors, through[:count]), (network.diodes, -forces)):
        shift += scatter(pull, branches.first, nodes) - scatter(pull, branches.second, nodes)
    shift += scatter(through[count:], loads, nodes)
    at_nodes = with_ground(response)[network.supernodes.group]
    return Sensitivity(
        network,
        conductances=every[:count],
        voltages=-network.supernodes.currents(shift),
        currents=at_nodes[network.currents.second] - at_nodes[network.currents.first],
        drops=forces,
        load_conductance=every[count:],
        load_current=at_nodes[loads],
        degenerate=degenerate,
    )
