"""What every node is: known, derived from others, a state, or algebraic; and every expression in signals alone.

A voltage-defining element (V, E, B with `v=`) ties two nodes together. The nodes tied to ground are known or derived;
those tied to each other alone move with one of them, their root. A root with capacitance is a state, one without is
algebraic: its currents sum to zero. The current through such an element is what leaves its side of the tied nodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from ...netlist.errors import CircuitError
from ...netlist.expression import Current, Expression, Name, Voltage, children, constant, rebuild, walk
from .algebra import ZERO, difference, folded, total
from .laws import Branch, Laws, current_name
from .polynomial import Term, expand, signals
from .sensing import Sensing

GROUND = "0"
TIME = "drive time"
"""The signal of time itself."""

FEW_TERMS = 2
"""A linear derived voltage of so few terms is written out where it is read."""


@dataclass(frozen=True)
class Tie:
    """v(node) = v(other) + value, by an element."""

    node: str
    other: str
    value: Expression
    element: str


@dataclass
class Unknowns:
    """The circuit in signals.

    `states` and `algebraic` are roots, `inductors` signals of currents; `derived` are the voltages that are evaluated
    on the way, in order. `root` maps every node to the node whose current law it takes part in; ground for those that
    ideal sources hold. `replacement` is what is written in the place of a node.
    """

    laws: Laws
    root: dict[str, str] = field(default_factory=dict)
    sensing: Sensing = field(default_factory=Sensing)
    replacement: dict[str, Expression] = field(default_factory=dict)
    derived: dict[str, Expression] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    algebraic: tuple[str, ...] = ()

    @classmethod
    def of(cls, laws: Laws) -> Unknowns:
        """Find the role of every node.

        Raises:
            CircuitError: a loop of voltage sources, derived voltages that define each other in a circle, a current that
                is read from an element that has none here.
        """
        found = cls(laws)
        ties = _ties(laws)
        found.root = _roots(laws, ties)
        found.sensing = Sensing.of(laws)
        found._derive(ties)
        found._classify()
        return found

    def _derive(self, ties: Mapping[str, Tie]) -> None:
        """Write every tied node by signals, in an order in which what is read is known before."""
        reads = {node: self._nodes_of(tie.value) | {tie.other} for node, tie in ties.items()}
        order = TopologicalSorter({node: found & ties.keys() for node, found in reads.items()})
        try:
            for node in order.static_order():
                tie = ties[node]
                value = total(self.write(Voltage(tie.other)), self.write(tie.value))
                if _is_short(value):
                    self.replacement[node] = value
                else:
                    self.derived[node] = value
            for element in self.sensing.read:
                self.derived[current_name(element)] = self.write(self.sensing.current(element))
        except CycleError as error:
            circle = list(dict.fromkeys(error.args[1]))
            shown = " → ".join(f"v({node}) by {ties[node].element}" for node in circle)
            raise CircuitError(
                f"voltages define each other in a circle: {shown}; put a resistor and a capacitor into it",
                self.laws.voltages[0].element.location,
            ) from None

    def _nodes_of(self, value: Expression) -> frozenset[str]:
        found = (node for node in walk(value) if isinstance(node, Voltage))
        return frozenset(name for node in found for name in (node.positive, node.negative) if name)

    def _classify(self) -> None:
        held = {GROUND}
        touched: dict[str, None] = {}
        for branch in (*self.laws.currents, *self.laws.capacitors):
            touched.update(dict.fromkeys(self.root.get(node, node) for node in (branch.first, branch.second)))
        charged = dict.fromkeys(
            self.root.get(node, node)
            for branch in self.laws.capacitors
            for node in (branch.first, branch.second)
            if self.root.get(branch.first, branch.first) != self.root.get(branch.second, branch.second)
        )
        currents = [current_name(branch.element.name) for branch in self.laws.inductors]
        self.states = (*(node for node in charged if node not in held), *currents)
        self.algebraic = tuple(node for node in touched if node not in charged and node not in held)

    def write(self, expression: Expression) -> Expression:
        """The expression with signals in the place of nodes: every voltage in it is that of one signal."""
        if isinstance(expression, Voltage):
            found = self._signal(expression.positive)
            return found if expression.negative is None else difference(found, self._signal(expression.negative))
        if isinstance(expression, Current):
            return self._current(expression)
        if isinstance(expression, Name):
            return self._name(expression)
        return folded(rebuild(expression, tuple(self.write(child) for child in children(expression))))

    def _name(self, name: Name) -> Expression:
        if name.name == "time":
            return Voltage(TIME)
        known = self.laws.constants.get(name.name)
        return name if known is None else constant(known)

    def _signal(self, node: str) -> Expression:
        return ZERO if node == GROUND else self.replacement.get(node, Voltage(node))

    def _current(self, read: Current) -> Expression:
        signal = Voltage(current_name(read.element))
        if read.element in self.sensing.read or any(each.element.name == read.element for each in self.laws.inductors):
            return signal
        return self.write(self.sensing.current(read.element))

    def sums(self) -> dict[str, list[Branch]]:
        """The currents that leave each root, in signals; those of the nodes that ideal sources hold are left out."""
        found: dict[str, list[Branch]] = defaultdict(list)
        for branch in self.laws.currents:
            value = self.write(branch.value)
            first, second = (self.root.get(node, node) for node in (branch.first, branch.second))
            if first == second:
                continue
            if first != GROUND:
                found[first].append(Branch(branch.element, branch.first, branch.second, value))
            if second != GROUND:
                found[second].append(Branch(branch.element, branch.second, branch.first, _opposite(value)))
        return found


def _opposite(value: Expression) -> Expression:
    return difference(ZERO, value)


def _is_short(value: Expression) -> bool:
    """Whether writing it out wherever it is read costs nothing: a function of one signal, or a short linear sum."""
    return len(signals(value)) <= 1 or _is_linear(expand(value))


def _is_linear(terms: Iterable[Term]) -> bool:
    terms = list(terms)
    return len(terms) <= FEW_TERMS and all(
        len(term.factors) <= 1 and all(isinstance(factor, Voltage) for factor in term.factors) for term in terms
    )


def _ties(laws: Laws) -> dict[str, Tie]:
    """The voltage-defining elements as trees that lead away from ground, or from a node with capacitance."""
    edges: dict[str, list[tuple[str, Branch]]] = defaultdict(list)
    for branch in laws.voltages:
        edges[branch.first].append((branch.second, branch))
        edges[branch.second].append((branch.first, branch))
    charged = [node for branch in laws.capacitors for node in (branch.first, branch.second)]
    ties: dict[str, Tie] = {}
    seen: set[str] = set()
    used: set[str] = set()
    for start in (GROUND, *charged, *edges):
        if start in seen or start not in edges:
            continue
        seen.add(start)
        todo = [start]
        while todo:
            here = todo.pop()
            for there, branch in edges[here]:
                if branch.element.name in used:
                    continue
                used.add(branch.element.name)
                if there in seen:
                    raise CircuitError(
                        f"{branch.element.name} closes a loop of voltage sources at the node {there}; remove one, or "
                        "put a resistor into the loop",
                        branch.element.location,
                    )
                seen.add(there)
                value = branch.value if there == branch.first else _opposite(branch.value)
                ties[there] = Tie(there, here, value, branch.element.name)
                todo.append(there)
    return ties


def _roots(laws: Laws, ties: Mapping[str, Tie]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ties:
        path = []
        while node in ties and node not in found:
            path.append(node)
            node = ties[node].other
        found.update(dict.fromkeys(path, found.get(node, node)))
    return found
