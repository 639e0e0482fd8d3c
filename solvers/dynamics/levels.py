"""Voltages that are no states, in the order in which they can be computed: derived ones and algebraic nodes.

An algebraic node's currents sum to zero, which is solved where they are linear in it:

    G v + rest(states, earlier levels) = 0

Nodes whose equations need each other are one block with a matrix G; all others of the same depth are evaluated at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from ...netlist.errors import CircuitError
from ...netlist.expression import Expression, Voltage
from .algebra import ONE, negative, number_of, total
from .polynomial import Term, signals

MINUS_ONE = negative(ONE)


@dataclass(frozen=True)
class Level:
    """`nodes` at one depth: v = −G⁻¹·rest. `own` are the entries of G by (row, column): its diagonal alone unless
    the level is a block. `rest` are (row, term).
    """

    nodes: tuple[str, ...]
    rest: tuple[tuple[int, Term], ...]
    own: Mapping[tuple[int, int], Expression]

    @property
    def is_block(self) -> bool:
        """Whether its nodes need each other."""
        return any(row != column for row, column in self.own)

    @property
    def is_plain(self) -> bool:
        """Whether the voltages are the sums themselves."""
        return not self.is_block and all(number_of(value) == -1.0 for value in self.own.values())


def levels(equations: Mapping[str, Sequence[Term]], touching: Mapping[str, str]) -> list[Level]:
    """The levels of equations Σ terms = 0, one a node. `touching` names an element at each node, for messages.

    Raises:
        CircuitError: an equation that does not determine its node, or is not linear in it.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(equations)
    for node, terms in equations.items():
        for read in {name for term in terms for factor in term.factors for name in signals(factor)} & equations.keys():
            graph.add_edge(read, node)
    condensed = nx.condensation(graph)
    depth: dict[int, int] = {}
    for component in nx.topological_sort(condensed):
        depth[component] = 1 + max((depth[before] for before in condensed.predecessors(component)), default=-1)
    position = {node: index for index, node in enumerate(equations)}
    single: dict[int, list[str]] = {}
    found: list[tuple[int, Level]] = []
    for component, members in condensed.nodes(data="members"):
        nodes = sorted(members, key=position.__getitem__)
        if len(nodes) == 1:
            single.setdefault(depth[component], []).append(nodes[0])
        else:
            found.append((depth[component], _level(nodes, equations, touching)))
    for at, nodes in single.items():
        found.append((at, _level(sorted(nodes, key=position.__getitem__), equations, touching)))
    return [level for _, level in sorted(found, key=lambda pair: pair[0])]


def _level(nodes: Sequence[str], equations: Mapping[str, Sequence[Term]], touching: Mapping[str, str]) -> Level:
    """Split each equation into what is linear in the level's nodes and the rest."""
    column = {node: index for index, node in enumerate(nodes)}
    own: dict[tuple[int, int], Expression] = {}
    rest: list[tuple[int, Term]] = []
    for row, node in enumerate(nodes):
        for term in equations[node]:
            here = {name for factor in term.factors for name in signals(factor)} & column.keys()
            if not here:
                rest.append((row, term))
            elif len(term.factors) == 1 and isinstance(term.factors[0], Voltage):
                key = (row, column[term.factors[0].positive])
                own[key] = total(own[key], term.coefficient) if key in own else term.coefficient
            else:
                raise CircuitError(
                    f"the node {node} has no capacitance, and its currents are not linear in v({min(here)}) "
                    f"({touching[node]} is one of its elements); add a capacitor from {node} to ground"
                )
        if not any(key[0] == row for key in own):
            raise CircuitError(
                f"the node {node} has no capacitance, and no current at it depends on its voltage "
                f"({touching[node]} is one of its elements); add a resistor or a capacitor from {node} to ground"
            )
    return Level(tuple(nodes), tuple(rest), own)
