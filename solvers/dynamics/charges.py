"""The left side: how fast charges and fluxes follow the states, M dy/dt = …

A capacitor's charge is C times a voltage that is linear in signals, so that each state in it is an entry of M and each
drive a current C·dv/dt on the right side. An inductor's flux is L times its current, and k√(L₁L₂) times that of an
inductor which it is coupled to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import networkx as nx

from ...netlist.errors import CircuitError
from ...netlist.expression import Call, Expression, Voltage
from ...netlist.suggestion import nearest
from .algebra import difference, folded, negative, product, total
from .laws import Branch, current_name
from .polynomial import Term, expand
from .unknowns import GROUND, Unknowns


@dataclass(frozen=True)
class Charges:
    """`entries` of M by (row's state, column's state); `driven` the terms of the drives' slopes, by state."""

    entries: Mapping[tuple[str, str], Expression]
    driven: Mapping[str, list[Term]]


def slope_name(drive: str) -> str:
    """The signal of a drive's derivative in time."""
    return f"slope {drive}"


def charges(unknowns: Unknowns) -> Charges:
    """Collect the charges at every state.

    Raises:
        CircuitError: a capacitor on a voltage that is not linear in states and drives, or nodes that capacitors join
            to each other alone, so that their common voltage is free.
    """
    entries: dict[tuple[str, str], Expression] = {}
    driven: dict[str, list[Term]] = defaultdict(list)
    for branch in unknowns.laws.capacitors:
        voltage = unknowns.write(difference(Voltage(branch.first), Voltage(branch.second)))
        for node, sign in ((branch.first, 1), (branch.second, -1)):
            root = unknowns.root.get(node, node)
            if root == GROUND or unknowns.root.get(branch.first, branch.first) == unknowns.root.get(
                branch.second, branch.second
            ):
                continue
            for term in expand(product(branch.value, voltage)):
                coefficient = term.coefficient if sign > 0 else negative(term.coefficient)
                if not term.factors:
                    continue
                name = _signal(term, branch)
                if name.startswith("drive "):
                    driven[root].append(Term(negative(coefficient), (Voltage(slope_name(name)),)))
                elif name in unknowns.states:
                    key = (root, name)
                    entries[key] = total(entries[key], coefficient) if key in entries else coefficient
                else:
                    raise _refused(branch, name)
    for branch in unknowns.laws.inductors:
        name = current_name(branch.element.name)
        entries[name, name] = branch.value
    for row, column, value in _mutual(unknowns):
        entries[row, column] = total(entries[row, column], value) if (row, column) in entries else value
    _check_anchored(unknowns)
    return Charges(entries, driven)


def _mutual(unknowns: Unknowns) -> Iterator[tuple[str, str, Expression]]:
    """The mutual inductances, both ways."""
    henries = {branch.element.name: branch.value for branch in unknowns.laws.inductors}
    for branch in unknowns.laws.couplings:
        for name in (branch.first, branch.second):
            if name not in henries:
                cure = nearest(name, henries)
                raise CircuitError(
                    f"{branch.element.name} couples {name}, which is no inductor; {cure}", branch.element.location
                )
        geometric = Call("sqrt", (product(henries[branch.first], henries[branch.second]),))
        value = product(branch.value, folded(geometric))
        first, second = current_name(branch.first), current_name(branch.second)
        yield from ((first, second, value), (second, first, value))


def _signal(term: Term, branch: Branch) -> str:
    if len(term.factors) == 1 and isinstance(term.factors[0], Voltage):
        return term.factors[0].positive
    raise _refused(branch, "a nonlinear source")


def _refused(branch: Branch, what: str) -> CircuitError:
    return CircuitError(
        f"the capacitor {branch.element.name} is charged from {what}, which is no state and no waveform; put a "
        "resistor between them, or give that node a capacitor of its own",
        branch.element.location,
    )


def _check_anchored(unknowns: Unknowns) -> None:
    graph = nx.Graph()
    for branch in unknowns.laws.capacitors:
        graph.add_edge(*(unknowns.root.get(node, node) for node in (branch.first, branch.second)))
    for component in nx.connected_components(graph):
        if GROUND not in component:
            node = min(component)
            raise CircuitError(
                f"capacitors join the node {node} to {len(component) - 1} others but none of them to ground, so "
                f"that their common voltage has no equation; add a capacitor from {node} to ground"
            )
