"""Nodes joined by conducting diodes: which diodes can be held exactly, and the network that is left when they are.

The conducting diodes are a graph. Taking away leaf after leaf splits it into trees, whose diodes are *rigid*: the two
ends move as one and the diode's current follows from Kirchhoff's law at the leaf; and a core of loops, in which
currents are not unique and drops may contradict each other: its diodes are *soft*, springs of high conductance.
"""

from typing import NamedTuple

import numba
import numpy as np

from .network import find


class Quotient(NamedTuple):
    """The network after rigid diodes have merged their ends: x[k] = y[cluster[k]] + shift[k].

    `cluster` (n + 1), `shift` (n + 1, volts): ground belongs to cluster `len(diagonal)`, whose y is 0.
    `low`, `high`, `weight`: edges between clusters; `diagonal`, `right` (clusters): the Laplacian's diagonal (S) and
    the right-hand side (A); `tied` (clusters, siemens): what of the diagonal leads to ground.
    """

    cluster: np.ndarray
    shift: np.ndarray
    low: np.ndarray
    high: np.ndarray
    weight: np.ndarray
    diagonal: np.ndarray
    right: np.ndarray
    tied: np.ndarray


@numba.njit(cache=True)
def strip(nodes, anode, cathode, on):
    """Take leaves off the graph of diodes that are `on`.

    `nodes` is ground's index, never a leaf. Returns `leaves` and `stems`: the nodes in the order they came off and the
    diode that held each. Diodes that are on and not among the stems lie in the core. O(nodes + diodes).
    """
    degree = np.zeros(nodes + 1, np.int32)
    link = np.zeros(nodes + 1, np.int32)
    for k in range(len(on)):
        if on[k]:
            for end in (anode[k], cathode[k]):
                degree[end] += 1
                link[end] ^= k
    leaves, stems = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    count = 0
    for node in range(nodes):
        i = node
        while i < nodes and degree[i] == 1:
            k = link[i]
            leaves[count], stems[count] = i, k
            count += 1
            degree[i] = 0
            i = anode[k] + cathode[k] - i
            degree[i] -= 1
            link[i] ^= k
            if i > node:
                break
    return leaves[:count], stems[:count]


@numba.njit(cache=True)
def forest(nodes, anode, cathode, order):
    """Which diodes (k) make a spanning forest of those listed in `order`, earlier ones preferred. O(nodes + diodes)."""
    ancestor = np.arange(nodes + 1).astype(np.int32)
    tree = np.zeros(len(anode), np.bool_)
    for k in order:
        i, j = find(ancestor, anode[k]), find(ancestor, cathode[k])
        if i != j:
            ancestor[i] = j
            tree[k] = True
    return tree


@numba.njit(cache=True)
def merge(nodes, anode, cathode, drop, leaves, stems):
    """Potential of every node relative to the last node of its tree: returns `root` and `shift`, both (nodes + 1).

    A tree is walked from the last leaf taken to the first, so that each node finds its stem's other end already placed.
    """
    root = np.arange(nodes + 1).astype(np.int32)
    shift = np.zeros(nodes + 1)
    for p in range(len(leaves) - 1, -1, -1):
        i, k = leaves[p], stems[p]
        j = anode[k] + cathode[k] - i
        root[i] = root[j]
        shift[i] = shift[j] + (drop[k] if anode[k] == i else -drop[k])
    return root, shift


@numba.njit(cache=True)
def _number(root):
    """Number the clusters by the last of their nodes in elimination order, ground's cluster last."""
    nodes = len(root) - 1
    last = np.full(nodes + 1, -1, np.int32)
    for i in range(nodes + 1):
        last[root[i]] = i
    number = np.full(nodes + 1, -1, np.int32)
    holder = np.full(nodes + 1, -1, np.int32)
    for r in range(nodes + 1):
        if last[r] >= 0:
            holder[last[r]] = r
    count = 0
    for i in range(nodes + 1):
        if holder[i] >= 0:
            number[holder[i]] = count
            count += 1
    cluster = np.empty(nodes + 1, np.int32)
    for i in range(nodes + 1):
        cluster[i] = number[root[i]]
    return cluster, count - 1


@numba.njit(cache=True)
def _add_branches(a, b, conductance, emf, cluster, shift, edge, parts):
    """Add branches of current conductance·(x_a − x_b + emf) to the quotient; return the number of edges so far."""
    ground = len(parts.diagonal)
    for k in range(len(a)):
        i, j, g = cluster[a[k]], cluster[b[k]], conductance[k]
        if i == j or g == 0.0:
            continue
        current = g * (emf[k] + shift[a[k]] - shift[b[k]])
        if i != ground:
            parts.diagonal[i] += g
            parts.right[i] -= current
        if j != ground:
            parts.diagonal[j] += g
            parts.right[j] += current
        if i == ground or j == ground:
            parts.tied[i + j - ground] += g
        else:
            parts.low[edge], parts.high[edge], parts.weight[edge] = min(i, j), max(i, j), g
            edge += 1
    return edge


@numba.njit(cache=True)
def quotient(network, root, shift, soft):
    """The `Quotient` for the trees of `merge`, without the diodes that are `soft`, for which it has room."""
    cluster, count = _number(root)
    room = len(network.a) + len(soft)
    low, high, weight = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room)
    diagonal, right, tied = np.zeros(count), np.zeros(count), np.zeros(count)
    for k in range(len(network.injection)):
        if cluster[k] < count:
            right[cluster[k]] += network.injection[k]
    parts = Quotient(cluster, shift, low, high, weight, diagonal, right, tied)
    edge = _add_branches(network.a, network.b, network.g, network.e, cluster, shift, np.int64(0), parts)
    return parts, edge


@numba.njit(cache=True)
def stiffen(network, parts, edge, soft, stiffness, current):
    """Add the diodes `soft` (indices) with a conductance `stiffness` and an extra current, each (soft,), and trim."""
    emf = current / stiffness - network.drop[soft]
    a, b = network.anode[soft], network.cathode[soft]
    edge = _add_branches(a, b, stiffness, emf, parts.cluster, parts.shift, edge, parts)
    low, high, weight = parts.low[:edge], parts.high[:edge], parts.weight[:edge]
    return Quotient(parts.cluster, parts.shift, low, high, weight, parts.diagonal, parts.right, parts.tied)


@numba.njit(cache=True)
def floating(parts):
    """One cluster of every part of the quotient that no branch ties to ground. O(clusters + edges)."""
    count = len(parts.diagonal)
    ancestor = np.arange(count).astype(np.int32)
    tied = parts.tied != 0.0
    for k in range(len(parts.low)):
        i, j = find(ancestor, parts.low[k]), find(ancestor, parts.high[k])
        if i != j:
            ancestor[i] = j
            tied[j] |= tied[i]
    return np.array([i for i in range(count) if ancestor[i] == i and not tied[i]], dtype=np.int64)


@numba.njit(cache=True)
def expand(cluster, shift, y):
    """Potentials of all nodes, ground last, from those of the clusters."""
    x = np.empty(len(cluster))
    for k in range(len(cluster)):
        x[k] = shift[k] + (y[cluster[k]] if cluster[k] < len(y) else 0.0)
    return x


@numba.njit(cache=True)
def imbalance(network, x):
    """Current (A) leaving every node through resistors less what is injected, ground last."""
    leaving = np.zeros(len(x))
    for k in range(len(network.a)):
        a, b = network.a[k], network.b[k]
        current = network.g[k] * (x[a] - x[b] + network.e[k])
        leaving[a] += current
        leaving[b] -= current
    for k in range(len(network.injection)):
        leaving[k] -= network.injection[k]
    return leaving


@numba.njit(cache=True)
def tree_currents(network, leaving, leaves, stems, current):
    """Write the currents of the rigid diodes that carry what is `leaving` each leaf; `leaving` is used up."""
    for p in range(len(leaves)):
        i, k = leaves[p], stems[p]
        if network.anode[k] == i:
            current[k] = -leaving[i]
            leaving[network.cathode[k]] += leaving[i]
        else:
            current[k] = leaving[i]
            leaving[network.anode[k]] += leaving[i]
        leaving[i] = 0.0
