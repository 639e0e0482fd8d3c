"""The circuit as a frozen NetworkX multigraph, for questions of topology and for drawing.

    node   a net or a bus: `width` (lines), `bus` (bool), `kind` "net"
    edge   a branch or an array of them, from the card's first node to its second, keyed by the element's name:
           `element`, `name`, `kind` (SPICE letter), `shape`, `tail` and `head` (first and last line of the bus at that
           end, None at a plain net), `controls` (controlling nodes or elements as the card names them, or the nodes
           that its expressions read)

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
from .sensing import sensed_nodes

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
    read: list[str] = []
    graph.add_edges_from(_edges(circuit, widths, read))
    graph.add_nodes_from(_net(field, widths)[0] for field in read)
    for element in circuit.elements:
        if len(element.nodes) != 2 and element.nodes:
            graph.nodes[Hub(element.name)].update(kind="hub", element=element)
    for name, attributes in graph.nodes(data=True):
        if not attributes:
            attributes.update(kind="net", bus=name in widths, width=widths.get(name, 1))
    return nx.freeze(graph)


def _edges(circuit: Circuit, widths: Mapping[str, int], read: list[str]) -> Iterator[Edge]:
    """All edges; the nodes that elements read without touching them are put into `read`."""
    for element in circuit.elements:
        kind = element.kind
        controls = element.controls or sensed_nodes(element)
        if controls and kind not in CONTROLLED_BY_ELEMENTS:
            read.extend(controls)
        attributes: dict[str, Any] = {
            "element": element,
            "name": element.name,
            "kind": kind,
            "shape": element.shape if element.ranges else (),
            "tail": None,
            "head": None,
            "controls": controls,
        }
        if len(element.nodes) != 2:
            yield from _star(element, attributes, widths)
        elif not widths:
            yield *element.nodes, element.name, attributes
        else:
            (tail, attributes["tail"]), (head, attributes["head"]) = (_net(field, widths) for field in element.nodes)
            yield tail, head, element.name, attributes


def _star(element: Element, attributes: dict[str, Any], widths: Mapping[str, int]) -> Iterator[Edge]:
    for port, field in enumerate(element.nodes):
        net, lines = _net(field, widths)
        yield Hub(element.name), net, f"{element.name}:{port}", attributes | {"head": lines, "port": port}


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
