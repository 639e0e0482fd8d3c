"""What the netlist says of a trainable, before anything is learned."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..netlist import Circuit, Element, Stimulus
from ..netlist.parameters import resolve
from ..netlist.resistance import is_written_as_conductance


def main_value(element: Element) -> Any:
    """The value that learning changes: ohm, or siemens where a resistor has `g=`; a source's DC value."""
    if element.kind == "R" and is_written_as_conductance(element):
        return element.parameters["g"]
    return element.value.dc if isinstance(element.value, Stimulus) else element.value


def netlist_value(circuit: Circuit, target: str) -> np.ndarray:
    """The number, or numbers, that a parameter or an element of the circuit has."""
    if target in circuit.parameters:
        return np.asarray(resolve(circuit.parameters, circuit.functions, {}, {})[target], float)
    value = main_value(circuit.flatten()[target])
    return np.asarray(0.0 if value is None else value, float)
