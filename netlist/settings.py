"""The cards of a scope that define nothing: conditions, options, temperature, and analyses kept as data."""

from __future__ import annotations

import re
from collections.abc import Callable

from .card_fields import card_fields, whole_expressions
from .circuit import Card
from .errors import Location, NetlistError
from .fields import fields, is_expression
from .node_names import canonical_node
from .numbers import looks_numeric
from .scope import Scope
from .values import read_value

_CONDITION = re.compile(r"[\s,]*v\s*\(\s*((?:[^\s,()\[\]]|\[[^\]]*\])+)\s*\)\s*=\s*", re.IGNORECASE)


def read_setting(text: str, scope: Scope, location: Location, what: str) -> object:
    """A number, an expression, or a bare word such as `gear`."""
    if is_expression(text) or looks_numeric(text) or scope.has_parameter(text.lower()):
        if looks_numeric(text) and text.count(".") > 1:
            return text.lower()
        return read_value(text, scope, location, what)
    return text.lower()


class Settings:
    """What the cards of a scope other than definitions say."""

    def __init__(self, scope: Scope):
        self.scope = scope
        self.global_nodes: list[str] = []
        self.initial_conditions: dict[str, object] = {}
        self.nodesets: dict[str, object] = {}
        self.options: dict[str, object] = {}
        self.temperature: object = None
        self.analyses: list[Card] = []

    def read(self, text: str, location: Location) -> None:
        keyword, _, rest = text.replace("\t", " ").partition(" ")
        action = _ACTIONS.get(keyword.lower())
        if action:
            action(self, rest, location)
        elif self.scope.parent is not None:
            cause = f"{keyword} stands inside the subcircuit {self.scope.name}"
            raise NetlistError(f"{cause}; move it out, behind .ends", location)
        else:
            found = card_fields(rest.lower(), location)
            for field in found:
                for tree in whole_expressions(field, location):
                    self.scope.check(tree, location)
            self.analyses.append(Card(keyword.lower()[1:], found, location))

    def read_global(self, rest: str, location: Location) -> None:
        names = [canonical_node(word) for word in rest.split()]
        if not names:
            raise NetlistError(".global names no node; write .global vdd", location)
        self.global_nodes.extend(name for name in names if name not in self.global_nodes)

    def read_initial(self, rest: str, location: Location) -> None:
        self._conditions(self.initial_conditions, ".ic", rest, location)

    def read_nodeset(self, rest: str, location: Location) -> None:
        rest = re.sub(r"^\s*all\s*=", "v(all)=", rest, flags=re.IGNORECASE)
        self._conditions(self.nodesets, ".nodeset", rest, location)

    def _conditions(self, into: dict[str, object], card: str, rest: str, location: Location) -> None:
        position = 0
        while rest[position:].strip():
            match = _CONDITION.match(rest, position)
            if match is None:
                raise NetlistError(
                    f"{rest[position:].strip()[:40]!r} is no condition; write {card} v(node)=1", location
                )
            words = fields(rest[match.end() :], location)
            value = words[0] if words else ""
            if not value or value in "=(),":
                raise NetlistError(f"v({match[1]})= has no value; write a number after it", location)
            into[canonical_node(match[1])] = read_value(value, self.scope, location, f"v({match[1]})")
            position = rest.index(value, match.end()) + len(value)

    def read_options(self, rest: str, location: Location) -> None:
        words = [word for word in fields(rest, location) if word != ","]
        position = 0
        while position < len(words):
            key = words[position].lower()
            if key in "=(),":
                raise NetlistError(f"{key!r} where an option was expected; write .options name=value", location)
            if position + 2 < len(words) and words[position + 1] == "=":
                self.options[key] = read_setting(words[position + 2], self.scope, location, key)
                position += 3
            else:
                self.options[key] = True
                position += 1

    def read_temperature(self, rest: str, location: Location) -> None:
        words = fields(rest, location)
        if len(words) != 1:
            raise NetlistError(f".temp has {len(words)} values; write one temperature in °C, as in .temp 27", location)
        self.temperature = read_value(words[0], self.scope, location, "the temperature")


_ACTIONS: dict[str, Callable[[Settings, str, Location], None]] = {
    ".global": Settings.read_global,
    ".ic": Settings.read_initial,
    ".nodeset": Settings.read_nodeset,
    ".options": Settings.read_options,
    ".option": Settings.read_options,
    ".opt": Settings.read_options,
    ".temp": Settings.read_temperature,
}
