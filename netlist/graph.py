"""The circuit as a frozen NetworkX multigraph, for questions of topology and for drawing.

    node   a net or a bus: `width` (lines), `bus` (bool), `kind` "net"
    edge   a branch or an array of them, from the card's first node to its second, keyed by the element's name:
           `element`, `name`, `kind` (SPICE letter), `shape`, `tail` and `head` (first and last line of the bus at that
           end, None at a plain net), `controls` (controlling nodes or elements, as the card names them)

An element without exactly two nodes (a transistor, a line, a subcircuit's instance) is a star: a node `Hub(name)` of
`kind` "hub" with `element`, and one edge a port from the hub to the port's net, keyed `name:port`, whose attributes are
those above and `port`, counted from 0. Elements without nodes (K) stand in the list `graph.graph["couplings"]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import networkx as nx

from .buses import CONTROLLED_BY_ELEMENTS, bus_widths, part_of_bus
from .circuit import Circuit
from .element import Element
from .errors import CircuitError

Edge = Any
"""(tail, head, key, attributes), as `add_edges_from` takes it."""


class Hub(NamedTuple):
    """The centre of a star that stands for an element with more than two terminals."""

    element: str


def graph_of(circuit: Circuit) -> nx.MultiDiGraph:
    """The circuit's graph; subcircuits are not looked into (flatten for that). Linear in elements, not in branches.

    Raises:
        CircuitError: two elements of one name.
    """
    _refuse_duplicates(circuit)
    widths = bus_widths(circuit)
    graph = nx.MultiDiGraph()
    graph.graph["couplings"] = [element for element in circuit.elements if not element.nodes]
    edges = _scalar_edges(circuit) if not widths else _edges(circuit, widths)
    graph.add_edges_from(edges)
    for element in circuit.elements:
        if len(element.nodes) != 2 and element.nodes:
            graph.nodes[Hub(element.name)].update(kind="hub", element=element)
        if element.controls and element.kind not in CONTROLLED_BY_ELEMENTS:
            graph.add_nodes_from(_net(field, widths)[0] for field in element.controls)
    for name, attributes in graph.nodes(data=True):
        if not attributes:
            attributes.update(kind="net", bus=name in widths, width=widths.get(name, 1))
    return nx.freeze(graph)


def _scalar_edges(circuit: Circuit) -> Iterator[Edge]:
    """The edges of a circuit without buses: the same as `_edges` at a third of the time."""
    for element in circuit.elements:
        if len(element.nodes) == 2:
            tail, head = element.nodes
            yield tail, head, element.name, _attributes(element, None, None)
        else:
            yield from _star(element, {})


def _edges(circuit: Circuit, widths: Mapping[str, int]) -> Iterator[Edge]:
    for element in circuit.elements:
        if len(element.nodes) != 2:
            yield from _star(element, widths)
            continue
        (tail, tail_lines), (head, head_lines) = (_net(field, widths) for field in element.nodes)
        yield tail, head, element.name, _attributes(element, tail_lines, head_lines)


def _star(element: Element, widths: Mapping[str, int]) -> Iterator[Edge]:
    for port, field in enumerate(element.nodes):
        net, lines = _net(field, widths)
        yield Hub(element.name), net, f"{element.name}:{port}", _attributes(element, None, lines) | {"port": port}


def _attributes(element: Element, tail: tuple[int, int] | None, head: tuple[int, int] | None) -> dict[str, Any]:
    return {
        "element": element,
        "name": element.name,
        "kind": element.kind,
        "shape": element.shape if element.ranges else (),
        "tail": tail,
        "head": head,
        "controls": element.controls,
    }


def _net(field: str, widths: Mapping[str, int]) -> tuple[str, tuple[int, int] | None]:
    """The graph's node for a node field, and the lines of the bus that the field means."""
    part = part_of_bus(field, widths)
    return (part.name, (part.start, part.stop)) if part else (field, None)


def _refuse_duplicates(circuit: Circuit) -> None:
    if len({element.name for element in circuit.elements}) == len(circuit.elements):
        return
    seen: dict[str, Element] = {}
    for element in circuit.elements:
        first = seen.setdefault(element.name, element)
        if first is not element:
            where = f" (first at {first.location})" if first.location else ""
            raise CircuitError(f"there are two elements called {element.name}{where}; rename one", element.location)
