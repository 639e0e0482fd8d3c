"""MOSFETs that are diodes: the gate tied to the drain, the body to the source.

An n-channel one conducts from drain to source by its channel's square law, and backwards through the junction of its
body; a p-channel one from source to drain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .circuit import Model
from .element import Element


def is_diode_connected(element: Element) -> bool:
    """Whether the element is a MOSFET with its gate at its drain and its body at its source."""
    if element.kind != "M" or len(element.nodes) != 4:
        return False
    drain, gate, source, body = element.nodes
    return drain == gate and source == body


def is_diode(element: Element) -> bool:
    """Whether the element is a diode, of its own kind or as a MOSFET."""
    return element.kind == "D" or is_diode_connected(element)


def diode_ends(element: Element, models: Mapping[str, Model]) -> tuple[str, str]:
    """Anode and cathode of a diode, of its own kind or as a MOSFET."""
    if element.kind == "D":
        return element.nodes[0], element.nodes[1]
    drain, source = element.nodes[0], element.nodes[2]
    return (source, drain) if models[element.model or ""].type == "pmos" else (drain, source)


def between_ends(element: Element, models: Mapping[str, Model]) -> Element:
    """A diode as an element of two nodes, anode and cathode, whatever its kind."""
    return element if element.kind == "D" else replace(element, nodes=diode_ends(element, models))
