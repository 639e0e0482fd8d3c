"""Supernodes by colour, so that sweeps may move all of one colour at once."""

from __future__ import annotations

import numpy as np

from ...solvers.qp import Topology


def colours(topology: Topology) -> tuple[np.ndarray, ...]:
    """Supernodes by colour: no resistor or diode joins two of one colour. Greedy, the most joined first.

    Source: D. Welsh and M. Powell, The Computer Journal 10:85 (1967). Linear in the branches but for the sorting.
    """
    neighbours = _neighbours(topology)
    colour: dict[int, int] = {}
    for node in sorted(range(topology.nodes), key=lambda each: (-len(neighbours[each]), each)):
        taken = {colour[other] for other in neighbours[node] if other in colour}
        colour[node] = next(number for number in range(topology.nodes) if number not in taken)
    numbers = np.array([colour[node] for node in range(topology.nodes)], np.int64)
    return tuple(np.flatnonzero(numbers == number) for number in range(numbers.max(initial=-1) + 1))


def _neighbours(topology: Topology) -> list[set[int]]:
    first = np.concatenate([topology.resistor_a, topology.diode_a])
    second = np.concatenate([topology.resistor_b, topology.diode_b])
    pairs = np.stack([first, second], axis=1)
    neighbours: list[set[int]] = [set() for _ in range(topology.nodes)]
    for a, b in np.unique(pairs[(pairs < topology.nodes).all(axis=1)], axis=0).tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    return neighbours
