"""Mismatch: how far the elements of one die lie from what their cards say.

A die is a pair of numbers, a seed and its index: the same pair is the same die whatever else is drawn, and what a die
draws can be written back into the circuit, value by value. Every independent draw is one standard normal number ε:

    relative, normal      value·(1 + σε)
    relative, lognormal   value·exp(σε)
    absolute              value + σε

A target may have several draws: one of its own, one of its die, one a group. Factors multiply, offsets add.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

import numpy as np

from .circuit import Circuit, Directive, Subcircuit
from .directives import of_keyword
from .errors import CircuitError
from .expression import Binary, Expression, constant
from .selectors import select
from .spread_value import refuse_spread, spread_element
from .suggestion import nearest

_TO_UNIT = 2.0**-53
MOST_CORNERED = 12
"""Independent numbers whose corners are run."""

_Target = tuple[Literal["parameter", "element"], str]


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of a target: σ, and the number of the standard normal ε, which targets of one `stream` share."""

    sigma: float
    lognormal: bool
    stream: int


@dataclass(frozen=True, slots=True)
class Spread:
    """What moves one parameter or flat element: draws that are factors if `relative`, else offsets in its unit."""

    target: str
    kind: Literal["parameter", "element"]
    relative: bool
    draws: tuple[Draw, ...]


@dataclass(frozen=True, eq=False)
class Mismatch:
    """The spreads of a circuit: parameters first, then elements in the order of the flat, scalar circuit."""

    circuit: Circuit
    spreads: tuple[Spread, ...]

    @property
    def kinds(self) -> dict[str, str]:
        """What every target's draw is to its value, by name: `relative`, a factor, or `absolute`, an offset."""
        return {each.target: "relative" if each.relative else "absolute" for each in self.spreads}

    @classmethod
    def of(cls, circuit: Circuit) -> Mismatch:
        """What `*@ mismatch` says of a circuit. Linear in elements × lines.

        A later line overrides an earlier one that gives the same target a draw of the same sort: its own, its die's, or
        that of the same group. A line that names a parameter spreads the parameter, and all that is computed from it.

        Raises:
            CircuitError: a selector that selects nothing, an element without a value to spread, or a target that is
                spread relatively by one line and absolutely by another.
        """
        _refuse_inner_parameters(circuit.subcircuits.values())
        if not any(_selectors(circuit)) and not any(_selectors(circuit.flatten())):
            return cls(circuit, ())
        return cls(circuit, tuple(_spreads(_lines(circuit))))

    @property
    def targets(self) -> tuple[str, ...]:
        """The parameters and elements that spread, in the order of the draws."""
        return tuple(spread.target for spread in self.spreads)

    @property
    def relative(self) -> np.ndarray:
        """Whether a target's draw is a factor, else an offset [targets]."""
        return np.array([spread.relative for spread in self.spreads], dtype=bool)

    def array(self, seed: int, dies: Iterable[int]) -> np.ndarray:
        """The draws [targets, dies]: the factor of what spreads relatively, the offset of what does absolutely.

        A die's column depends on the seed and its number alone: it is the same among any other dies.

        Raises:
            CircuitError: a negative seed or die.
        """
        found = [standard_normals(seed, die, self.streams) for die in dies]
        return self.drawn(np.stack(found, axis=1) if found else np.zeros((self.streams, 0)))

    @property
    def streams(self) -> int:
        """How many independent standard normal numbers a die draws."""
        return 1 + max((draw.stream for spread in self.spreads for draw in spread.draws), default=-1)

    def corners(self, sigmas: float) -> np.ndarray:
        """The draws [targets, corners] where every independent number is at ± that many standard deviations.

        Raises:
            CircuitError: more independent numbers than corners can be made of, which are 2 to their power.
        """
        if self.streams > MOST_CORNERED:
            raise CircuitError(
                f"{self.streams} independent draws have 2^{self.streams} corners; spread fewer, or by group or die, "
                f"{MOST_CORNERED} at most"
            )
        signs = np.array(list(product((-1.0, 1.0), repeat=self.streams))).reshape(-1, self.streams).T
        return self.drawn(sigmas * signs)

    def drawn(self, normals: np.ndarray) -> np.ndarray:
        """The draws [targets, dies] that standard normal numbers [streams, dies] make."""
        single = [draw for spread in self.spreads for draw in spread.draws]
        counts = [len(spread.draws) for spread in self.spreads]
        streams = np.array([draw.stream for draw in single], dtype=np.intp)
        drawn = normals[streams]
        drawn *= np.array([draw.sigma for draw in single])[:, None]
        relative = np.repeat(self.relative, counts)
        lognormal = np.array([draw.lognormal for draw in single], dtype=bool)
        drawn[lognormal] = np.exp(drawn[lognormal])
        drawn[relative & ~lognormal] += 1.0
        if len(single) == len(self.spreads):
            return drawn
        starts = np.cumsum([0, *counts[:-1]])
        factors, offsets = (combine.reduceat(drawn, starts, axis=0) for combine in (np.multiply, np.add))
        return np.where(self.relative[:, None], factors, offsets)

    def draw(self, seed: int, die: int) -> dict[str, float]:
        """What one die draws, by target."""
        return dict(zip(self.targets, self.array(seed, (die,))[:, 0].tolist(), strict=True))

    def with_die(self, seed: int, die: int) -> Circuit:
        """The flat, scalar circuit of one die: every value that spreads is what `draw` makes of it."""
        circuit = self.with_draw(self.draw(seed, die))
        return replace(circuit, title=f"{circuit.title}, die {die} of seed {seed}")

    def with_draw(self, draws: Mapping[str, float]) -> Circuit:
        """The flat, scalar circuit with given draws by target; targets that are not among them stay as they are.

        Raises:
            CircuitError: a draw for what does not spread. NetlistError: a value that leaves its range.
        """
        known = set(self.targets)
        for target in draws:
            if target not in known:
                raise CircuitError(f"{target} does not spread; {nearest(target, self.targets)}")
        changes = {each.target: _change(each.relative, draws[each.target]) for each in self._drawn(draws, "element")}
        circuit = self.circuit
        parameters = dict(circuit.parameters)
        for each in self._drawn(draws, "parameter"):
            parameters[each.target] = _change(each.relative, draws[each.target])(parameters[each.target])
        flat = replace(circuit, parameters=parameters).expand() if parameters else circuit.expand()
        elements = (
            spread_element(element, changes[element.name]) if element.name in changes else element
            for element in flat.elements
        )
        kept = tuple(directive for directive in flat.directives if directive.keyword != "mismatch")
        return replace(flat, elements=tuple(elements), directives=kept)

    def _drawn(self, draws: Mapping[str, float], kind: str) -> Iterator[Spread]:
        return (spread for spread in self.spreads if spread.kind == kind and spread.target in draws)


def standard_normals(seed: int, die: int, count: int) -> np.ndarray:
    """`count` standard normal numbers of one die; the first of them do not depend on how many are asked for.

    Philox (Salmon et al. 2011, doi:10.1145/2063384.2063405) keyed by (seed, die), and Box and Muller's transformation
    written out, so that a die outlives the versions of NumPy, whose own normal numbers may change.
    """
    if not (0 <= seed < 2**64 and 0 <= die < 2**64):
        raise CircuitError(f"seed {seed} and die {die} are no die; give whole numbers of at least 0")
    raw = np.random.Philox(key=np.array([seed, die], dtype=np.uint64)).random_raw(2 * ((count + 1) // 2))
    unit = (raw >> np.uint64(11)).astype(np.float64) * _TO_UNIT
    radius, angle = np.sqrt(-2.0 * np.log(1.0 - unit[::2])), 2.0 * np.pi * unit[1::2]
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1).reshape(-1)[:count]


def _selectors(circuit: Circuit) -> Iterator[tuple[Directive, str]]:
    for directive in of_keyword(circuit, "mismatch"):
        if directive.options.get("distribution") == "lognormal" and directive.options.get("kind") == "absolute":
            cause = "*@ mismatch cannot be absolute and lognormal, which is relative"
            raise CircuitError(f"{cause}; leave out kind=absolute, or write distribution=normal", directive.location)
        yield from ((directive, selector) for selector in directive.selectors)


def _lines(circuit: Circuit) -> Iterator[tuple[_Target, list[Directive]]]:
    """The lines that spread each parameter and each flat element: of every sort of draw the last one."""
    lines: defaultdict[_Target, dict[Hashable, Directive]] = defaultdict(dict)
    flat = circuit.expand()
    elements = {element.name: element for element in flat.elements}
    for directive, selector in _selectors(circuit):
        for name in select([selector], circuit.parameters):
            lines["parameter", name][_sort(directive)] = directive
    for directive, selector in _selectors(flat):
        if select([selector], circuit.parameters):
            continue
        found = select([selector], elements)
        if not found:
            cure = nearest(selector, (*circuit.parameters, *elements))
            raise CircuitError(f"*@ mismatch {selector} selects nothing; {cure}", directive.location)
        for name in found:
            refuse_spread(elements[name])
            lines["element", name][_sort(directive)] = directive
    order: list[_Target] = [("parameter", name) for name in circuit.parameters]
    order.extend(("element", name) for name in elements)
    yield from ((key, [*lines[key].values()]) for key in order if key in lines)


def _sort(directive: Directive) -> Hashable:
    """Whose draw a line gives: the target's own (nothing), its die's, or a group's."""
    if "group" in directive.options:
        return "group", directive.options["group"]
    return "die" if directive.options.get("per") == "die" else None


def _stream(directive: Directive, target: _Target) -> Hashable:
    """What shares a draw: one target, the targets of a line with per=die in every instance of it, or a group."""
    sort = _sort(directive)
    if sort == "die":
        return "line", str(directive.location or id(directive))
    return sort or target


def _spreads(lines: Iterable[tuple[_Target, list[Directive]]]) -> Iterator[Spread]:
    streams: dict[Hashable, int] = {}
    for target, directives in lines:
        kinds = {directive.options.get("kind", "relative") for directive in directives}
        if len(kinds) > 1:
            cause = f"*@ mismatch spreads {target[1]} relatively on one line and absolutely on another"
            raise CircuitError(f"{cause}; write both in one way", directives[-1].location)
        draws = []
        for directive in directives:
            sigma = directive.options["sigma"]
            lognormal = directive.options.get("distribution") == "lognormal"
            stream = streams.setdefault(_stream(directive, target), len(streams))
            draws.append(Draw(sigma if isinstance(sigma, float) else 0.0, lognormal, stream))
        yield Spread(target[1], target[0], kinds == {"relative"}, tuple(draws))


def _change(relative: bool, draw: float) -> Callable[[object], float | Expression]:
    """What a draw makes of a value, a number or an expression."""

    def change(value: object) -> float | Expression:
        if isinstance(value, Expression):
            return Binary("*" if relative else "+", value, constant(draw))
        if isinstance(value, (int, float)):
            return value * draw if relative else value + draw
        raise CircuitError(f"{value!r} cannot spread; spread a number or an expression")

    return change


def _refuse_inner_parameters(definitions: Iterable[Subcircuit]) -> None:
    """A subcircuit's own parameters are gone once it is flat, so no line can mean them."""
    for definition in definitions:
        own = (*definition.parameters, *definition.body.parameters)
        for directive, selector in _selectors(definition.body):
            for name in select([selector], own):
                cause = f"*@ mismatch {selector} names {name}, a parameter of the subcircuit {definition.name}"
                raise CircuitError(f"{cause}; name its elements", directive.location)
        _refuse_inner_parameters(definition.body.subcircuits.values())
