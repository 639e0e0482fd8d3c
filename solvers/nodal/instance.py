"""An instance of a device: one element with its numbers, and what the device's local names mean in the circuit.

Unknowns have names: a node its own, a branch current `i(element)`, an inner node `element:node`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...netlist.circuit import Circuit
from ...netlist.element import Element
from ..devices import Device, remarks

GROUND = "0"
MODEL_KEYS = frozenset({"level", "type", "version"})


@dataclass(frozen=True)
class Instance:
    """One element. `raw` are its given numbers, `nodes` the unknown of each local name of a node or a read current."""

    element: Element
    device: Device
    raw: Mapping[str, float]
    nodes: Mapping[str, str] = field(default_factory=dict)

    @property
    def current(self) -> str:
        """The unknown of its branch current."""
        return current_of(self.element.name)

    def branch_currents(self) -> dict[str, str]:
        """The unknown of each of the device's branch currents; the one through the element has the element's name."""
        name = self.element.name
        return {
            local: self.current if local == "current" else current_of(f"{name}:{local}")
            for local in self.device.branch_currents
        }


def current_of(element: str) -> str:
    """The name of an element's branch current among the unknowns."""
    return f"i({element})"


def remarks_of(instances: Iterable[Instance], flat: Circuit) -> tuple[str, ...]:
    """What is left out of the models in use, a sentence each, such as parameters that neither we nor ngspice know."""
    used = {each.element.model: each.device for each in instances if each.element.kind in "DQMJ"}
    found: list[str] = []
    for name, device in used.items():
        model = flat.models[name or ""]
        unknown = [key for key in model.parameters if key not in device.parameters and key not in MODEL_KEYS]
        if unknown:
            found.append(f"the {device.name} does not know {', '.join(unknown)} of the model {name}: left out")
        found += remarks(model)
    return tuple(found)


def has_branch(element: Element) -> bool:
    """Whether the element's current is an unknown."""
    return element.kind in "VELH" or (element.kind == "B" and "v" in element.parameters)
