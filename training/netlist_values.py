"""What the netlist says of a trainable, before anything is learned."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..netlist import Circuit, Element, Stimulus
from ..netlist.errors import CircuitError
from ..netlist.expression import Expression
from ..netlist.instance_lines import own_parameter
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
    value = _value(circuit, target)
    if isinstance(value, Expression):
        raise CircuitError(
            f"{target} learns from a number, but its card has an expression; write the number, or learn the parameter"
        )
    return np.asarray(0.0 if value is None else value, float)


def _value(circuit: Circuit, target: str) -> Any:
    if target in circuit and circuit[target].kind == "X":
        return circuit[target].parameters[own_parameter(circuit[target])]
    return main_value(circuit.flatten()[target])
