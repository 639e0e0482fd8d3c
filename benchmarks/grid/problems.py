"""The circuits of this benchmark, as quadratic programs on supernodes (solvers/qp.py)."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from tellegen.solvers.qp import QP, Topology


def matrices(problem: QP) -> tuple[sparse.csc_matrix, sparse.csc_matrix]:
    """The Laplacian and the diode incidence as the other solvers want them."""
    return sparse.csc_matrix(problem.laplacian), sparse.csc_matrix(problem.topology.diodes.matrix)


def square_grid(side: int, seed: int = 0, spread: float = 2.0) -> QP:
    """side² nodes, resistors between neighbours, side²/2 ideal diodes beside random resistors in random directions.

    50 nodes (fewer on small grids) have a voltage source to ground, U(−1, 1) volts, as many a current source,
    U(−0.1, 0.1) amperes; conductances are log-uniform over `spread` decades below 1 siemens.
    """
    random = np.random.default_rng(seed)
    nodes = side * side
    number = np.arange(nodes).reshape(side, side)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    conductance = 10.0 ** random.uniform(-spread, 0.0, len(a))
    beside = random.choice(len(a), nodes // 2, replace=False)
    forward = random.random(len(beside)) < 0.5
    anode = np.where(forward, a[beside], b[beside])
    cathode = np.where(forward, b[beside], a[beside])
    half = min(50, nodes // 100)
    driven = random.choice(nodes, 2 * half, replace=False)
    potential = np.zeros(nodes)
    potential[driven[:half]] = random.uniform(-1.0, 1.0, half)
    current = np.zeros(nodes)
    current[driven[half:]] = random.uniform(-0.1, 0.1, half)
    place = np.full(nodes, nodes - half)
    free = np.setdiff1d(np.arange(nodes), driven[:half])
    place[free] = np.arange(len(free))
    return reduced(place, potential, (a, b, conductance), (anode, cathode), current[free])


def reduced(place: np.ndarray, potential: np.ndarray, resistors, diodes, injection: np.ndarray) -> QP:
    """The program on the free nodes: `place` of each node, `potential` of those tied to ground by a source."""
    a, b, conductance = resistors
    anode, cathode = diodes
    branches = place[a] != place[b]
    a, b, conductance = a[branches], b[branches], conductance[branches]
    across = place[anode] != place[cathode]
    anode, cathode = anode[across], cathode[across]
    topology = Topology(len(injection), place[a], place[b], place[anode], place[cathode])
    offset, drop = potential[a] - potential[b], potential[cathode] - potential[anode]
    return QP(topology, conductance, offset, injection, drop)
