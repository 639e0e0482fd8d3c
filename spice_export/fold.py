"""Folding: driven nodes and their resistors replaced by what the rest of the circuit sees of them.

A node j that resistors g_jk join to nodes held at V_k sees a Norton source: the conductance G_j = Σ g_jk to ground and
the current J_j = Σ g_jk V_k into it (Norton 1926; the two-colour form of Scellier 2024, Section 3). This is exact for
operating points: every other voltage and current stays what it was. A 1568 × 100 input crossbar becomes 100 resistors
and 100 current sources. What ngspice then no longer computes is the held nodes and their sources' currents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.element import Element, empty
from ..netlist.expansion import element_lines
from ..netlist.resistance import conductance
from ..netlist.wiring import Wiring
from .drives import Drives, drives, is_plain_resistor


@dataclass(frozen=True, eq=False)
class Block:
    """Conductances [held, free] in siemens between held and free nodes, given by their numbers.

    With `paired` the block is one-dimensional: branch k joins held[k] with free[k].
    """

    held: np.ndarray
    free: np.ndarray
    conductances: np.ndarray
    paired: bool

    def add_conductance(self, total: np.ndarray) -> None:
        np.add.at(total, self.free, self.conductances if self.paired else self.conductances.sum(axis=0))

    def add_current(self, potentials: np.ndarray, total: np.ndarray) -> None:
        held = potentials[:, self.held]
        currents = held * self.conductances if self.paired else held @ self.conductances
        np.add.at(total.T, self.free, currents.T)


@dataclass(frozen=True, eq=False)
class Fold:
    """A folded circuit and the way from source values to its Norton currents.

    `nodes` and `sources` run together: the free nodes and the names of the current sources into them. `removed` are
    the sources that folding took away (whole arrays), `resistors` the number of branches it took away.
    """

    circuit: Circuit
    nodes: tuple[str, ...]
    sources: tuple[str, ...]
    removed: frozenset[str]
    resistors: int
    _drives: Drives
    _blocks: tuple[Block, ...]
    _free: np.ndarray

    def currents(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Norton currents in amperes, [samples, nodes], for source values [samples, *shape] by source name."""
        potentials = self._drives.potentials({name: values[name] for name in values if name in self.removed})
        total = np.zeros_like(potentials)
        for block in self._blocks:
            block.add_current(potentials, total)
        return total[:, self._free]


def fold(circuit: Circuit, kept: frozenset[str] = frozenset()) -> Fold:
    """Fold the driven nodes of a flat circuit away. `kept` names nets, buses and sources that must stay.

    Linear in the number of branches; crossbars are matrix products.
    """
    wiring = Wiring.of(circuit)
    driven = _whole(drives(circuit, wiring, kept))
    removed = frozenset(holder.source.name for holder in driven.holders)
    remaining = [element for element in circuit.elements if element.name not in removed]
    elements, blocks, count = _partition(remaining, wiring, driven.mask)
    total = np.zeros(wiring.count)
    for block in blocks:
        block.add_conductance(total)
    total[0] = 0.0
    free = np.flatnonzero(total)
    names = wiring.names()
    nodes = tuple(names[number] for number in free)
    sources, resistors = (_fresh(letter, nodes, circuit) for letter in "ir")
    folded = Fold(circuit, nodes, sources, removed, count, driven, tuple(blocks), free)
    norton = _norton(nodes, sources, resistors, total[free], folded.currents({})[0])
    return replace(folded, circuit=circuit.replace(elements=(*elements, *norton)))


def _partition(elements: Sequence[Element], wiring: Wiring, mask: np.ndarray) -> tuple[list[Element], list[Block], int]:
    """The elements that stay, the blocks that are folded, and how many branches those have."""
    staying: list[Element] = []
    blocks: list[Block] = []
    count = 0
    for element in elements:
        for part in _uniform(element, wiring, mask) if is_plain_resistor(element) else (element,):
            block = _block(part, wiring, mask) if is_plain_resistor(part) else None
            if block is None:
                staying.append(part)
            else:
                blocks.append(block)
                count += int(np.prod(part.shape))
    return staying, blocks, count


def _whole(driven: Drives) -> Drives:
    """Only sources all of whose nodes are driven are folded, so that none is left with a part of its lines."""
    holders = tuple(holder for holder in driven.holders if driven.mask[holder.nodes].all())
    mask = np.zeros_like(driven.mask)
    for holder in holders:
        mask[holder.nodes] = True
    return Drives(mask, holders)


def _uniform(element: Element, wiring: Wiring, mask: np.ndarray) -> Sequence[Element]:
    """The element itself where each of its two ends is driven throughout or nowhere, else its branches."""
    terminals = [wiring.terminal(element, position) for position in (0, 1)]
    spread = len(element.shape) < 2 or all(end.ndim == 2 for end in terminals)
    if spread and all(mask[end].all() or not mask[end].any() for end in terminals):
        return (element,)
    return element_lines(element)


def _block(element: Element, wiring: Wiring, mask: np.ndarray) -> Block | None:
    """What folding makes of a uniform resistor: None where it stays, an empty block where it has no effect."""
    first, second = wiring.terminal(element, 0), wiring.terminal(element, 1)
    if not mask[first].any() and not mask[second].any():
        return None
    values = np.broadcast_to(conductance(element), element.shape)
    if len(element.shape) < 2:
        held, free = (first, second) if mask[first].all() else (second, first)
        held, free, values = (np.ravel(each) for each in np.broadcast_arrays(held, free, values))
        paired = True
    else:
        held, free, values = (first, second, values) if mask[first].all() else (second, first, values.T)
        held, free, paired = np.ravel(held), np.ravel(free), False
    without_effect = mask[free].all()
    return Block(held, free, np.zeros_like(values) if without_effect else values, paired)


def _fresh(letter: str, nodes: tuple[str, ...], circuit: Circuit) -> tuple[str, ...]:
    """Names for new elements at those nodes that no element has yet."""
    stem = f"{letter}norton"
    while any(element.name.startswith(stem) for element in circuit.elements):
        stem += "_"
    return tuple(f"{stem}_{node}" for node in nodes)


def _norton(
    nodes: Sequence[str], sources: Sequence[str], resistors: Sequence[str], total: np.ndarray, currents: np.ndarray
) -> Iterator[Element]:
    for node, source, resistor, siemens, amperes in zip(
        nodes, sources, resistors, total.tolist(), currents.tolist(), strict=True
    ):
        yield Element(resistor, (node, "0"), None, None, {"g": siemens}, (), (), None)
        yield Element(source, ("0", node), amperes, None, empty(), (), (), None)
