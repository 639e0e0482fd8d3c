"""X cards: an instance of a subcircuit with its nodes and parameters; an array of them; a crossbar of two buses."""

from __future__ import annotations

import numpy as np

from .bus import bus_slice
from .card import ElementCard
from .collect import ports_and_rest
from .element import Element
from .errors import NetlistError
from .expression import Expression
from .fields import is_expression
from .key_values import key_values
from .node_names import canonical_node
from .scope import Scope
from .suggestion import counted, nearest
from .values import braced, plain_or_tree


def read_instance(card: ElementCard) -> Element:
    """`X1 node … subcircuit [params:] [parameter=value …]`. `model` is the subcircuit's name."""
    rest = card.text.split(None, 1)[1] if len(card.text.split(None, 1)) > 1 else ""
    start, words = ports_and_rest(rest, card.location)
    if not words:
        raise card.fail("its subcircuit is missing")
    name = words[-1].lower()
    definition = card.scope.subcircuit(name)
    if definition is None:
        known = [key for scope in card.scope.chain() for key in scope.inner]
        cure = nearest(name, known) if known else f"define it by .subckt {name} or include its file"
        raise card.fail(f"unknown subcircuit {words[-1]!r}", cure)
    nodes = tuple(canonical_node(word) for word in words[:-1])
    card.scope.instances.append(definition)
    _check_ports(card, nodes, definition)
    for key, text in key_values(rest, card.location, start):
        _check_parameter(card, key, definition)
        card.parameters[key] = _parameter(card, text, key)
    return card.element(nodes, None, name)


def _parameter(card: ElementCard, text: str, key: str) -> float | Expression | np.ndarray:
    """A parameter's value; ngspice lets its expression stand without braces here. An array: one for each."""
    if text.startswith("@"):
        return card.array(text, key)
    value = braced(text, card.location) if is_expression(text) else plain_or_tree(text, card.location)
    if isinstance(value, Expression):
        card.scope.check(value, card.location)
    return value


def _check_ports(card: ElementCard, nodes: tuple[str, ...], definition: Scope) -> None:
    ports = definition.ports
    if len(nodes) != len(ports):
        wanted = f"{definition.name} ({definition.location}) has {counted(len(ports), 'port')}"
        raise card.fail(
            f"it has {counted(len(nodes), 'node')}, but {wanted}",
            f"write {card.name} {' '.join(ports)} {definition.name}",
        )
    if len(card.ranges) == 2 and len(ports) < 2:
        cause = f"{definition.name} has one port, but a crossbar lies between two buses"
        raise card.fail(cause, f"write {card.name}[0:{card.ranges[0][1]}]")
    for position, (node, port) in enumerate(zip(nodes, ports, strict=True)):
        part, wanted = bus_slice(node), bus_slice(port)
        width = part.width if part else 1
        if part and len(card.ranges) == 2 and position > 1:
            cause = f"{node} cannot be a bus: the first two ports of a crossbar are"
            raise card.fail(cause, f"write one node for the port {port}")
        axis = position if len(card.ranges) == 2 else 0
        needed = wanted.width if wanted else card.shape[axis] if card.ranges and part else 1
        if width != needed or (wanted and card.ranges):
            cause = f"the node {node} of {card.name} has width {width}, but {needed} is needed for the port {port}"
            raise NetlistError(f"{cause}; write a bus of that width", card.location)


def _check_parameter(card: ElementCard, key: str, definition: Scope) -> None:
    if key in card.parameters:
        raise card.fail(f"{key}= stands twice", "keep one of the two")
    known = [*definition.defaults, *definition.parameters, "m"]
    if key not in known:
        raise card.fail(f"the subcircuit {definition.name} has no parameter {key}=", nearest(key, known, "write {}="))
