"""The arrays that the compiled kernels read: a QP with its supernodes renumbered in order of elimination.

The order depends on the topology alone, so it is found once and kept as long as the topology lives.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np

from ..qp import QP, Topology
from .elimination import column_counts, elimination_tree, grouped, postorder
from .ordering import minimum_degree

DENSE_DEGREE = 10.0
# Beyond either, conjugate gradients are quicker than a factor (measured), or the factor would not fit in 2 GB.
MOST_WORK_AN_EDGE = 8e4
MOST_ENTRIES = 2e8


class Network(NamedTuple):
    """A problem (qp.py) in elimination order; index `len(injection)` is ground.

    Resistors `a`, `b` with conductance `g` (S) and offset `e` (V); diodes `anode`, `cathode` with `drop` (V);
    `injection` (A) into each node; `strength` (S): the conductances at each node, ground last; `through` (S): what a
    diode's current is compared with, the larger strength at its ends. `loose`: whether the resistors alone leave a
    part without ground; `crowded`: whether a sparse factor would be too large.
    """

    a: np.ndarray
    b: np.ndarray
    g: np.ndarray
    e: np.ndarray
    anode: np.ndarray
    cathode: np.ndarray
    drop: np.ndarray
    injection: np.ndarray
    strength: np.ndarray
    through: np.ndarray
    loose: bool
    crowded: bool


@dataclass(frozen=True, eq=False)
class Layout:
    """The elimination order of a topology. `order` (n): the supernode at each place; `rank` (n + 1) its inverse.

    `crowded`: whether a sparse factor in this order would take more work or memory than is reasonable.
    """

    order: np.ndarray
    rank: np.ndarray
    crowded: bool
    resistor_a: np.ndarray
    resistor_b: np.ndarray
    anode: np.ndarray
    cathode: np.ndarray

    @classmethod
    def of(cls, topology: Topology) -> Layout:
        """The layout of a topology, remembered while the topology is in use."""
        known = _layouts.get(topology)
        if known is None:
            known = _layouts[topology] = cls._new(topology)
        return known

    @classmethod
    def _new(cls, topology: Topology) -> Layout:
        n = topology.nodes
        a = np.concatenate([topology.resistor_a, topology.diode_a])
        b = np.concatenate([topology.resistor_b, topology.diode_b])
        order, rank, entries, work = elimination_order(n, a, b)
        crowded = entries > MOST_ENTRIES or work > MOST_WORK_AN_EDGE * len(a)
        ends = topology.resistor_a, topology.resistor_b, topology.diode_a, topology.diode_b
        return cls(order, rank, crowded, *(rank[end] for end in ends))

    def network(self, problem: QP) -> Network:
        """The problem's values in this layout. O(n + m + k)."""
        g = np.ascontiguousarray(problem.conductance, dtype=np.float64)
        size, strong = len(self.rank), np.abs(g)
        strength = np.bincount(self.resistor_a, strong, size) + np.bincount(self.resistor_b, strong, size)
        strength = strength.astype(np.float64)
        offset = np.ascontiguousarray(problem.offset, dtype=np.float64)
        drop = np.ascontiguousarray(problem.drop, dtype=np.float64)
        injection = np.asarray(problem.injection, dtype=np.float64)[self.order]
        through = np.maximum(strength[self.anode], strength[self.cathode])
        through = np.where(through > 0, through, np.max(strength, initial=0.0) or 1.0)
        loose = has_loose_part(size, self.resistor_a, self.resistor_b, g)
        a, b, anode, cathode = self.resistor_a, self.resistor_b, self.anode, self.cathode
        return Network(a, b, g, offset, anode, cathode, drop, injection, strength, through, loose, self.crowded)


_layouts: weakref.WeakKeyDictionary[Topology, Layout] = weakref.WeakKeyDictionary()


def elimination_order(n: int, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
    """An order of low fill for the graph with edges (a, b), its inverse, and the factor's entries and operations.

    Minimum degree, nodes of very high degree last; then children before parents of the elimination tree, so that what
    is eliminated together lies together in memory. Nodes ≥ n are known and keep their place.
    """
    order = few_neighbours_first(n, a, b)
    rank = _inverse(order)
    ends = rank[np.minimum(a, n)], rank[np.minimum(b, n)]
    inside = np.flatnonzero((ends[0] < n) & (ends[1] < n))
    low, high = np.minimum(*ends)[inside], np.maximum(*ends)[inside]
    tree = elimination_tree(*grouped(n, high), low)
    post = postorder(tree)
    count = column_counts(tree, post, *grouped(n, low), high).astype(np.float64)
    order = order[post]
    return order, _inverse(order), float(count.sum()), float(count @ count)


def _inverse(order: np.ndarray) -> np.ndarray:
    """The place of each node in `order`, and of the known node after the last."""
    rank = np.empty(len(order) + 1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rank[-1] = len(order)
    return rank


def few_neighbours_first(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Minimum degree on the nodes of moderate degree, then the others by their degree."""
    pointers, neighbours = adjacency(n, a, b)
    degree = np.diff(pointers)
    hubs = degree > DENSE_DEGREE * max(16.0, np.sqrt(n))
    if not np.any(hubs):
        return minimum_degree(pointers, neighbours)
    few = np.flatnonzero(~hubs)
    place = np.full(n + 1, len(few))
    place[few] = np.arange(len(few))
    inner = minimum_degree(*adjacency(len(few), place[np.minimum(a, n)], place[np.minimum(b, n)]))
    late = np.flatnonzero(hubs)
    return np.concatenate([few[inner], late[np.argsort(degree[late], kind="stable")]]).astype(np.int32)


@numba.njit(cache=True)
def adjacency(n, a, b):
    """Adjacency lists `pointers` (n + 1), `neighbours` of the graph with edges (a, b), each neighbour once; nodes ≥ n
    and loops are left out. O(n + edges)."""
    start = np.zeros(n + 1, np.int64)
    for k in range(len(a)):
        if a[k] < n and b[k] < n and a[k] != b[k]:
            start[a[k] + 1] += 1
            start[b[k] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    fill = start[:-1].copy()
    raw = np.empty(start[-1], np.int32)
    for k in range(len(a)):
        if a[k] < n and b[k] < n and a[k] != b[k]:
            raw[fill[a[k]]] = b[k]
            fill[a[k]] += 1
            raw[fill[b[k]]] = a[k]
            fill[b[k]] += 1
    pointers = np.zeros(n + 1, np.int64)
    seen = np.full(n, -1, np.int32)
    out = 0
    for i in range(n):
        for p in range(start[i], start[i + 1]):
            j = raw[p]
            if seen[j] != i:
                seen[j] = i
                raw[out] = j
                out += 1
        pointers[i + 1] = out
    return pointers, raw[:out]


@numba.njit(cache=True)
def has_loose_part(size, a, b, g):
    """Whether the graph of `size` nodes with edges (a, b) of conductance g ≠ 0 is in more than one part."""
    ancestor = np.arange(size).astype(np.int32)
    parts = size
    for k in range(len(a)):
        if g[k] == 0.0:
            continue
        i, j = find(ancestor, a[k]), find(ancestor, b[k])
        if i != j:
            ancestor[i] = j
            parts -= 1
    return parts > 1


@numba.njit(cache=True)
def find(ancestor, i):
    """The representative of i, with the path to it halved (Tarjan 1975)."""
    while ancestor[i] != i:
        ancestor[i] = ancestor[ancestor[i]]
        i = ancestor[i]
    return i
