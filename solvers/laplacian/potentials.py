"""Potentials that satisfy all diodes, x_a − x_b ≤ d, or a loop of diodes that forbids them.

A shortest-path problem with lengths d from cathode to anode. Bellman's and Ford's relaxation by a queue, with Tarjan's
subtree disassembly: when a node's potential falls, all nodes whose potential came through it are taken off the tree of
causes; if the node that lowered it is among them, the chain of causes is a loop of negative length.

Source: R. E. Tarjan, "Shortest paths" (1981), as described by B. Cherkassky, A. Goldberg, "Negative-cycle detection
algorithms", Math. Programming 85 (1999), doi:10.1007/s101070050058. O(nodes · diodes) at worst, near linear as a rule.
"""

from __future__ import annotations

import numba
import numpy as np

from .elimination import grouped


@numba.njit(cache=True)
def _disassemble(node, following, preceding, depth, target):
    """Take `node` and the subtree below it out of the preorder list; True if `target` was in it."""
    before, level = preceding[node], depth[node]
    hit, last = node == target, following[node]
    while last >= 0 and depth[last] > level:
        hit |= last == target
        depth[last] = -1
        last = following[last]
    following[before] = last
    if last >= 0:
        preceding[last] = before
    depth[node] = -1
    return hit


@numba.njit(cache=True)
def _attach(node, parent, following, preceding, depth):
    """Put `node` below `parent` in the preorder list."""
    after = following[parent]
    following[parent], preceding[node], following[node] = node, parent, after
    if after >= 0:
        preceding[after] = node
    depth[node] = depth[parent] + 1


@numba.njit(cache=True)
def _loop(cause, cathode, start, end, closing):
    """The diodes of the chain of causes from node `start` back to node `end`, and the one that closes it."""
    loop = [closing]
    while start != end:
        loop.append(cause[start])
        start = cathode[cause[start]]
    return np.array(loop)


@numba.njit(cache=True)
def feasible_potentials(nodes, anode, cathode, drop, tolerance):
    """Return potentials (nodes, the last is ground at 0 V) that satisfy all diodes to `tolerance`, and an empty array;
    or meaningless potentials and the diodes of a loop whose drops sum to less than zero, in order."""
    start, order = grouped(nodes, cathode)
    x, cause = np.zeros(nodes), np.full(nodes, -1, np.int64)
    # A root before all nodes holds those that nothing has lowered yet; a depth of −1 marks a node out of the tree.
    following = np.append(np.arange(1, nodes + 1), 0)
    following[nodes - 1] = -1
    preceding = np.append(np.arange(-1, nodes - 1), -1)
    preceding[0] = nodes
    depth = np.append(np.ones(nodes, np.int64), 0)
    queue, waiting = np.arange(nodes), np.ones(nodes, np.bool_)
    head, length = 0, nodes
    while length > 0:
        b = queue[head]
        head, length, waiting[b] = (head + 1) % nodes, length - 1, False
        if depth[b] < 0:
            continue
        for p in range(start[b], start[b + 1]):
            k = order[p]
            a = anode[k]
            if x[a] <= x[b] + drop[k] + tolerance:
                continue
            x[a] = x[b] + drop[k]
            if depth[a] >= 0 and _disassemble(a, following, preceding, depth, b):
                return x, _loop(cause, cathode, b, a, k)
            cause[a] = k
            _attach(a, b, following, preceding, depth)
            if not waiting[a]:
                queue[(head + length) % nodes] = a
                length, waiting[a] = length + 1, True
    return x - x[-1], np.zeros(0, np.int64)
