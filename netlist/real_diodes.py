"""Other diodes in a circuit: a model card where an ideal diode stood, or another model for all of its diodes."""

from __future__ import annotations

from dataclasses import replace

from .circuit import Circuit, Model
from .errors import CircuitError


def with_real_diodes(circuit: Circuit, model: Model) -> Circuit:
    """The circuit with that model for all of its ideal diodes, without `*@ ideal` lines; where no diode is ideal and
    all are of one model, for all of them.

    Linear in the number of elements.

    Raises:
        CircuitError: no such diodes at the circuit's top level, or a model that is no diode's.
    """
    present = {element.model for element in circuit.of_kind("D")}
    replaced = present & circuit.ideal_models or (present if len(present) == 1 else frozenset())
    if model.type != "d":
        raise CircuitError(f"the model {model.name} is of type {model.type}; take a diode's", model.location)
    if not replaced:
        raise CircuitError(
            f"the circuit has no ideal diodes, and {len(present)} models of others, so none is to be replaced; name "
            "the ideal ones by *@ ideal model=…"
        )
    models = {name: each for name, each in circuit.models.items() if name not in replaced}
    elements = tuple(
        replace(element, model=model.name) if element.kind == "D" and element.model in replaced else element
        for element in circuit.elements
    )
    kept = tuple(each for each in circuit.directives if each.keyword != "ideal")
    return circuit.replace(elements=elements, models={**models, model.name: model}, directives=kept)
