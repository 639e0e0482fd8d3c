"""The wiring of an ideal resistive circuit as flat index arrays: what stays the same while values learn.

Potentials live on supernodes (nodes that voltage sources tie together, Scellier 2024, Theorem 1); the voltages of all
nodes follow as v = x[group] + T V.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from ...netlist import Circuit
from ...netlist.errors import CircuitError
from ...solvers.branches import Branches
from ...solvers.nodes import NodeTable
from ...solvers.resistive import ResistiveNetwork
from ...solvers.supernodes import Supernodes


@dataclass(frozen=True, eq=False)
class Structure:
    """Branches between nodes 0 … ground, and the n free supernodes their voltages hang on.

    `inputs` indexes the voltage sources that carry the data, `outputs` the nodes that are read.
    """

    table: NodeTable
    supernodes: Supernodes
    resistors: Branches
    sources: Branches
    currents: Branches
    diodes: Branches
    inputs: np.ndarray
    outputs: np.ndarray

    @classmethod
    def of(cls, circuit: Circuit) -> Structure:
        """Compile the circuit with its `input` and `output` directives.

        Raises:
            CircuitError: an element that is not ideal and resistive, or an output that the sources hold.
        """
        network = ResistiveNetwork.of(circuit)
        inputs = [
            np.arange(place.start, place.stop) for place in map(network.sources.places.__getitem__, circuit.inputs)
        ]
        signals = [node for node in circuit.outputs if "(" in node]
        if signals:
            raise CircuitError(f"the output {signals[0]} is not the voltage of a node; write v(node) or v(bus[0:9])")
        outputs = np.concatenate([np.atleast_1d(network.table.index(node)) for node in circuit.outputs])
        group = network.supernodes.group
        held = outputs[group[outputs] == network.supernodes.count]
        if len(held):
            raise CircuitError(
                f"output {network.table.name(int(held[0]))} is held by voltage sources, so nothing can be learned there"
            )
        return cls(
            network.table,
            network.supernodes,
            network.resistors,
            network.sources,
            network.currents,
            network.diodes,
            np.concatenate(inputs),
            outputs,
        )

    @property
    def nodes(self) -> int:
        """n, the number of free supernodes; index n is ground's."""
        return self.supernodes.count

    @property
    def group(self) -> np.ndarray:
        """The supernode of every node."""
        return self.supernodes.group

    @functools.cached_property
    def diode_rows(self) -> np.ndarray:
        """D (diodes, n): +1 at the anode's supernode, −1 at the cathode's; ground has no column."""
        rows = np.zeros((self.diodes.count, self.nodes + 1))
        every = np.arange(self.diodes.count)
        np.add.at(rows, (every, self.group[self.diodes.first]), 1.0)
        np.add.at(rows, (every, self.group[self.diodes.second]), -1.0)
        return rows[:, :-1]

    @functools.cached_property
    def bounds_only(self) -> bool:
        """Whether every diode has an end on ground's supernode: only then are sweeps exact."""
        return bool((np.count_nonzero(self.diode_rows, axis=1) <= 1).all())

    @functools.cached_property
    def one_sided(self) -> bool:
        """Whether every supernode is held from one side at most: only then do guesses of active sets always end."""
        upper, lower = (self.diode_rows > 0).any(axis=0), (self.diode_rows < 0).any(axis=0)
        return self.bounds_only and not (upper & lower).any()

    @functools.cached_property
    def colours(self) -> tuple[np.ndarray, ...]:
        """Supernodes by colour: no resistor or diode joins two of one colour. Greedy, the most joined first."""
        neighbours = self._neighbours()
        colour: dict[int, int] = {}
        for node in sorted(range(self.nodes), key=lambda each: (-len(neighbours[each]), each)):
            taken = {colour[other] for other in neighbours[node] if other in colour}
            colour[node] = next(number for number in range(self.nodes) if number not in taken)
        numbers = np.array([colour[node] for node in range(self.nodes)], np.int64)
        return tuple(np.flatnonzero(numbers == number) for number in range(numbers.max(initial=-1) + 1))

    def _neighbours(self) -> list[set[int]]:
        ends = [(branches.first, branches.second) for branches in (self.resistors, self.diodes)]
        pairs = np.concatenate([np.stack([self.group[a], self.group[b]], axis=1) for a, b in ends])
        pairs = np.unique(pairs[(pairs < self.nodes).all(axis=1) & (pairs[:, 0] != pairs[:, 1])], axis=0)
        neighbours: list[set[int]] = [set() for _ in range(self.nodes)]
        for a, b in pairs.tolist():
            neighbours[a].add(b)
            neighbours[b].add(a)
        return neighbours
