"""Other diodes in a circuit: a model card where an ideal diode stood, or another model for all of its diodes.

A MOSFET's model stands for a MOSFET that is tied to be a diode; see `diode_connected`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .circuit import Circuit, Model
from .diode_connected import diode_ends, is_diode
from .element import Element
from .errors import CircuitError

TYPES = ("d", "nmos", "pmos")
"""Types of models that are a diode's, or may be tied to be one."""
SHARED = frozenset({"m", "temp", "dtemp", "off"})
"""Keywords that say the same of a diode and of a MOSFET."""


def with_real_diodes(circuit: Circuit, model: Model) -> Circuit:
    """The circuit with that model for all of its ideal diodes, without `*@ ideal` lines; where no diode is ideal and
    all are of one model, for all of them.

    With a MOSFET's model the diode `d1` becomes `md1`, gate and drain at one end and source and body at the other; with
    a diode's model it becomes `d1` again. Linear in the number of elements.

    Raises:
        CircuitError: no such diodes at the circuit's top level, a model that is none of these, a diode that cannot
            become a MOSFET (a crossbar, a keyword of its own).
    """
    present = {element.model for element in circuit.elements if is_diode(element)}
    replaced = present & circuit.ideal_models or (present if len(present) == 1 else frozenset())
    if model.type not in TYPES:
        raise CircuitError(
            f"the model {model.name} is of type {model.type}; take a diode's, or a MOSFET's (nmos, pmos)",
            model.location,
        )
    if not replaced:
        raise CircuitError(
            f"the circuit has no ideal diodes, and {len(present)} models of others, so none is to be replaced; name "
            "the ideal ones by *@ ideal model=…"
        )
    elements = tuple(
        _with_model(element, model, circuit.models) if is_diode(element) and element.model in replaced else element
        for element in circuit.elements
    )
    _refuse_same_names(elements)
    models = {name: each for name, each in circuit.models.items() if name not in replaced}
    kept = tuple(each for each in circuit.directives if each.keyword != "ideal")
    return circuit.replace(elements=elements, models={**models, model.name: model}, directives=kept)


def _with_model(element: Element, model: Model, models: Mapping[str, Model]) -> Element:
    """The diode with another model, as what the model is of."""
    anode, cathode = diode_ends(element, models)
    if model.type == "d":
        if element.kind == "D":
            return replace(element, model=model.name)
        name = element.name[1:] if element.name.startswith("md") else f"d{element.name}"
        return replace(element, name=name, nodes=(anode, cathode), model=model.name, parameters=_shared(element))
    drain, source = (cathode, anode) if model.type == "pmos" else (anode, cathode)
    tied = replace(element, nodes=(drain, drain, source, source), model=model.name)
    if element.kind == "M":
        return tied
    if len(element.ranges) > 1:
        raise CircuitError(
            f"diode {element.name} is a crossbar, which MOSFETs cannot be; write a row of it an array", element.location
        )
    return replace(tied, name=f"m{element.name}", parameters=_shared(element))


def _shared(element: Element) -> dict[str, object]:
    """The card's keywords in the other kind's words: an area of so many is so many in parallel."""
    given = dict(element.parameters)
    if "area" in given and "m" not in given:
        given["m"] = given.pop("area")
    strange = next((name for name in given if name not in SHARED), None)
    if strange is not None:
        other = "MOSFET" if element.kind == "D" else "diode"
        raise CircuitError(
            f"{element.name} has {strange}, which the {other} in its place would not have; leave it out",
            element.location,
        )
    return given


def _refuse_same_names(elements: tuple[Element, ...]) -> None:
    seen: set[str] = set()
    for element in elements:
        if element.name in seen:
            raise CircuitError(
                f"{element.name} would be the name of a diode as well; rename the element", element.location
            )
        seen.add(element.name)
