"""How fast a circuit settles: the time constants of its capacitors at a steady state.

Near the steady state the diodes that conduct are shorts and the others open, and Kirchhoff's current law reads

    C dx/dt + G x = 0,      C u = τ G u

so that each eigenvalue τ of the pair (C, G) is a time constant, and the largest says how long settling takes. Nodes
without capacitance follow at once (τ = 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import eigsh

from ..netlist import Circuit, CircuitError, Element, NumericalError
from .branches import Branches
from .contraction import Contraction
from .incidence import Incidence
from .qp import QP, Solution
from .reduced import Reduced
from .registry import AUTO, solve

DENSE = 400
CONDUCTING = 1e-12
"""A diode counts as conducting from this part of the largest current on."""


@dataclass(frozen=True, eq=False)
class TimeConstants:
    """`slowest` in seconds; `all`, in seconds from the slowest on, those that were computed (one in large circuits).

    `nodes` are each capacitive node's own: its capacitance over the conductance at it, with all others held.
    """

    slowest: float
    all: np.ndarray
    nodes: Mapping[str, float]


def time_constants(circuit: Circuit, method: str = AUTO) -> TimeConstants:
    """The time constants around a circuit's operating point. Cubic in the nodes up to 400, else one sparse factor.

    Raises:
        CircuitError: no capacitor, an inductor, a capacitance that is no number, no steady state.
        NumericalError: a capacitor's charge that no resistor lets go, whose time constant is infinite.
    """
    flat = circuit.flatten()
    if inductors := flat.of_kind("L"):
        raise CircuitError(
            f"{inductors[0].name} is an inductor; time constants are those of resistors and capacitors",
            inductors[0].location,
        )
    if not flat.of_kind("C"):
        raise CircuitError("the circuit has no capacitor, so that it settles at once; add the nodes' capacitances as C")
    reduced = Reduced.of(circuit)
    network = reduced.network
    problem = network.problem()
    joined = _conducting(problem, solve(problem, method))
    group = joined.groups.group[network.supernodes.group]
    capacitors = Branches.of(network.circuit.of_kind("C"), network.table, capacitance_of)
    branches = Incidence(group[capacitors.first], group[capacitors.second], joined.groups.count)
    capacity = branches.sparse_laplacian(np.where(branches.a != branches.b, capacitors.values, 0.0))
    conductance = _conductance(problem, joined)
    own = capacity.diagonal() / np.maximum(conductance.diagonal(), np.finfo(float).tiny)
    found = _eigenvalues(capacity, conductance, len(own)) if capacity.nnz and capacity.max() > 0.0 else np.zeros(1)
    named = [(network.table.name(int(node)), int(group[node])) for node in range(network.table.ground)]
    shown = set(reduced.parts.visible(name for name, _ in named))
    nodes = {name: float(own[at]) for name, at in named if name in shown and at < len(own) and own[at] > 0.0}
    return TimeConstants(float(found[0]), found, nodes)


def capacitance_of(element: Element) -> float | np.ndarray:
    """A capacitor's value in farads, times how many stand in parallel."""
    capacitance: float | np.ndarray = 1.0
    for value in (element.value, element.parameters.get("m", 1.0), element.parameters.get("scale", 1.0)):
        if not isinstance(value, (int, float, np.ndarray)):
            raise CircuitError(f"the capacitance of {element.name} is no number; write it in farads", element.location)
        capacitance = capacitance * value
    return capacitance


def _conducting(problem: QP, solution: Solution) -> Contraction:
    currents = solution.diode_currents
    largest = max(
        float(np.max(np.abs(currents), initial=0.0)),
        float(np.max(np.abs(problem.resistor_currents(solution.v)), initial=0.0)),
    )
    return Contraction.of(problem, np.flatnonzero(currents > CONDUCTING * largest))


def _conductance(problem: QP, joined: Contraction) -> sparse.csc_array:
    graph, group = problem.topology, joined.groups.group
    branches = Incidence(group[graph.resistor_a], group[graph.resistor_b], joined.groups.count)
    apart = branches.a != branches.b
    return branches.some(np.flatnonzero(apart)).sparse_laplacian(problem.conductance[apart])


def _eigenvalues(capacity: sparse.csc_array, conductance: sparse.csc_array, order: int) -> np.ndarray:
    """The eigenvalues of C u = τ G u in seconds, from the largest on; of large circuits the largest alone."""
    try:
        if order <= DENSE:
            root = np.linalg.cholesky(conductance.toarray())
            half = linalg.solve_triangular(root, capacity.toarray(), lower=True)
            found = np.linalg.eigvalsh(linalg.solve_triangular(root, half.T, lower=True))
            return np.maximum(found[::-1], 0.0)
        return np.asarray(eigsh(capacity, k=1, M=conductance, which="LA", return_eigenvectors=False))
    except (np.linalg.LinAlgError, RuntimeError):
        raise NumericalError(
            "some nodes have no resistor on their way to a source or ground, so that they keep their charge for ever; "
            "add a resistor"
        ) from None
