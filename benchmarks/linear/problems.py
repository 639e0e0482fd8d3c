"""Matrices of circuits, as modified nodal analysis has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

GROUND = -1


@dataclass
class Stamps:
    """Entries of a matrix of so many unknowns, added up."""

    size: int
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, row: int, column: int, value: float) -> None:
        if row != GROUND and column != GROUND:
            self.rows.append(row)
            self.columns.append(column)
            self.values.append(value)

    def transconductance(self, plus: int, minus: int, above: int, below: int, siemens: float) -> None:
        """A current from `plus` to `minus` by the voltage between `above` and `below`."""
        for node, sign in ((plus, 1.0), (minus, -1.0)):
            self.add(node, above, sign * siemens)
            self.add(node, below, -sign * siemens)

    def conductance(self, a: int, b: int, siemens: float) -> None:
        self.transconductance(a, b, a, b, siemens)

    def source(self, plus: int, minus: int = GROUND) -> None:
        """A voltage source, with its current as another unknown."""
        current = self.size
        self.size += 1
        for node, sign in ((plus, 1.0), (minus, -1.0)):
            self.add(node, current, sign)
            self.add(current, node, sign)

    def matrix(self) -> sparse.csc_matrix:
        """In compressed columns, sorted."""
        whole = sparse.coo_matrix((self.values, (self.rows, self.columns)), (self.size, self.size))
        return sparse.csc_matrix(whole)


def amplifier(nodes: int, seed: int = 0) -> sparse.csc_matrix:
    """A transistor and a resistor a node, driven from nodes before it; a supply, an input, a floating source."""
    random = np.random.default_rng(seed)
    stamps = Stamps(nodes)
    supply = nodes - 1
    for collector in range(supply):
        base = max(0, collector - int(random.integers(1, 6)))
        emitter = max(0, collector - int(random.integers(1, 8))) if random.random() < 0.5 else GROUND
        gm = 10.0 ** random.uniform(-4, -1)
        stamps.conductance(collector, emitter, gm / 100)
        stamps.conductance(base, emitter, gm / 100)
        stamps.conductance(base, collector, gm / 1000)
        stamps.transconductance(collector, emitter, base, emitter, gm)
        other = supply if random.random() < 0.4 else max(0, collector - int(random.integers(1, 4)))
        stamps.conductance(collector, other, 10.0 ** random.uniform(-5, -2))
    for node in range(nodes):
        stamps.conductance(node, GROUND, 1e-12)
    stamps.source(supply)
    stamps.source(0)
    stamps.source(nodes // 2, nodes // 2 + 1)
    return stamps.matrix()


def ladder(nodes: int, seed: int = 0) -> sparse.csc_matrix:
    """A chain of resistors with one to ground at every node, and a source at its end."""
    random = np.random.default_rng(seed)
    stamps = Stamps(nodes)
    for node in range(nodes):
        stamps.conductance(node, node - 1 if node else GROUND, random.uniform(0.1, 1.0))
        stamps.conductance(node, GROUND, random.uniform(0.1, 1.0))
    stamps.source(0)
    return stamps.matrix()


def grid(side: int, seed: int = 0) -> sparse.csc_matrix:
    """A square of resistors over two decades, leaks to ground, a grounded source and one between two nodes."""
    random = np.random.default_rng(seed)
    stamps = Stamps(side * side)
    for node in range(side * side):
        if node % side:
            stamps.conductance(node, node - 1, 10.0 ** random.uniform(-2, 0))
        if node >= side:
            stamps.conductance(node, node - side, 10.0 ** random.uniform(-2, 0))
        stamps.conductance(node, GROUND, 1e-3)
    stamps.source(0)
    stamps.source(side * side // 2, side * side // 2 + 1)
    return stamps.matrix()


def crossbar(inputs: int, outputs: int, seed: int = 0) -> sparse.csc_matrix:
    """Every input to every output, half of the inputs driven, an amplifier behind each output."""
    random = np.random.default_rng(seed)
    stamps = Stamps(inputs + 2 * outputs)
    for a in range(inputs):
        for b in range(outputs):
            stamps.conductance(a, inputs + b, random.uniform(0.0, 1.0))
    for b in range(outputs):
        first, second = inputs + b, inputs + outputs + b
        stamps.conductance(first, second, 1.0)
        stamps.conductance(second, GROUND, 0.1)
        stamps.transconductance(second, GROUND, first, GROUND, 2.0)
    for a in range(inputs):
        if a % 2:
            stamps.conductance(a, GROUND, 0.5)
        else:
            stamps.source(a)
    return stamps.matrix()


CASES: dict[str, Callable[[], sparse.csc_matrix]] = {
    "amplifier of 3 nodes": lambda: amplifier(3),
    "amplifier of 10 nodes": lambda: amplifier(10),
    "amplifier of 30 nodes": lambda: amplifier(30),
    "amplifier of 1,000 nodes": lambda: amplifier(1000),
    "ladder of 500 nodes": lambda: ladder(500),
    "ladder of 100,000 nodes": lambda: ladder(100_000),
    "crossbar 256 x 128": lambda: crossbar(256, 128),
    "crossbar 1024 x 1024": lambda: crossbar(1024, 1024),
    "grid of 900 nodes": lambda: grid(30),
    "grid of 10,000 nodes": lambda: grid(100),
    "grid of 99,856 nodes": lambda: grid(316),
}
