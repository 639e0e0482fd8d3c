"""Which name of the netlist every number of an instance comes from.

r1, v1            the main value of a card; a source's DC value
d1:area, m1:w     a keyword of a card
model dmod:is     a number of a model, shared by its instances
temp, tnom        °C of the circuit and of its models; gmin    S of every junction
"""

from __future__ import annotations

from collections.abc import Iterator

from ....netlist.circuit import Circuit
from ...devices.passive import VALUE
from ..groups import SURROUNDINGS, Compiled
from ..instance import Instance
from ..tables import local_unknowns


def origins(flat: Circuit, instance: Instance, group: Compiled) -> Iterator[tuple[int, str]]:
    """(place among the instance's raw numbers, name) of all numbers that have a name and a derivative."""
    stuck = _stuck(instance, group)
    for place, raw in enumerate(group.raw):
        if raw not in stuck:
            for name in _names(flat, instance, raw):
                yield place, name


def _names(flat: Circuit, instance: Instance, raw: str) -> list[str]:
    if raw in SURROUNDINGS:
        return _surrounding(flat, instance, raw)
    element = instance.element
    if raw == VALUE:
        return [element.name]
    if element.kind == "K" and raw in ("first", "second"):
        return [element.controls[raw == "second"]]
    keyword = "m" if raw == "multiplicity" else raw
    if keyword in element.parameters:
        return [f"{element.name}:{keyword}"]
    model = flat.models.get(element.model or "")
    return [f"model {model.name}:{raw}"] if model is not None and raw in model.parameters else []


def _surrounding(flat: Circuit, instance: Instance, raw: str) -> list[str]:
    element = instance.element
    if raw == "temperature":
        if "temp" in element.parameters:
            return [f"{element.name}:temp"]
        return ["temp", *([f"{element.name}:dtemp"] if "dtemp" in element.parameters else [])]
    model = flat.models.get(element.model or "")
    if raw == "nominal":
        return [f"model {model.name}:tnom"] if model is not None and "tnom" in model.parameters else ["tnom"]
    return ["gmin"]


def _stuck(instance: Instance, group: Compiled) -> set[str]:
    """Resistances of 0 whose inner node is one with the terminal: the circuit does not know them."""
    known = local_unknowns(instance, group)
    found: set[str] = set()
    for inner, (terminal, *resistances) in group.device.internal.items():
        if known.get(inner) == known.get(terminal):
            found |= {name for product in resistances for name in product.split("*")}
    return {name for name in found if instance.raw.get(name) == 0.0}
