"""Contraction: supernodes joined by conducting diodes move as one, x = y[group] + shift, and the way back.

A conducting diode is a voltage source of its drop, so the groups are those of supernodes.py once more, and the diode
currents are its source currents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from .incidence import Incidence
from .qp import QP, Topology, with_ground
from .scatter import scatter
from .supernodes import Supernodes


@dataclass(frozen=True, eq=False)
class Contraction:
    """A problem with the diodes `chosen` (indices) held at zero slack. `shift` (n + 1) in volts, ground last."""

    original: QP
    chosen: np.ndarray
    groups: Supernodes
    shift: np.ndarray

    @classmethod
    def of(cls, problem: QP, chosen: np.ndarray) -> Contraction:
        """Join the ends of the chosen diodes. O(n + chosen)."""
        graph = problem.topology
        groups = Supernodes.of(graph.nodes + 1, graph.nodes, graph.diode_a[chosen], graph.diode_b[chosen])
        return cls(problem, chosen, groups, groups.offsets(problem.drop[chosen]))

    @property
    def is_forest(self) -> bool:
        """Whether the chosen diodes close no loop, so that their currents are unique."""
        return not len(self.groups.closing)

    def expand(self, y: np.ndarray) -> np.ndarray:
        """The potentials x (n) of group potentials y."""
        return (with_ground(y)[self.groups.group] + self.shift)[:-1]

    def restrict(self, x: np.ndarray) -> np.ndarray:
        """The group potentials y nearest to x: the mean over each group of x − shift."""
        group, size = self.groups.group[:-1], self.groups.count + 1
        members = np.bincount(group, minlength=size)[:-1]
        return scatter(x - self.shift[:-1], group, size)[:-1] / np.maximum(members, 1)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over each free group of a quantity per supernode (n)."""
        return scatter(values, self.groups.group[:-1], self.groups.count + 1)[:-1]

    def system(self, diagonal: np.ndarray) -> tuple[np.ndarray | sparse.csc_array, np.ndarray]:
        """The Laplacian over groups plus a diagonal, and the right-hand side: what is left to solve."""
        graph, group = self.original.topology, self.groups.group
        branches = Incidence(group[graph.resistor_a], group[graph.resistor_b], self.groups.count)
        matrix = branches.laplacian(self.original.conductance, diagonal)
        return matrix, -self.sums(self.original.imbalance(self.shift[:-1]))

    def problem(self) -> tuple[QP, np.ndarray]:
        """The contracted QP, and which diodes (indices) remain in it: those between different groups."""
        old, graph, group = self.original, self.original.topology, self.groups.group
        resistors = np.flatnonzero(group[graph.resistor_a] != group[graph.resistor_b])
        diodes = np.flatnonzero(group[graph.diode_a] != group[graph.diode_b])
        a, b = graph.resistor_a[resistors], graph.resistor_b[resistors]
        anode, cathode = graph.diode_a[diodes], graph.diode_b[diodes]
        topology = Topology(self.groups.count, group[a], group[b], group[anode], group[cathode])
        offset = old.offset[resistors] + self.shift[a] - self.shift[b]
        drop = old.drop[diodes] - self.shift[anode] + self.shift[cathode]
        return QP(topology, old.conductance[resistors], offset, self.sums(old.injection), drop), diodes

    def currents(self, x: np.ndarray, known: np.ndarray) -> np.ndarray:
        """All diode currents (k): the `known` ones (0 for a chosen diode) plus what Kirchhoff leaves to the chosen.

        Where chosen diodes close a loop the closing ones carry what `known` gives them.
        """
        leaving = self.original.imbalance(x) + self.original.topology.diodes.leaving(known)
        currents = known.copy()
        currents[self.chosen] += self.groups.currents(with_ground(leaving))
        return currents


def consistent(problem: QP, chosen: np.ndarray, urgency: np.ndarray, tolerance: float) -> np.ndarray:
    """Those of the `chosen` diodes (indices) that can conduct together, the more urgent ones first.

    Of two parallel diodes with different drops only one can, and likewise around any loop whose drops do not sum to
    zero within `tolerance` volts. O(chosen log chosen).
    """
    every = Contraction.of(problem, chosen)
    if every.is_forest or np.max(np.abs(_gaps(every, chosen)), initial=0.0) <= tolerance:
        return chosen
    graph = problem.topology
    order = chosen[np.argsort(-urgency[chosen], kind="stable")]
    low = np.minimum(graph.diode_a[order], graph.diode_b[order])
    high = np.maximum(graph.diode_a[order], graph.diode_b[order])
    pair, first = np.unique(low * (graph.nodes + 1) + high, return_index=True)
    size = graph.nodes + 1
    ranked = sparse.csr_array((first + 1.0, (pair // size, pair % size)), shape=(size, size))
    forest = order[csgraph.minimum_spanning_tree(ranked).data.astype(np.int64) - 1]
    return chosen[np.abs(_gaps(Contraction.of(problem, forest), chosen)) <= tolerance]


def _gaps(contraction: Contraction, diodes: np.ndarray) -> np.ndarray:
    """By how many volts each diode within one group misses zero slack; 0 between groups."""
    graph, shift, group = contraction.original.topology, contraction.shift, contraction.groups.group
    a, b = graph.diode_a[diodes], graph.diode_b[diodes]
    return np.where(group[a] == group[b], contraction.original.drop[diodes] - shift[a] + shift[b], 0.0)
