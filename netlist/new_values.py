"""New values for parameters and elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .circuit import Circuit
from .element import Element
from .elements import KINDS
from .errors import CircuitError
from .instance_lines import own_parameter
from .ranges import check_value
from .sidecar import read_only
from .stimulus import Stimulus
from .suggestion import nearest


def with_values(circuit: Circuit, values: Mapping[str, object]) -> Circuit:
    """A copy of the circuit in which named parameters, or elements' main values, are others.

    A number or an array of the element's shape. The value of a resistor written with `g=` is its conductance; that of a
    source its DC value, which leaves its waveform as it is; that of an instance the one parameter that its card gives.
    Linear in the circuit's size.

    Raises CircuitError for an unknown name or an array of another shape, NetlistError for a value out of range.
    """
    parameters = dict(circuit.parameters)
    remaining = {name.lower(): value for name, value in values.items()}
    for name in [name for name in remaining if name in parameters]:
        parameters[name] = _number(remaining.pop(name), name)
    elements = tuple(
        with_value(element, remaining.pop(element.name)) if element.name in remaining else element
        for element in circuit.elements
    )
    if remaining:
        name = next(iter(remaining))
        known = [*parameters, *(element.name for element in circuit.elements)]
        raise CircuitError(f"the circuit has no parameter or element {name}; {nearest(name, known)}")
    return replace(circuit, parameters=parameters, elements=elements)


def with_value(element: Element, value: object) -> Element:
    """The element with another main value."""
    if element.kind == "X":
        return replace(element, parameters={own_parameter(element): _value(element, value)})
    declaration = KINDS[element.kind].value
    if declaration is None:
        raise CircuitError(f"{element.name} has no value to set; set a parameter of its model", element.location)
    if element.kind == "R" and "g" in element.parameters:
        declaration = KINDS["R"].parameter("g") or declaration
    new = _value(element, value)
    check_value(new, declaration, element.name, element.location)
    if declaration.name == "g":
        return replace(element, parameters={**element.parameters, "g": new})
    if isinstance(element.value, Stimulus):
        if isinstance(new, np.ndarray):
            raise CircuitError(f"{element.name} has a waveform; give one number for its DC value", element.location)
        return replace(element, value=replace(element.value, dc=new))
    return replace(element, value=new)


def _value(element: Element, value: object) -> float | np.ndarray:
    array = np.asarray(value)
    if array.ndim == 0:
        return _number(value, element.name)
    if array.shape != element.shape:
        cause = f"{element.name} has shape {element.shape}, the array {array.shape}"
        raise CircuitError(f"{cause}; give one number, or an array of the element's shape", element.location)
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    return read_only(array)


def _number(value: object, name: str) -> float:
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "fiub":
        raise CircuitError(f"the value of {name} is {value!r}; give one number")
    return float(array)
