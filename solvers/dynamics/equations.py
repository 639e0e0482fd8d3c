"""The circuit's equations in signals: states with their current laws, levels, charges, initial values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...netlist.circuit import Circuit
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.expression import Expression, Voltage
from ...netlist.noise import Noise
from ...netlist.parameters import as_tree
from ...netlist.suggestion import nearest
from .algebra import ZERO, difference, negative
from .charges import charges
from .crossbars.coupling import refusal
from .crossbars.crossbar import Crossbar
from .crossbars.opening import Opened
from .laws import KINDS_OF_DRAW, RELATIVE, Laws, current_name
from .levels import MINUS_ONE, Level, levels
from .names import Names
from .polynomial import Term, doubled_angles, expand, gathered
from .readers import laws_of
from .unknowns import Unknowns


@dataclass(frozen=True, eq=False)
class Equations:
    """M dy/dt = Σ terms, with the levels that the terms read.

    `terms` are (row, term), `inertia` the entries of M, `start` the initial value of each state; `crossbars` add to the
    terms.
    """

    laws: Laws
    unknowns: Unknowns
    names: Names
    states: tuple[str, ...]
    levels: tuple[Level, ...]
    terms: tuple[tuple[int, Term], ...]
    inertia: Mapping[tuple[int, int], Expression]
    start: tuple[Expression, ...]
    noise: Noise
    crossbars: tuple[Crossbar, ...]

    @classmethod
    def of(cls, circuit: Circuit, free: Sequence[str], drawn: Sequence[str] | Mapping[str, str]) -> Equations:
        """See `DynamicalSystem.of`."""
        draws = drawn if isinstance(drawn, Mapping) else dict.fromkeys(drawn, RELATIVE)
        opened, flat, unknowns, crossbars = _taken_apart(circuit, free, draws)
        laws = unknowns.laws
        sums = {
            node: [term.scaled(MINUS_ONE) for branch in branches for term in expand(branch.value)]
            for node, branches in unknowns.sums().items()
        }
        touching = {node: branches[0].element.name for node, branches in unknowns.sums().items()}
        equations = {
            **{node: [*expand(value), Term(MINUS_ONE, (Voltage(node),))] for node, value in unknowns.derived.items()},
            **{node: gathered(sums.get(node, ())) for node in unknowns.algebraic},
        }
        found = charges(unknowns)
        for branch in laws.inductors:
            across = difference(Voltage(branch.first), Voltage(branch.second))
            sums[current_name(branch.element.name)] = expand(unknowns.write(across))
        for node, terms in found.driven.items():
            sums.setdefault(node, []).extend(terms)
        rows = {state: row for row, state in enumerate(unknowns.states)}
        terms = [(row, term) for state, row in rows.items() for term in doubled_angles(gathered(sums.get(state, ())))]
        return cls(
            laws,
            unknowns,
            Names.of(opened, laws, {each.element.name: each.weights for each in crossbars}),
            unknowns.states,
            tuple(levels(equations, {**dict.fromkeys(equations, "a source"), **touching})),
            tuple(terms),
            {(rows[row], rows[column]): value for (row, column), value in found.entries.items()},
            _start(flat, unknowns),
            Noise.of(circuit),
            crossbars,
        )


def _taken_apart(
    circuit: Circuit, free: Sequence[str], draws: Mapping[str, str]
) -> tuple[Opened, Circuit, Unknowns, tuple[Crossbar, ...]]:
    """The circuit's crossbars apart from the rest. One that is no products is written out, unless it learns.

    Raises:
        CircuitError: a crossbar that learns and is no products, or whose crosspoints are drawn.
    """
    written: dict[str, CircuitError] = {}
    while True:
        opened = Opened.of(circuit, free, written)
        flat = opened.flat()
        _check_draws(flat, draws, opened.crossbars)
        unknowns = Unknowns.of(laws_of(flat, _of_the_rest(draws, opened.crossbars), opened.free))
        found, refused = [], dict(written)
        for element in opened.crossbars:
            try:
                _check_alone(element, draws, unknowns)
                found.append(Crossbar.of(circuit, element, free, unknowns))
            except CircuitError as error:
                if element.name in free:
                    raise
                refused[element.name] = error
        if len(refused) == len(written):
            return opened, flat, unknowns, tuple(found)
        written = refused


def _of_the_rest(draws: Mapping[str, str], crossbars: Sequence[Element]) -> Mapping[str, str]:
    """The draws of what is no crosspoint."""
    heads = tuple(f"{each.name}[" for each in crossbars)
    return {name: kind for name, kind in draws.items() if not (heads and name.startswith(heads))}


def _check_alone(element: Element, draws: Mapping[str, str], unknowns: Unknowns) -> None:
    """Refuse a crossbar whose crosspoints are drawn one by one, or read by a current through a voltage source."""
    if len(_of_the_rest(draws, [element])) < len(draws):
        raise refusal(element, "has mismatch, which makes every crosspoint another on every die")
    if unknowns.sensing.read:
        raise refusal(element, f"stands beside i({unknowns.sensing.read[0]}), which reads single currents")


def _check_draws(flat: Circuit, draws: Mapping[str, str], crossbars: Sequence[Element]) -> None:
    known = _of_the_rest(draws, crossbars)
    for name, kind in draws.items():
        if name in known and name not in flat:
            cure = nearest(name, [element.name for element in flat.elements])
            raise CircuitError(f"{name} is drawn, but the flat circuit has no such element; {cure}")
        if kind not in KINDS_OF_DRAW:
            raise CircuitError(f"the draw of {name} is {kind!r}; write relative or absolute")


def _start(flat: Circuit, unknowns: Unknowns) -> tuple[Expression, ...]:
    """`.ic` of the state's node, else of a capacitor at it, else 0."""
    given: dict[str, Expression] = {}
    for branch in (*unknowns.laws.capacitors, *unknowns.laws.inductors):
        value = branch.element.parameters.get("ic")
        if value is None:
            continue
        value = as_tree(value)  # type: ignore[arg-type]
        if branch.element.kind == "L":
            given[current_name(branch.element.name)] = value
        elif branch.second == "0":
            given[branch.first] = value
        elif branch.first == "0":
            given[branch.second] = negative(value)
        else:
            raise CircuitError(
                f"{branch.element.name} has ic= but no end at ground; write .ic for its nodes", branch.element.location
            )
    for node, value in flat.initial_conditions.items():
        given[node] = as_tree(value)  # type: ignore[arg-type]
    return tuple(given.get(state, ZERO) for state in unknowns.states)
