"""Currents through diodes that form directed loops of zero total drop: any balance can be met, and this is how.

Such diodes make strongly connected parts. In each, what has to leave a node through the diodes goes to one root along a
breadth-first tree of diodes that lead there, and from there to where it is wanted along another; no current is negative
and every node balances to rounding.
"""

import numba
import numpy as np

from .elimination import grouped


@numba.njit(cache=True)
def _tree(root, label, tails, heads, start, order, via, visited, count):
    """Breadth-first tree of `root`'s part: `via` the edge to each node; append the nodes to `visited` from `count`."""
    first = count
    visited[count] = root
    count += 1
    via[root] = -2
    while first < count:
        i = visited[first]
        first += 1
        for p in range(start[i], start[i + 1]):
            k = order[p]
            j = heads[k]
            if via[j] == -1 and label[j] == label[root]:
                via[j] = k
                visited[count] = j
                count += 1
    return count


@numba.njit(cache=True)
def loop_currents(label, roots, anode, cathode, leaving):
    """Currents (diodes) ≥ 0 that carry away what is `leaving` each node otherwise.

    `label` (nodes): the strongly connected part of each node; `roots`: one node of every part that has diodes, ground
    where it is in one; `anode`, `cathode`: the diodes, each within one part. O(nodes + diodes).
    """
    nodes = len(label)
    current = np.zeros(len(anode))
    from_root, to_root = np.full(nodes, -1, np.int64), np.full(nodes, -1, np.int64)
    outward, inward = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    out_start, out_order = grouped(nodes, anode)
    in_start, in_order = grouped(nodes, cathode)
    outs, ins = 0, 0
    for root in roots:
        outs = _tree(root, label, anode, cathode, out_start, out_order, from_root, outward, outs)
        ins = _tree(root, label, cathode, anode, in_start, in_order, to_root, inward, ins)
    wanted = np.maximum(leaving, 0.0)
    for p in range(outs - 1, -1, -1):
        k = from_root[outward[p]]
        if k >= 0:
            current[k] += wanted[outward[p]]
            wanted[anode[k]] += wanted[outward[p]]
    offered = np.maximum(-leaving, 0.0)
    for p in range(ins - 1, -1, -1):
        k = to_root[inward[p]]
        if k >= 0:
            current[k] += offered[inward[p]]
            offered[cathode[k]] += offered[inward[p]]
    return current
