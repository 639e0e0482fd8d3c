"""Which nodes hang together."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph


def components(nodes: int, a: np.ndarray, b: np.ndarray) -> tuple[int, np.ndarray]:
    """How many parts edges a-b make of `nodes` nodes, and the part of each node. O(nodes + edges)."""
    if not len(a):
        return nodes, np.arange(nodes)
    edges = sparse.csr_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(nodes, nodes))
    return csgraph.connected_components(edges, directed=False)
