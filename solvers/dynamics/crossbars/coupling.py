"""One crosspoint: its current, and its co-content, as products Σ s·w·f(row)·g(column).

w is an expression of the crosspoint's own value and of parameters, f and g read the voltage of one end each.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ....netlist.circuit import Circuit
from ....netlist.element import Element, empty
from ....netlist.errors import CircuitError
from ....netlist.expression import Binary, Expression, Name, Unary, Voltage, children, constant, rebuild
from ....netlist.flatten import flatten
from ....netlist.instance_lines import own_parameter
from ..algebra import ONE, difference, negative, number_of, product
from ..integral import integral, replaced
from ..laws import Branch, Laws
from ..polynomial import Term, expand, gathered, signals
from ..readers import laws_of
from ..unknowns import GROUND, Unknowns

ROW, COLUMN = ENDS = ("row end", "column end")
WEIGHT = "crosspoint"
"""The nodes and the value of the one crosspoint that stands for all."""
_ACROSS = Name("across")


@dataclass(frozen=True)
class Piece:
    """sign·weight·Π row·Π column, all expressions; `row` and `column` read one end each, in `ROW` and `COLUMN`."""

    sign: float
    weight: Expression
    row: tuple[Expression, ...]
    column: tuple[Expression, ...]


@dataclass(frozen=True)
class Coupling:
    """What all crosspoints do: the currents into each end, by `ROW` and `COLUMN`, and the co-content.

    `energy` is None where it has no closed form; `valued` says whether each crosspoint has a value of its own.
    """

    currents: dict[str, tuple[Piece, ...]]
    energy: tuple[Piece, ...] | None
    valued: bool

    @classmethod
    def of(cls, circuit: Circuit, element: Element, free: Collection[str]) -> Coupling:
        """Take the card of a crossbar apart.

        Raises:
            CircuitError: a coupling that has states or sources inside, or whose current is no such sum of products.
        """
        single, valued = _single(circuit, element, free)
        laws = _laws(single, element)
        unknowns = Unknowns(laws)
        currents: dict[str, list[Term]] = {ROW: [], COLUMN: []}
        for branch in laws.currents:
            terms = expand(unknowns.write(branch.value))
            for node, sign in ((branch.first, -1.0), (branch.second, 1.0)):
                if node in currents:
                    currents[node].extend(term.scaled(constant(sign)) for term in terms)
        pieces = {end: _pieces(gathered(terms), element) for end, terms in currents.items()}
        return cls(pieces, _energy(laws, element), valued)


def _single(circuit: Circuit, element: Element, free: Collection[str]) -> tuple[Circuit, bool]:
    """The flat circuit of one crosspoint, and whether its value is its own."""
    arrays = [key for key, value in element.parameters.items() if isinstance(value, np.ndarray)]
    arrays += ["value"] if isinstance(element.value, np.ndarray) else []
    valued = bool(arrays) or element.name in free
    if len(arrays) > 1:
        raise refusal(element, f"has {len(arrays)} arrays of values")
    if len(element.nodes) != 2:
        raise refusal(element, "has more than two ports")
    plain = replace(element, nodes=ENDS, ranges=())
    if valued:
        plain = _valued(plain, arrays[0] if arrays else None)
    deck = circuit.replace(
        elements=(plain,),
        parameters=MappingProxyType({**circuit.parameters, WEIGHT: 1.0}),
        initial_conditions=empty(),
        nodesets=empty(),
        analyses=(),
        directives=(),
    )
    return flatten(deck, (WEIGHT, *(name for name in free if name in circuit.parameters))), valued


def _valued(plain: Element, key: str | None) -> Element:
    """The crosspoint with its value as a name."""
    if key is None:
        key = own_parameter(plain) if plain.kind == "X" else "g" if "g" in plain.parameters else "value"
    if key == "value":
        return replace(plain, value=Name(WEIGHT))
    return replace(plain, parameters=MappingProxyType({**plain.parameters, key: Name(WEIGHT)}))


def _laws(single: Circuit, element: Element) -> Laws:
    laws = laws_of(single, {}, (WEIGHT,))
    for what in (laws.voltages, laws.capacitors, laws.inductors):
        if what:
            raise refusal(element, f"has {what[0].element.name.rpartition('.')[2]} inside, which is no plain current")
    if laws.stimuli or laws.sources:
        raise refusal(element, "has a source inside")
    for branch in laws.currents:
        for node in (branch.first, branch.second):
            if node not in (*ENDS, GROUND):
                raise refusal(element, f"has the node {node.rpartition('.')[2]} inside")
    return laws


def _pieces(terms: Sequence[Term], element: Element) -> tuple[Piece, ...]:
    found = []
    for term in terms:
        row = tuple(factor for factor in term.factors if signals(factor) == {ROW})
        column = tuple(factor for factor in term.factors if signals(factor) == {COLUMN})
        if len(row) + len(column) != len(term.factors):
            raise refusal(element, "has a current that is no sum of products of functions of one end")
        sign, weight = _signed(term.coefficient)
        found.append(Piece(sign, weight, row, column))
    return tuple(found)


def _signed(weight: Expression) -> tuple[float, Expression]:
    """A number taken out of a product, so that equal matrices are one."""
    value = number_of(weight)
    if value is not None:
        return value, ONE
    if isinstance(weight, Unary) and weight.operator == "-":
        sign, inner = _signed(weight.operand)
        return -sign, inner
    if isinstance(weight, Binary) and weight.operator in "*/":
        left, first = _signed(weight.left)
        right, second = _signed(weight.right)
        inner = product(first, second) if weight.operator == "*" else first if second == ONE else None
        if inner is not None:
            return (left * right if weight.operator == "*" else left / right), inner
    return 1.0, weight


def _energy(laws: Laws, element: Element) -> tuple[Piece, ...] | None:
    """Σ ∫ i du over the crosspoint's branches."""
    terms: list[Term] = []
    for branch in laws.currents:
        found = integral(_of_own(branch, laws), _ACROSS)
        if found is None:
            return None
        ends = (Voltage(node) if node != GROUND else constant(0.0) for node in (branch.first, branch.second))
        terms += expand(replaced(found, _ACROSS, difference(*ends)))
    return tuple(piece for piece in _pieces(gathered(terms), element) if piece.row or piece.column)


def _of_own(branch: Branch, laws: Laws) -> Expression:
    """The current with the voltage across its branch as one name."""
    unknowns = Unknowns(laws)

    def walk(node: Expression) -> Expression:
        if isinstance(node, Voltage):
            pair = node.positive, node.negative or GROUND
            if pair == (branch.first, branch.second):
                return _ACROSS
            if pair == (branch.second, branch.first):
                return negative(_ACROSS)
        return rebuild(node, tuple(walk(child) for child in children(node)))

    return unknowns.write(walk(branch.value))


def refusal(element: Element, reason: str) -> CircuitError:
    """Why a crossbar is none of products."""
    return CircuitError(
        f"the crossbar {element.name} {reason}, so that it cannot be taken as products of matrices; take a coupling "
        f"such as sine_coupling or a resistor, between nodes with capacitors or held ones",
        element.location,
    )
