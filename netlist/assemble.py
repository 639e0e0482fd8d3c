"""Second pass: a scope with all its names known becomes a `Circuit`."""

from __future__ import annotations

import re
from collections.abc import Callable

from .circuit import Card, Circuit, Model, Subcircuit
from .directive_lines import read_directive
from .element_cards import read_elements
from .errors import Location, NetlistError
from .fields import fields, is_expression
from .key_values import key_values
from .models import MODEL_TYPES, OTHER_TYPES
from .node_names import canonical_node
from .numbers import looks_numeric
from .references import check_references
from .scope import Scope
from .sidecar import Sidecars
from .suggestion import nearest
from .values import read_value

_CONDITION = re.compile(r"[\s,]*v\s*\(\s*((?:[^\s,()\[\]]|\[[^\]]*\])+)\s*\)\s*=\s*", re.IGNORECASE)


def assemble(scope: Scope, sidecars: Sidecars, title: str, source: str | None) -> Circuit:
    """The circuit of a scope, its subcircuits' circuits inside. Raises NetlistError."""
    for location, text in scope.model_lines.values():
        model = _read_model(text, location, scope)
        scope.models[model.name] = model
    for name, expression in (*scope.defaults.items(), *scope.parameters.items()):
        if not isinstance(expression, float):
            scope.check(expression, scope.defined["parameter", name])
    for function in scope.functions.values():
        scope.check(function.body, function.location or scope.location, function.arguments)
    subcircuits = {name: _subcircuit(inner, sidecars) for name, inner in scope.inner.items()}
    settings = _Settings(scope)
    for location, text in scope.later:
        settings.read(text, location)
    circuit = Circuit(
        title=title,
        elements=read_elements(scope, sidecars),
        models=scope.models,
        parameters=scope.parameters,
        functions=scope.functions,
        subcircuits=subcircuits,
        global_nodes=tuple(settings.global_nodes),
        initial_conditions=settings.initial_conditions,
        options=settings.options,
        temperature=settings.temperature,
        analyses=tuple(settings.analyses),
        directives=tuple(read_directive(text, location) for location, text in scope.directive_lines),
        source=source,
        nodesets=settings.nodesets,
        notes=tuple(scope.notes),
    )
    check_references(circuit, scope)
    return circuit


def _subcircuit(scope: Scope, sidecars: Sidecars) -> Subcircuit:
    body = assemble(scope, sidecars, "", None)
    return Subcircuit(scope.name, scope.ports, scope.defaults, body, scope.location)


def _read_model(text: str, location: Location, scope: Scope) -> Model:
    name, type_ = (word.lower() for word in fields(text, location)[:2])
    if type_ not in MODEL_TYPES and type_ not in OTHER_TYPES:
        cure = nearest(type_, MODEL_TYPES)
        raise NetlistError(f"the model {name} has the unknown type {type_!r}; {cure}", location)
    match = re.match(r"\S+?[\s(]+[^\s(]+", text)
    rest = text[match.end() if match else 0 :].strip()
    if rest.startswith("("):
        rest = rest[1:].rstrip()
        rest = rest[:-1] if rest.endswith(")") else rest
    parameters: dict[str, object] = {}
    for key, value in key_values(rest, location):
        if key in parameters:
            raise NetlistError(f"the model {name} has {key}= twice; keep one of the two", location)
        parameters[key] = _setting(value, scope, location, f"{key} of the model {name}")
    return Model(name, type_, parameters, location)


def _setting(text: str, scope: Scope, location: Location, what: str) -> object:
    """A number, an expression, or a bare word such as `gear`."""
    if is_expression(text) or looks_numeric(text) or scope.has_parameter(text.lower()):
        if looks_numeric(text) and text.count(".") > 1:
            return text.lower()
        return read_value(text, scope, location, what)
    return text.lower()


class _Settings:
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
        action = self._ACTIONS.get(keyword.lower())
        if action:
            action(self, rest, location)
        elif self.scope.parent is not None:
            cause = f"{keyword} stands inside the subcircuit {self.scope.name}"
            raise NetlistError(f"{cause}; move it out, behind .ends", location)
        else:
            self.analyses.append(Card(keyword.lower()[1:], _card_fields(rest.lower(), location), location))

    def _global(self, rest: str, location: Location) -> None:
        names = [canonical_node(word) for word in rest.split()]
        if not names:
            raise NetlistError(".global names no node; write .global vdd", location)
        self.global_nodes.extend(name for name in names if name not in self.global_nodes)

    def _initial(self, rest: str, location: Location) -> None:
        self._conditions(self.initial_conditions, ".ic", rest, location)

    def _nodeset(self, rest: str, location: Location) -> None:
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

    def _options(self, rest: str, location: Location) -> None:
        words = fields(rest, location)
        position = 0
        while position < len(words):
            key = words[position].lower()
            if key in "=(),":
                raise NetlistError(f"{key!r} where an option was expected; write .options name=value", location)
            if position + 2 < len(words) and words[position + 1] == "=":
                self.options[key] = _setting(words[position + 2], self.scope, location, key)
                position += 3
            else:
                self.options[key] = True
                position += 1

    def _temp(self, rest: str, location: Location) -> None:
        words = fields(rest, location)
        if len(words) != 1:
            raise NetlistError(f".temp has {len(words)} values; write one temperature in °C, as in .temp 27", location)
        self.temperature = read_value(words[0], self.scope, location, "the temperature")

    _ACTIONS: dict[str, Callable[[_Settings, str, Location], None]] = {
        ".global": _global,
        ".ic": _initial,
        ".nodeset": _nodeset,
        ".options": _options,
        ".option": _options,
        ".opt": _options,
        ".temp": _temp,
    }


def _card_fields(text: str, location: Location) -> tuple[str, ...]:
    """The fields of a card kept as data: blanks separate them, but not inside parentheses, braces or quotes."""
    found: list[str] = []
    depth = 0
    joined = False
    for part in re.findall(r"'[^']*'|\"[^\"]*\"|[(){}]|\s+|[^\s(){}'\"]+|['\"]", text):
        if part.isspace():
            joined = joined and depth > 0
            continue
        depth += (part in ("(", "{")) - (part in (")", "}"))
        part = re.sub(r"\s+", "", part)
        if joined:
            found[-1] += part
        else:
            found.append(part)
        joined = True
    if depth:
        raise NetlistError(f"the parentheses of {text.strip()[:40]!r} do not match; close every one", location)
    return tuple(found)
