"""The circuit's equations in signals: states with their current laws, levels, charges, initial values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...netlist.circuit import Circuit
from ...netlist.errors import CircuitError
from ...netlist.expression import Expression, Voltage
from ...netlist.flatten import flatten
from ...netlist.noise import Noise
from ...netlist.parameters import as_tree
from ...netlist.suggestion import nearest
from .algebra import ZERO, difference, negative
from .charges import charges
from .laws import KINDS_OF_DRAW, RELATIVE, Laws, current_name
from .levels import MINUS_ONE, Level, levels
from .names import Names
from .polynomial import Term, doubled_angles, expand, gathered
from .readers import laws_of
from .unknowns import Unknowns


@dataclass(frozen=True, eq=False)
class Equations:
    """M dy/dt = Σ terms, with the levels that the terms read.

    `terms` are (row, term), `inertia` the entries of M, `start` the initial value of each state.
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

    @classmethod
    def of(cls, circuit: Circuit, free: Sequence[str], drawn: Sequence[str] | Mapping[str, str]) -> Equations:
        """See `DynamicalSystem.of`."""
        flat = flatten(circuit, free) if free else circuit.expand()
        draws = drawn if isinstance(drawn, Mapping) else dict.fromkeys(drawn, RELATIVE)
        _check_draws(flat, draws)
        laws = laws_of(flat, draws, free)
        unknowns = Unknowns.of(laws)
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
            Names.of(circuit, free, laws),
            unknowns.states,
            tuple(levels(equations, {**dict.fromkeys(equations, "a source"), **touching})),
            tuple(terms),
            {(rows[row], rows[column]): value for (row, column), value in found.entries.items()},
            _start(flat, unknowns),
            Noise.of(circuit),
        )


def _check_draws(flat: Circuit, draws: Mapping[str, str]) -> None:
    for name, kind in draws.items():
        if name not in flat:
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
