"""Supernodes: voltage sources tie nodes into rigid groups with fixed offsets (a weighted union-find, vectorised).

Inside a group the potential of node k is that of the group's root plus a sum of source voltages along the tree path:

    v = x[group] + T V,      T (nodes, sources), entries 0, +1, −1

The same T gives every source's current: with J the current leaving each node into all other branches, the virtual
displacement of one unit of source s moves the nodes by column s of T, so by Tellegen's theorem i = −Tᵀ J. T is never
formed: path sums and subtree sums go by pointer doubling, O(nodes log depth).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from .components import components
from .scatter import scatter

LOOP_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Supernodes:
    """The groups that sources plus[s] → minus[s] form over nodes, compiled once: they hold for every source value.

    `count` is n, the number of free groups; `group` (nodes) is 0 … n−1, or n for ground's. A node hangs on its `parent`
    by source `via` (−1 for a root), `sign` +1 where it is the source's plus node. `jumps` are the ancestors 1, 2, 4, …
    steps up. `closing` are the sources that close a loop: their voltage is already given by the others.
    """

    plus: np.ndarray
    minus: np.ndarray
    count: int
    group: np.ndarray
    parent: np.ndarray
    via: np.ndarray
    sign: np.ndarray
    jumps: tuple[np.ndarray, ...]
    closing: np.ndarray

    @classmethod
    def of(cls, nodes: int, ground: int, plus: np.ndarray, minus: np.ndarray) -> Supernodes:
        """Group `nodes` nodes. O((nodes + sources) log depth)."""
        parts, label = components(nodes, plus, minus)
        roots = np.full(parts, nodes, dtype=np.int64)
        np.minimum.at(roots, label, np.arange(nodes))
        roots[label[ground]] = ground
        number = np.cumsum(np.arange(parts) != label[ground]) - 1
        number[label[ground]] = parts - 1
        parent, via = _forest(nodes, plus, minus, roots)
        sign = np.zeros(nodes)
        tree = np.flatnonzero(via >= 0)
        sign[tree] = np.where(plus[via[tree]] == tree, 1.0, -1.0)
        closing = np.setdiff1d(np.arange(len(plus)), via[tree])
        return cls(plus, minus, parts - 1, number[label], parent, via, sign, _jumps(parent), closing)

    def offsets(self, voltages: Any) -> Any:
        """T V: what to add to the group's potential, (..., sources) to (..., nodes), volts; NumPy or JAX arrays."""
        if not len(self.plus):
            return np.zeros((*voltages.shape[:-1], len(self.group)))
        total = voltages[..., self.via] * self.sign
        for ancestor in self.jumps:
            total = total + total[..., ancestor]
        return total

    def currents(self, leaving: np.ndarray) -> np.ndarray:
        """−Tᵀ J: the current through each source from + to −, given the current leaving each node into other branches.

        A source that closes a loop carries 0: how such sources share the current is not fixed by the circuit.
        """
        total = np.array(leaving)
        for ancestor in reversed(self.jumps):
            total = total + scatter(total, ancestor, len(total))
        tree = np.flatnonzero(self.via >= 0)
        return 0.0 - scatter(self.sign[tree] * total[tree], self.via[tree], len(self.plus))

    def contradiction(self, voltages: np.ndarray) -> list[tuple[int, bool]] | None:
        """The loop that misses zero by most, as (source, passed from − to +) in the order of going round, or None."""
        if not len(self.closing):
            return None
        offsets, size = self.offsets(voltages), self.offsets_size(voltages)
        plus, minus = self.plus[self.closing], self.minus[self.closing]
        gap = np.abs(voltages[self.closing] - offsets[plus] + offsets[minus])
        excess = gap - LOOP_TOLERANCE * (np.abs(voltages[self.closing]) + size[plus] + size[minus])
        worst = int(np.argmax(excess))
        return self._loop(int(self.closing[worst])) if excess[worst] > 0 else None

    def offsets_size(self, voltages: np.ndarray) -> np.ndarray:
        """The sum of |source voltages| along each node's path, volts: what rounding is measured by."""
        total = np.abs(voltages)[self.via] * np.abs(self.sign)
        for ancestor in self.jumps:
            total = total + total[ancestor]
        return total

    def _loop(self, source: int) -> list[tuple[int, bool]]:
        up, down = self._path(int(self.plus[source])), self._path(int(self.minus[source]))
        while up and down and up[-1] == down[-1]:
            up.pop()
            down.pop()
        descent = [(int(self.via[node]), bool(self.sign[node] < 0)) for node in up]
        ascent = [(int(self.via[node]), bool(self.sign[node] > 0)) for node in reversed(down)]
        return [(source, True), *descent, *ascent]

    def _path(self, node: int) -> list[int]:
        path = []
        while self.via[node] >= 0:
            path.append(node)
            node = int(self.parent[node])
        return path


def _forest(nodes: int, plus: np.ndarray, minus: np.ndarray, roots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each node's parent and the source between them (−1 for a root, its own parent), breadth first from the roots.

    One search does for all groups: a node beyond the last is joined to every root.
    """
    if not len(plus):
        return np.arange(nodes), np.full(nodes, -1, dtype=np.int64)
    low, high = np.minimum(plus, minus), np.maximum(plus, minus)
    pair, first = np.unique(low * (nodes + 1) + high, return_index=True)
    ends = (np.append(low[first], roots), np.append(high[first], np.full(len(roots), nodes)))
    graph = sparse.csr_array((np.ones(len(ends[0])), ends), shape=(nodes + 1, nodes + 1))
    _, found = csgraph.breadth_first_order(graph, nodes, directed=False)
    node = np.arange(nodes)
    above = found[:nodes].astype(np.int64)
    child = np.flatnonzero(above != nodes)
    key = np.minimum(child, above[child]) * (nodes + 1) + np.maximum(child, above[child])
    via = np.full(nodes, -1, dtype=np.int64)
    via[child] = first[np.searchsorted(pair, key)]
    return np.where(above == nodes, node, above), via


def _jumps(parent: np.ndarray) -> tuple[np.ndarray, ...]:
    """Ancestors 1, 2, 4, … steps up until all are roots; the last, whose path sums are 0, is left out."""
    jumps = []
    while not np.array_equal(following := parent[parent], parent):
        jumps.append(parent)
        parent = following
    return tuple(jumps)
