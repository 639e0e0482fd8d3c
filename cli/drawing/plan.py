"""What a schematic shows, before anything has a place.

Every net is a vertical rail and every element a horizontal link between two rails, as in a visibility representation of
the graph (Tamassia and Tollis 1986). An element with one end at ground hangs below its rail from a wire, with a ground
symbol of its own, so that ground crosses nothing. An element with more than two terminals is a box with a pin a port.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...netlist import Circuit
from ...netlist.buses import bus_widths, part_of_bus
from ...netlist.element import Element
from ...netlist.elements import KINDS
from ...netlist.graph import Hub

GROUND = "0"
_LINE_PORTS = ("1+", "1−", "2+", "2−")
Place = str | Hub


@dataclass(frozen=True)
class Link:
    """An element between two rails, or a wire from a box (`first`) to a rail, which has a `port`."""

    element: Element
    first: Place
    second: Place
    port: str | None = None


@dataclass(frozen=True)
class Hang:
    """An element below a rail, or a box's port at ground. `forward`: its first node is at the rail.

    `below` is the name of the net at the lower end: ground, or the rail's own for an element that is shorted.
    """

    element: Element
    rail: Place
    forward: bool
    below: str
    port: str | None = None


@dataclass(frozen=True)
class Plan:
    """Rails and boxes in the deck's order, and what is between and below them."""

    places: tuple[Place, ...]
    links: tuple[Link, ...]
    hangs: tuple[Hang, ...]
    boxes: dict[Hub, Element] = field(default_factory=dict)

    @classmethod
    def of(cls, circuit: Circuit) -> Plan:
        """The plan of a circuit; a bus is one rail, an array one link, a subcircuit's instance a box."""
        widths = bus_widths(circuit)
        boxes = {Hub(element.name): element for element in circuit.elements if len(element.nodes) not in (0, 2)}
        found = [each for element in circuit.elements for each in _placed(element, circuit, widths)]
        links = tuple(each for each in found if isinstance(each, Link))
        hangs = tuple(each for each in found if isinstance(each, Hang))
        places = dict.fromkeys(place for link in links for place in (link.first, link.second))
        places |= dict.fromkeys(hang.rail for hang in hangs)
        return cls(tuple(places), links, hangs, boxes)


def _placed(element: Element, circuit: Circuit, widths: Mapping[str, int]) -> Iterator[Link | Hang]:
    """What an element with its nets, or buses, adds to the plan; nothing for one without nodes."""
    nets = [part.name if (part := part_of_bus(field, widths)) else field for field in element.nodes]
    if len(nets) != 2:
        yield from _box_wires(element, nets, circuit)
        return
    first, second = nets
    if first == second or second == GROUND:
        yield Hang(element, first, True, second)
    elif first == GROUND:
        yield Hang(element, second, False, GROUND)
    else:
        yield Link(element, first, second)


def _port_names(element: Element, circuit: Circuit) -> Sequence[str]:
    """What stands at a box's pins: a subcircuit's ports, or the first letters of a transistor's."""
    definition = circuit.subcircuits.get(element.model or "")
    if element.kind == "X" and definition is not None:
        return definition.ports
    if element.kind == "T":
        return _LINE_PORTS
    return [port[0] for port in KINDS[element.kind].ports][: len(element.nodes)]


def _box_wires(element: Element, nets: Sequence[str], circuit: Circuit) -> Iterator[Link | Hang]:
    hub = Hub(element.name)
    for port, net in zip(_port_names(element, circuit), nets, strict=True):
        yield Hang(element, hub, True, net, port) if net == GROUND else Link(element, hub, net, port)
