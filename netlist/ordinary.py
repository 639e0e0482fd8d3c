"""The cards of R C L D S W T M Q J, which differ only by their declaration, and of K."""

from __future__ import annotations

from .card import ElementCard
from .circuit import Model
from .element import Element
from .fields import is_expression
from .node_names import canonical_node
from .numbers import looks_numeric
from .suggestion import counted, nearest

_VALUE_KEYS = {
    "R": ("r", "resistance"),
    "C": ("c", "cap", "capacitance"),
    "L": ("l", "inductance"),
}
"""Keywords under which the main value may stand too."""


def read_ordinary(card: ElementCard) -> Element:
    """Nodes, controlling fields, value, model, then parameters."""
    nodes = read_ports(card)
    controls = read_controls(card)
    value, model = _read_bare_fields(card)
    while True:
        card.skip_separators()
        if not card.peek():
            break
        if card.at_keyword() and card.peek().lower() in _VALUE_KEYS.get(card.kind.letter, ()):
            if value is not None:
                raise card.fail("its value stands twice", "keep one of the two")
            card.position += 2
            value = card.value(card.take(), card.kind.value, card.kind.value.name if card.kind.value else "value")
        elif card.at_keyword():
            card.read_keyword()
        else:
            card.read_flag()
    _check_complete(card, value, model)
    return card.element(nodes, value, model, controls)


def read_ports(card: ElementCard) -> tuple[str, ...]:
    """The node fields. Where ports are optional, the fields before the model's name are nodes."""
    optional = card.kind.optional_ports
    if not optional:
        return card.nodes()
    ports = card.kind.ports
    found = [card.node(port) for port in ports[: len(ports) - optional]]
    for port in ports[len(ports) - optional :]:
        card.skip_separators()
        if not _is_node_before_model(card):
            break
        found.append(card.node(port))
    return tuple(found)


def _is_node_before_model(card: ElementCard) -> bool:
    """Whether the next field is a node, because the model's name comes after it."""
    words: list[str] = []
    while card.peek(len(words)) and card.peek(len(words) + 1) != "=":
        words.append(card.peek(len(words)))
    if not words or _model(card, words[0]):
        return False
    if any(_model(card, word) for word in words):
        return True
    return len(words) > 1 and not looks_numeric(words[1])


def read_controls(card: ElementCard) -> tuple[str, ...]:
    """The controlling nodes, or the controlling elements' names."""
    kind = card.kind
    if kind.control_type == "node":
        return tuple(card.node(f"{sign} controlling") for sign in ("positive", "negative")[: kind.controls])
    return tuple(card.plain_field("controlling element").lower() for _ in range(kind.controls))


def _model(card: ElementCard, word: str) -> Model | None:
    """The model a field names, if it is one that this kind can have."""
    model = card.scope.model(word.lower()) if word else None
    return model if model and model.type in card.kind.model_types else None


def _read_bare_fields(card: ElementCard) -> tuple[object, str | None]:
    """Value, model and positional parameters: everything up to the first keyword."""
    value: object = None
    model: str | None = None
    positional = list(card.kind.positional)
    while True:
        card.skip_separators()
        word = card.peek()
        if not word or card.at_keyword():
            return value, model
        declaration = card.kind.parameter(word.lower())
        if model is None and _model(card, word):
            model = card.take().lower()
        elif declaration and declaration.form == "flag":
            card.read_flag()
        elif model is None and card.kind.model_required:
            raise unknown_model(card, word)
        elif card.kind.value and value is None and _is_value(card, word):
            value = card.value(card.take(), card.kind.value, card.kind.value.name)
        elif positional and model is not None:
            name = positional.pop(0)
            card.parameters[name] = card.value(card.take(), card.kind.parameter(name), name)
        elif card.kind.value and model is None and not looks_numeric(word):
            raise unknown_model(card, word)
        else:
            raise card.fail(f"{word!r} is one field too many")


def _is_value(card: ElementCard, word: str) -> bool:
    return word[0] in "@" or is_expression(word) or looks_numeric(word) or card.scope.has_parameter(word.lower())


def unknown_model(card: ElementCard, word: str) -> Exception:
    """The error for a field that should name a model."""
    wrong = card.scope.model(word.lower())
    types = " or ".join(card.kind.model_types)
    if wrong:
        cause = f"the model {word} is of type {wrong.type}, not {types}"
        return card.fail(cause, f"name a .model of type {types}")
    known = [name for name in card.scope.model_names() if _model(card, name)]
    if card.kind.value:
        known += card.scope.parameter_names()
        return card.fail(
            f"{word!r} is neither a number, a parameter nor a model", nearest(word, known) if known else None
        )
    cure = nearest(word, known) if known else f"add .model {word} {card.kind.model_types[0]}(…)"
    return card.fail(f"unknown model {word!r}", cure)


def _check_complete(card: ElementCard, value: object, model: str | None) -> None:
    kind = card.kind
    if kind.model_required and model is None:
        raise card.fail("its model is missing")
    if kind.value is None:
        return
    instead = {"R": ("g",), "C": ("q",)}.get(kind.letter, ())
    given = [key for key in instead if key in card.parameters]
    if value is None and model is None and not given:
        raise card.fail(f"its {kind.value.name} is missing")
    if value is not None and given:
        raise card.fail(f"it has a {kind.value.name} and {given[0]}=", "keep one of the two")


def read_coupling(card: ElementCard) -> Element:
    """`K1 L1 L2 … 0.9`: two or more inductors and their coupling."""
    words = [word for word in card.fields if word not in "(),"]
    if len(words) < 3:
        raise card.fail(f"found {counted(len(words), 'field')} where two inductors and a coefficient are needed")
    coupled = tuple(canonical_node(word) for word in words[:-1])
    card.position = len(card.fields)
    return card.element((), card.value(words[-1], card.kind.value, "coupling"), None, coupled)
