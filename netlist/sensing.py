"""What an element reads without touching it: the voltages and currents in its expressions."""

from __future__ import annotations

from collections.abc import Iterator

from .element import Element
from .expression import Current, Expression, Voltage, walk


def expressions(element: Element) -> Iterator[Expression]:
    """The expressions among an element's value and parameters."""
    if isinstance(element.value, Expression):
        yield element.value
    for value in element.parameters.values():
        parts = value if isinstance(value, tuple) else (value,)
        yield from (part for part in parts if isinstance(part, Expression))


def sensed_nodes(element: Element) -> tuple[str, ...]:
    """The nodes whose voltages the element's expressions read, each once."""
    parameters = element.parameters
    if not isinstance(element.value, Expression) and not (
        parameters and any(isinstance(value, Expression | tuple) for value in parameters.values())
    ):
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
