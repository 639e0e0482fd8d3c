"""The linear network that is left when the conducting diodes are known, and its solution.

Rigid diodes (clusters.py) merge their ends; soft ones become springs of conductance `stiffness` that already carry a
current λ: x minimises the energy plus Σ ½ρ (x_a − x_b − d + λ/ρ)² over the soft diodes, and their current becomes
λ + ρ (x_a − x_b − d), one step of the method of multipliers, after which their slack is smaller by the stiffness.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .clusters import Quotient, expand, floating, forest, imbalance, merge, quotient, stiffen, strip, tree_currents
from .network import Network
from .system import LinearSystem, linear_system

STIFFNESS = 1e4


@dataclass(frozen=True, eq=False)
class Face:
    """The diodes that are `on` (k), held. Node arrays carry ground as their last entry.

    `leaves`, `stems`: nodes and rigid diodes as strip() took them off; `soft`: indices of the soft diodes, with
    `stiffness` (soft, siemens; 0 for one that only keeps its current); `parts`: the quotient network; `system`: its
    factor.
    """

    network: Network
    on: np.ndarray
    leaves: np.ndarray
    stems: np.ndarray
    soft: np.ndarray
    stiffness: np.ndarray
    parts: Quotient
    system: LinearSystem

    @classmethod
    def of(cls, network: Network, on: np.ndarray, current: np.ndarray, near: np.ndarray) -> Face:
        """Hold the diodes that are `on` (k), merging where possible; floating parts stay `near` (n + 1, volts)."""
        n = len(network.injection)
        leaves, stems = strip(n, network.anode, network.cathode, on)
        core = on.copy()
        core[stems] = False
        return cls._new(network, on, leaves, stems, np.flatnonzero(core), None, current, near)

    @classmethod
    def sealed(cls, network: Network, on: np.ndarray, current: np.ndarray, near: np.ndarray) -> Face:
        """Merge the ends of all diodes that are `on`; those that close a loop keep the `current` (k) they have.

        The diodes of large current take up what the nodes leave over, so that small currents do not turn negative.
        """
        n = len(network.injection)
        held = np.flatnonzero(on)
        tree = forest(n, network.anode, network.cathode, held[np.argsort(-current[held], kind="stable")])
        leaves, stems = strip(n, network.anode, network.cathode, tree)
        chords = np.flatnonzero(on & ~tree)
        return cls._new(network, on, leaves, stems, chords, np.zeros(len(chords)), current, near)

    @classmethod
    def _new(cls, network, on, leaves, stems, soft, stiffness, current, near) -> Face:
        parts, stiffness = _parts(network, leaves, stems, soft, stiffness, current, near)
        return cls(network, on, leaves, stems, soft, stiffness, parts, linear_system(parts, network.crowded))

    def again(self, network: Network, current: np.ndarray, near: np.ndarray) -> Face:
        """The same diodes held in the same network with other sources and drops, on the same factor.

        The conductances must not have changed.
        """
        parts, _ = _parts(network, self.leaves, self.stems, self.soft, self.stiffness, current, near)
        return replace(self, network=network, parts=parts)

    def solution(self) -> np.ndarray:
        """The potentials (n + 1) of the face."""
        return expand(self.parts.cluster, self.parts.shift, self.system.solve(self.parts.right))

    def currents(self, x: np.ndarray, current: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All diode currents (k) at potentials x, from the soft currents so far; and what is left at each node (A)."""
        network, soft = self.network, self.soft
        result = np.zeros(len(current))
        a, b = network.anode[soft], network.cathode[soft]
        result[soft] = current[soft] + self.stiffness * (x[a] - x[b] - network.drop[soft])
        leaving = imbalance(network, x)
        np.add.at(leaving, a, result[soft])
        np.add.at(leaving, b, -result[soft])
        tree_currents(network, leaving, self.leaves, self.stems, result)
        return result, leaving

    def corrected(self, x: np.ndarray, current: np.ndarray) -> np.ndarray:
        """Better potentials: one more solve for what the nodes and the soft diodes of `current` leave over."""
        _, leaving = self.currents(x, current)
        count = len(self.parts.diagonal)
        right = np.bincount(self.parts.cluster, leaving, count + 1)[:count]
        return x - expand(self.parts.cluster, np.zeros(len(x)), self.system.solve(right))


def _parts(network, leaves, stems, soft, stiffness, current, near) -> tuple[Quotient, np.ndarray]:
    """The quotient network with its soft diodes and pins, and the stiffness, which is chosen where it is None."""
    root, shift = merge(len(network.injection), network.anode, network.cathode, network.drop, leaves, stems)
    parts, edges = quotient(network, root, shift, soft)
    if stiffness is None:
        stiffness = STIFFNESS * _strengths(network, parts, soft)
    held = stiffness > 0
    parts = stiffen(network, parts, edges, soft[held], stiffness[held], current[soft[held]])
    if network.loose:
        _pin(parts, near)
    return parts, stiffness


def _strengths(network: Network, parts: Quotient, diodes: np.ndarray) -> np.ndarray:
    """The smaller of the conductances that meet at either end's cluster, in siemens; a typical one where none does."""
    strength = np.append(parts.diagonal, np.inf)
    typical = float(np.max(parts.diagonal, initial=0.0)) or 1.0
    strength[strength <= 0.0] = typical
    ends = strength[parts.cluster[network.anode[diodes]]], strength[parts.cluster[network.cathode[diodes]]]
    smaller = np.minimum(*ends)
    return np.where(np.isfinite(smaller), smaller, typical)


def _pin(parts: Quotient, near: np.ndarray) -> None:
    """Tie one cluster of every floating part to the potential it had, through a conductance of its own size."""
    heads = floating(parts)
    if not len(heads):
        return
    typical = float(np.max(parts.diagonal, initial=0.0)) or 1.0
    holder = np.full(len(parts.diagonal) + 1, -1)
    holder[parts.cluster] = np.arange(len(parts.cluster))
    nodes = holder[heads]
    pins = np.where(parts.diagonal[heads] > 0, parts.diagonal[heads], typical)
    parts.right[heads] += pins * (near[nodes] - parts.shift[nodes])
    parts.diagonal[heads] += pins
    parts.tied[heads] += pins
