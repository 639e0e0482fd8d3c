"""Colours: supernodes of one colour share no resistor and no diode, so that they move at the same time, each exactly.

Two colours where the graph has no odd loop (layers, grids, trees: breadth-first parity); else greedy, colour by colour,
by maximal independent sets in the order of degree (Luby 1986), every round vectorised.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from ..components import components
from ..qp import Topology


def colours(graph: Topology) -> list[np.ndarray]:
    """The free supernodes of each colour. O((n + edges) · colours), two colours in O(n + edges)."""
    edges = neighbours(graph)
    low, high = edges.coords
    parity = _parity(graph.nodes, low, high)
    if not np.any(parity[low] == parity[high]):
        return [members for side in (0, 1) if len(members := np.flatnonzero(parity == side))]
    return _greedy(graph.nodes, low, high)


def neighbours(graph: Topology) -> sparse.coo_array:
    """The distinct pairs of free supernodes that a branch joins, both ways round."""
    a = np.concatenate([graph.resistor_a, graph.diode_a])
    b = np.concatenate([graph.resistor_b, graph.diode_b])
    free = (a < graph.nodes) & (b < graph.nodes)
    ends = np.concatenate([a[free], b[free]]), np.concatenate([b[free], a[free]])
    pairs = sparse.csr_array((np.ones(len(ends[0])), ends), shape=(graph.nodes, graph.nodes))
    return sparse.coo_array(pairs)


def _parity(nodes: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Depth modulo 2 of a breadth-first forest; one extra node joined to a root of every part makes it one search."""
    _, label = components(nodes, low, high)
    roots = np.unique(label, return_index=True)[1]
    ends = np.concatenate([low, roots]), np.concatenate([high, np.full(len(roots), nodes)])
    joined = sparse.csr_array((np.ones(len(ends[0])), ends), shape=(nodes + 1, nodes + 1))
    _, parent = csgraph.breadth_first_order(joined, nodes, directed=False)
    parent[nodes] = nodes
    depth = (np.arange(nodes + 1) != nodes).astype(np.int64)
    while not np.all(parent == nodes):
        depth, parent = depth + depth[parent], parent[parent]
    return depth[:nodes] % 2


def _greedy(nodes: int, low: np.ndarray, high: np.ndarray) -> list[np.ndarray]:
    degree = np.bincount(low, minlength=nodes)
    rank = np.empty(nodes, dtype=np.int64)
    rank[np.lexsort((np.random.default_rng(0).permutation(nodes), degree))] = np.arange(nodes)
    left, found = np.ones(nodes, dtype=bool), []
    while np.any(left):
        candidate, chosen = left.copy(), np.zeros(nodes, dtype=bool)
        while np.any(candidate):
            both = candidate[low] & candidate[high]
            above = np.full(nodes, -1)
            np.maximum.at(above, low[both], rank[high[both]])
            new = candidate & (rank > above)
            chosen |= new
            candidate &= ~new
            candidate[high[new[low]]] = False
        found.append(np.flatnonzero(chosen))
        left &= ~chosen
    return found
