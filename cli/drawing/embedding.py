"""Places for the nodes of a graph so that distances on paper are distances along branches.

Pivot MDS (Brandes and Pich 2006, doi:10.1007/978-3-540-70904-6_6) for any size, improved by stress majorisation
(Gansner, Koren and North 2004, doi:10.1007/978-3-540-31843-9_25) where the graph is small enough for all distances.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

_PIVOTS = 60
_MAJORISED = 900
_ROUNDS = 120
_RELAXATIONS = 80
_LARGE = 10_000


def embedded(count: int, tails: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """Positions (count, 2) of the nodes 0 … count−1 of a graph, neighbours about one unit apart.

    Every connected part is placed for itself and the parts stand side by side. O(nodes + branches) a pivot, and
    O(nodes²) a round for parts of up to 900 nodes.
    """
    ones = np.ones(len(tails))
    graph = sparse.csr_array((ones, (tails, heads)), shape=(count, count))
    graph = graph + graph.T
    parts, label = csgraph.connected_components(graph, directed=False)
    at = np.zeros((count, 2))
    left = 0.0
    sizes = np.bincount(label, minlength=parts)
    for part in np.argsort(-sizes, kind="stable"):
        members = np.flatnonzero(label == part)
        places = _connected(sparse.csr_array(graph[members][:, members]))
        places -= places.min(axis=0)
        at[members] = places + np.array([left, 0.0])
        left += float(places[:, 0].max()) + 2.0
    return at


def _connected(graph: sparse.csr_array) -> np.ndarray:
    """One connected part, the longer side across."""
    count = int(graph.indptr.size - 1)
    if count < 3:
        return np.column_stack([np.arange(count, dtype=float), np.zeros(count)])
    pivots, distance = _pivots(graph, count)
    places = _scaled(distance)
    if count <= _MAJORISED:
        places = _majorised(places, csgraph.shortest_path(graph, unweighted=True, directed=False))
    else:
        places = _relaxed(places, pivots, distance, graph)
    return _turned(places, graph)


def _pivots(graph: sparse.csr_array, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pivots that are far from each other, and the distances (pivots, nodes) to them."""
    pivots, nearest = [0], np.full(count, np.inf)
    rows = []
    for _ in range(min(_PIVOTS, count)):
        rows.append(csgraph.dijkstra(graph, indices=pivots[-1], unweighted=True, directed=False))
        nearest = np.minimum(nearest, rows[-1])
        pivots.append(int(np.argmax(nearest)))
    return np.array(pivots[:-1]), np.array(rows)


def _scaled(distance: np.ndarray) -> np.ndarray:
    """Classical scaling of the distances to the pivots, at the distances' own scale."""
    squared = distance.T**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1, keepdims=True) + squared.mean()
    _, vectors = np.linalg.eigh(centred.T @ centred)
    places = -0.5 * centred @ vectors[:, [-1, -2]]
    wanted = np.sqrt(np.mean(distance**2)) / np.sqrt(2)
    spread = np.sqrt(np.mean((places - places.mean(axis=0)) ** 2, axis=0).sum()) or 1.0
    return places / spread * wanted


def _relaxed(places: np.ndarray, pivots: np.ndarray, distance: np.ndarray, graph: sparse.csr_array) -> np.ndarray:
    """Less stress with neighbours and pivots alone (Ortmann, Klimenta and Brandes 2017, doi:10.7155/jgaa.00440).

    Every node moves to the weighted mean of where its neighbours and the pivots want it. O(pivots · nodes) a round.
    """
    edges = sparse.coo_array(graph)
    degree = np.bincount(edges.row, minlength=len(places)).astype(float)
    weight = _stands_for(distance).T / np.maximum(distance.T, 1.0) ** 2
    weight[pivots, np.arange(len(pivots))] = 0.0
    total = weight.sum(axis=1) + degree
    for _ in range(_RELAXATIONS if len(places) < _LARGE else _RELAXATIONS // 4):
        wanted = np.zeros_like(places)
        for column, pivot in enumerate(pivots):
            wanted += weight[:, [column]] * _at_distance(places, places[pivot], distance[column])
        near = _at_distance(places[edges.row], places[edges.col], np.ones(len(edges.row)))
        np.add.at(wanted, edges.row, near)
        places = wanted / total[:, None]
    return places


def _stands_for(distance: np.ndarray) -> np.ndarray:
    """How many nodes a pivot stands for as seen from each node: those nearest to it and within half the way."""
    region = distance.argmin(axis=0)
    count = np.empty_like(distance)
    for pivot, row in enumerate(distance):
        count[pivot] = np.searchsorted(np.sort(row[region == pivot]), row / 2, side="right")
    return count


def _at_distance(places: np.ndarray, others: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """The points in the same direction from `others`, at these distances."""
    apart = places - others
    length = np.linalg.norm(apart, axis=1)
    return others + apart * (distance / np.maximum(length, 1e-9))[:, None]


def _majorised(places: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Places of least stress Σ (‖x_i − x_j‖ − d_ij)² / d_ij², by majorisation from the given ones."""
    count = len(places)
    np.fill_diagonal(distance, 1.0)
    weight = distance**-2.0
    np.fill_diagonal(weight, 0.0)
    laplacian = np.diag(weight.sum(axis=1)) - weight
    inverse = np.linalg.inv(laplacian + 1.0 / count) - 1.0 / count
    jitter = np.random.default_rng(0).normal(scale=1e-3, size=places.shape)
    places = places + jitter
    for _ in range(_ROUNDS):
        apart = np.linalg.norm(places[:, None] - places[None], axis=2)
        np.fill_diagonal(apart, 1.0)
        ratio = -weight * distance / np.maximum(apart, 1e-9)
        np.fill_diagonal(ratio, 0.0)
        np.fill_diagonal(ratio, -ratio.sum(axis=1))
        moved = inverse @ (ratio @ places)
        if np.abs(moved - places).max() < 1e-3:
            return moved
        places = moved
    return places


def _turned(places: np.ndarray, graph: sparse.csr_array) -> np.ndarray:
    """Turned so that the drawing is widest across, and scaled so that the median branch is one unit long."""
    centred = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    edges = sparse.coo_array(graph)
    lengths = np.linalg.norm(turned[edges.row] - turned[edges.col], axis=1)
    return turned / (float(np.median(lengths)) or 1.0)
