"""What the directives' trainables, inputs and outputs are called in the expanded circuit, one name a number."""

from __future__ import annotations

from ...netlist import Circuit
from ...netlist.bus import bus_slice
from ...netlist.errors import CircuitError
from ...netlist.expansion import line_names
from ...netlist.resistance import is_written_as_conductance
from ..parameters import Coordinate, Parameters


def trainable_names(circuit: Circuit, parameters: Parameters) -> tuple[str, ...]:
    """The numbers of all trainables, in order: `r1`, `r1:g` of one written as a conductance, a `.param`'s own name."""
    return tuple(name for each in parameters.coordinates for name in _numbers(circuit, each))


def input_names(circuit: Circuit) -> tuple[str, ...]:
    """The sources of all inputs, in order. Raises `CircuitError` for inputs that are parameters."""
    if circuit.input_parameters:
        raise CircuitError(
            f"the input {circuit.input_parameters[0]} is a parameter, and inputs of a circuit at rest are sources; "
            f"write a voltage source and name it in *@ input"
        )
    return tuple(line for name in circuit.inputs for line in _lines(circuit, name))


def output_nodes(circuit: Circuit) -> tuple[str, ...]:
    """The nodes of all outputs, in order. Raises `CircuitError` for an output that is no node's voltage."""
    found: list[str] = []
    for output in circuit.outputs:
        if "(" in output:
            raise CircuitError(f"the output {output} is not the voltage of a node; write v(node) or v(bus[0:9])")
        bus = bus_slice(output)
        found += [output] if bus is None else [bus.node(place) for place in range(bus.width)]
    return tuple(found)


def _numbers(circuit: Circuit, coordinate: Coordinate) -> list[str]:
    if coordinate.is_parameter:
        return [coordinate.target]
    element = circuit[coordinate.target]
    suffix = ":g" if element.kind == "R" and is_written_as_conductance(element) else ""
    return [f"{line}{suffix}" for line in _lines(circuit, coordinate.target)]


def _lines(circuit: Circuit, name: str) -> list[str]:
    element = circuit[name]
    return line_names(element) if element.ranges else [element.name]
