"""An element as its card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from .element import Element
from .elements import KINDS
from .errors import CircuitError
from .expression import Expression, reads_signals
from .expression_text import write_expression
from .numbers import format_number
from .stimulus import Stimulus

Reference = Callable[[np.ndarray, str], str]
"""Stores an array under a name and returns the text that refers to it."""


def write_setting(value: object) -> str:
    """A value as text: a number, an expression in braces, a word."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return format_number(float(value))
    return f"{{{write_expression(value)}}}" if isinstance(value, Expression) else str(value)


def write_element(element: Element, reference: Reference) -> str:
    """The card of an element. Array values go through `reference`."""
    head = (_name(element), *element.nodes)
    if len(" ".join(head).split()) != len(head):
        raise CircuitError(f"{element.name!r} has a blank or nothing for a name or node; rename it", element.location)
    special = _WRITERS.get(element.kind)
    if special:
        return " ".join((*head, *special(element, reference)))
    return " ".join((*head, *_ordinary(element, reference)))


def _name(element: Element) -> str:
    if not element.ranges:
        return element.name
    return f"{element.name}[{','.join(f'{start}:{stop}' for start, stop in element.ranges)}]"


def _ordinary(element: Element, reference: Reference) -> Iterator[str]:
    yield from element.controls
    if isinstance(element.value, Expression) and reads_signals(element.value):
        yield f"{element.kind.lower()}={write_setting(element.value)}"
    elif element.value is not None:
        yield _value(element.value, reference, "value")
    if element.model is not None:
        yield element.model
    yield from _keywords(element.parameters, reference)


def _value(value: object, reference: Reference, what: str) -> str:
    return reference(value, what) if isinstance(value, np.ndarray) else write_setting(value)


def _keywords(parameters: Mapping[str, object], reference: Reference) -> Iterator[str]:
    for key, value in parameters.items():
        if value is True:
            yield key
        elif isinstance(value, tuple):
            yield f"{key}={','.join(write_setting(part) for part in value)}"
        else:
            yield f"{key}={_value(value, reference, key)}"


def _source(element: Element, reference: Reference) -> Iterator[str]:
    value = element.value
    if isinstance(value, Stimulus):
        yield f"dc {write_setting(value.dc)}"
        if value.ac is not None:
            yield f"ac {write_setting(value.ac[0])} {write_setting(value.ac[1])}"
        if value.shape is not None:
            yield f"{value.shape}({' '.join(write_setting(argument) for argument in value.arguments)})"
    elif value is not None:
        yield _value(value, reference, "value")
    yield from _keywords(element.parameters, reference)


def _controlled(element: Element, reference: Reference) -> Iterator[str]:
    parameters = dict(element.parameters)
    poly = parameters.pop("poly", None)
    table = parameters.pop("table", None)
    if isinstance(poly, tuple):
        dimensions = len(element.controls) // (2 if KINDS[element.kind].control_type == "node" else 1)
        yield f"poly({dimensions})"
        yield from element.controls
        yield from (write_setting(part) for part in poly)
    elif isinstance(table, tuple):
        points = zip(table[1::2], table[2::2], strict=True)
        yield f"table {write_setting(table[0])} = "
        yield " ".join(f"({write_setting(x)},{write_setting(y)})" for x, y in points)
    elif not element.controls:
        yield f"{'vol' if element.kind == 'E' else 'cur'}={write_setting(element.value)}"
    else:
        yield from element.controls
        yield write_setting(element.value)
    yield from _keywords(parameters, reference)


def _behavioural(element: Element, reference: Reference) -> Iterator[str]:
    parameters = dict(element.parameters)
    for key in ("v", "i"):
        tree = parameters.pop(key, None)
        if isinstance(tree, Expression):
            yield f"{key}={write_expression(tree)}"
    yield from _keywords(parameters, reference)


def _coupling(element: Element, reference: Reference) -> Iterator[str]:
    yield from element.controls
    yield write_setting(element.value)


_WRITERS: Mapping[str, Callable[[Element, Reference], Iterator[str]]] = {
    "V": _source,
    "I": _source,
    "E": _controlled,
    "F": _controlled,
    "G": _controlled,
    "H": _controlled,
    "B": _behavioural,
    "K": _coupling,
}
