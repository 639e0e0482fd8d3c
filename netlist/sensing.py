"""What an element reads without touching it: the voltages and currents in its expressions."""

from __future__ import annotations

from collections.abc import Iterator

from .element import Element
from .expression import Current, Expression, Voltage, walk


def expressions(element: Element) -> Iterator[Expression]:
    """The expressions among an element's value and parameters, those in lists (`table`) included."""
    for value in (element.value, *element.parameters.values()):
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Expression))


def sensed_nodes(element: Element) -> tuple[str, ...]:
    """The nodes whose voltages the element's expressions read, each once."""
    if isinstance(element.value, float) and not element.parameters:
        return ()
    found: dict[str, None] = {}
    for expression in expressions(element):
        for node in walk(expression):
            if isinstance(node, Voltage):
                found.update(dict.fromkeys(filter(None, (node.positive, node.negative))))
    return tuple(found)


def sensed_elements(element: Element) -> tuple[str, ...]:
    """The elements whose currents the element's expressions read, each once."""
    found = (node.element for each in expressions(element) for node in walk(each) if isinstance(node, Current))
    return tuple(dict.fromkeys(found))
