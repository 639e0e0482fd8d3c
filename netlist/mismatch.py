"""Mismatch: how far the elements of one die lie from what their cards say.

A die is a pair of numbers, a seed and its index: the same pair is the same die whatever else is drawn, and what a die
draws can be written back into the circuit, value by value. Every independent draw is one standard normal number ε:

    relative, normal      value·(1 + σε)
    relative, lognormal   value·exp(σε)
    absolute              value + σε
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Spread:
    """What the draws of one parameter or flat element are made of.

    `sigma` is a fraction of the value if `relative`, else in its unit. Targets of one `stream` share one ε a die.
    """

    target: str
    kind: Literal["parameter", "element"]
    sigma: float
    relative: bool
    lognormal: bool
    stream: int


@dataclass(frozen=True, eq=False)
class Mismatch:
    """The spreads of a circuit: parameters first, then elements in the order of the flat, scalar circuit."""

    circuit: Circuit
    spreads: tuple[Spread, ...]

    @classmethod
    def of(cls, circuit: Circuit) -> Mismatch:
        """What `*@ mismatch` says of a circuit; a later line overrides an earlier one. Linear in elements × lines.

        A line that names a parameter spreads the parameter, with one draw a die, and all that is computed from it.

        Raises:
            CircuitError: a selector that selects nothing, or an element without a value to spread.
        """
        _refuse_inner_parameters(circuit.subcircuits.values())
        if not any(_selectors(circuit)) and not any(_selectors(circuit.flatten())):
            return cls(circuit, ())
        lines: dict[tuple[str, str], tuple[Directive, Hashable]] = {}
        flat = circuit.expand()
        elements = {element.name: element for element in flat.elements}
        for directive, selector in _selectors(circuit):
            for name in select([selector], circuit.parameters):
                lines["parameter", name] = directive, _stream(directive, ("parameter", name))
        for directive, selector in _selectors(flat):
            if select([selector], circuit.parameters):
                continue
            found = select([selector], elements)
            if not found:
                cure = nearest(selector, (*circuit.parameters, *elements))
                raise CircuitError(f"*@ mismatch {selector} selects nothing; {cure}", directive.location)
            for name in found:
                refuse_spread(elements[name])
                lines["element", name] = directive, _stream(directive, ("element", name))
        order = [("parameter", name) for name in circuit.parameters] + [("element", name) for name in elements]
        return cls(circuit, tuple(_spreads((key, *lines[key]) for key in order if key in lines)))

    @property
    def targets(self) -> tuple[str, ...]:
        """The parameters and elements that spread, in the order of the draws."""
        return tuple(spread.target for spread in self.spreads)

    def array(self, seed: int, dies: Iterable[int]) -> np.ndarray:
        """The draws [targets, dies]: the factor of what spreads relatively, the offset of what does absolutely.

        A die's column depends on the seed and its number alone: it is the same among any other dies.

        Raises:
            CircuitError: a negative seed or die.
        """
        streams = np.array([spread.stream for spread in self.spreads], dtype=np.intp)
        count = int(streams.max(initial=-1)) + 1
        normals = [standard_normals(seed, die, count) for die in dies]
        drawn = np.stack(normals, axis=1)[streams] if normals else np.zeros((len(streams), 0))
        drawn *= np.array([spread.sigma for spread in self.spreads])[:, None]
        relative = np.array([spread.relative for spread in self.spreads], dtype=bool)
        lognormal = np.array([spread.lognormal for spread in self.spreads], dtype=bool)
        drawn[lognormal] = np.exp(drawn[lognormal])
        drawn[relative & ~lognormal] += 1.0
        return drawn

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


def _stream(directive: Directive, target: tuple[str, str]) -> Hashable:
    """What shares a draw: a group, the targets of a line with per=die (in every instance of it), or one target."""
    if "group" in directive.options:
        return "group", directive.options["group"]
    if directive.options.get("per") == "die":
        return "line", str(directive.location or id(directive))
    return target


def _spreads(lines: Iterable[tuple[tuple[str, str], Directive, Hashable]]) -> Iterator[Spread]:
    streams: dict[Hashable, int] = {}
    for (kind, target), directive, shared in lines:
        options = directive.options
        sigma = options["sigma"]
        yield Spread(
            target,
            "parameter" if kind == "parameter" else "element",
            sigma if isinstance(sigma, float) else 0.0,
            options.get("kind") != "absolute",
            options.get("distribution") == "lognormal",
            streams.setdefault(shared, len(streams)),
        )


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
