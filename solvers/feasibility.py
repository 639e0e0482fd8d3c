"""Is there any steady state? Both questions are combinatorial, and both answers come with a certificate.

*Feasible.* D x ≤ d is a system of difference constraints: it has a solution unless some directed loop of diodes has
drops that sum to less than zero (Bellman 1958): sources that push forward around a loop of diodes that cannot resist.

*Bounded.* Contract what resistors join. The injected currents must be able to leave every part through diodes towards
ground; they cannot if and only if there is a set of parts without a diode leading out (or in) whose sources push
current in (or draw it): the cut of current sources (Gale 1957).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from ..netlist.errors import CircuitError
from .components import components
from .qp import QP
from .scatter import scatter

TOLERANCE = 1e-12


class Infeasible(CircuitError):
    """No potentials satisfy all diodes: `diodes` (indices, in order) are a loop whose drops sum to `excess` < 0 V."""

    def __init__(self, diodes: np.ndarray, excess: float):
        super().__init__(
            f"the diodes {', '.join(map(str, diodes))} form a loop that sources push forward by {-excess:g} V; "
            f"turn one round or put a resistor in the loop"
        )
        self.diodes, self.excess = diodes, excess


class Unbounded(CircuitError):
    """The injected `current` in amperes cannot leave (or, negative, reach) the supernodes `nodes`."""

    def __init__(self, nodes: np.ndarray, current: float):
        super().__init__(
            f"current sources push {current:g} A into the supernodes {', '.join(map(str, nodes[:8]))} "
            f"and no branch lets it return; give it a path to ground"
        )
        self.nodes, self.current = nodes, current


def rounding(problem: QP) -> float:
    """The slack in volts below which drops cannot be told from zero."""
    return TOLERANCE * float(np.max(np.abs(problem.drop), initial=0.0))


def feasible_point(problem: QP) -> tuple[np.ndarray | None, np.ndarray]:
    """A point with D x ≤ d, and no diodes; or None and the diodes (indices, in order) of a loop that forbids it.

    Bellman-Ford relaxation, each round vectorised: O((n + k) rounds), one round where all drops are ≥ 0.
    """
    graph = problem.topology
    a, b, drop = graph.diode_a, graph.diode_b, problem.drop
    x = np.zeros(graph.nodes + 1)
    cause = np.full(graph.nodes + 1, -1, dtype=np.int64)
    tolerance = rounding(problem)
    for _ in range(graph.nodes + 2):
        violated = np.flatnonzero(x[a] - x[b] > drop + tolerance)
        if not len(violated):
            return x[:-1] - x[-1], violated
        bound = x[b[violated]] + drop[violated]
        order = np.argsort(-bound, kind="stable")
        x[a[violated[order]]] = bound[order]
        cause[a[violated[order]]] = violated[order]
    return None, _loop(cause, b)


def _loop(cause: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The diodes of the loop that the chain of causes runs into."""
    for start in np.flatnonzero(cause >= 0):
        node, seen, chain = int(start), {}, []
        while cause[node] >= 0 and node not in seen:
            seen[node] = len(chain)
            chain.append(int(cause[node]))
            node = int(b[cause[node]])
        if node in seen:
            return np.asarray(chain[seen[node] :], dtype=np.int64)
    raise ValueError("the causes of a relaxation that does not end contain no loop")


def rigid_diodes(problem: QP, x: np.ndarray) -> np.ndarray:
    """The diodes that lie on a directed loop whose drops sum to zero: their slack is zero in every state. O(n + k)."""
    graph = problem.topology
    tight = np.flatnonzero(problem.slack(x) <= 2 * rounding(problem))
    if not len(tight):
        return tight
    ends = (graph.diode_b[tight], graph.diode_a[tight])
    edges = sparse.csr_array((np.ones(len(tight)), ends), shape=(graph.nodes + 1, graph.nodes + 1))
    _, label = csgraph.connected_components(edges, connection="strong")
    return tight[label[ends[0]] == label[ends[1]]]


def resistive_parts(problem: QP) -> tuple[int, np.ndarray]:
    """How many parts the conducting resistors make, and the part of each supernode, ground last."""
    graph = problem.topology
    conducting = problem.conductance != 0
    return components(graph.nodes + 1, graph.resistor_a[conducting], graph.resistor_b[conducting])


def current_cut(problem: QP) -> tuple[np.ndarray, float]:
    """The supernodes that an injected current cannot leave (or reach), and that current in amperes; empty where none.

    A linear program over the parts: maximise C·y subject to y_a ≤ y_b for every diode, −1 ≤ y ≤ 1, y(ground) = 0, whose
    vertices are the cuts themselves. Skipped where one resistive part holds everything.
    """
    graph = problem.topology
    parts, label = resistive_parts(problem)
    nothing = np.zeros(0, dtype=np.int64), 0.0
    if parts == 1:
        return nothing
    injected = scatter(problem.injection, label[:-1], parts)
    size = scatter(np.abs(problem.injection), label[:-1], parts)
    injected[np.abs(injected) <= TOLERANCE * size] = 0.0
    ground = label[-1]
    injected[ground] = 0.0
    if not np.any(injected):
        return nothing
    y = _raise(injected, label[graph.diode_a], label[graph.diode_b], ground)
    up, down = np.flatnonzero(y > 0.5), np.flatnonzero(y < -0.5)
    members, current = max(((up, injected[up].sum()), (down, injected[down].sum())), key=lambda cut: abs(cut[1]))
    if abs(current) <= TOLERANCE * size.sum():
        return nothing
    return np.flatnonzero(np.isin(label[:-1], members)), float(current)


def _raise(injected: np.ndarray, a: np.ndarray, b: np.ndarray, ground: int) -> np.ndarray:
    """The direction of the linear program in current_cut."""
    from scipy import optimize

    apart = a != b
    rows = np.arange(int(apart.sum()))
    ends = np.concatenate([a[apart], b[apart]])
    signs = np.repeat([1.0, -1.0], len(rows))
    matrix = sparse.csr_array((signs, (np.tile(rows, 2), ends)), shape=(len(rows), len(injected)))
    bounds = np.tile([-1.0, 1.0], (len(injected), 1))
    bounds[ground] = 0.0
    scaled = injected / np.max(np.abs(injected))
    found = optimize.linprog(-scaled, A_ub=matrix, b_ub=np.zeros(len(rows)), bounds=bounds, method="highs-ds")
    return np.round(found.x)
