"""Which sources carry the inputs, which nodes are the outputs: the directives against the data set."""

from __future__ import annotations

import math

import numpy as np

from ..netlist import Circuit
from ..netlist.bus import bus_slice
from ..netlist.errors import ExperimentError
from .datasets import Dataset
from .encoding import Encoder


def input_widths(circuit: Circuit) -> dict[str, int]:
    """Number of values that each input takes, by name, in the directive's order: sources, then parameters."""
    sources = {name: math.prod(circuit[name].shape) for name in circuit.inputs}
    return {**sources, **dict.fromkeys(circuit.input_parameters, 1)}


def output_width(circuit: Circuit) -> int:
    """Number of output voltages."""
    slices = [bus_slice(node) for node in circuit.outputs]
    return sum(part.width if part else 1 for part in slices)


def split_sources(circuit: Circuit, voltages: np.ndarray) -> dict[str, np.ndarray]:
    """Input values (samples, all) as (samples, width) by source or parameter."""
    widths = input_widths(circuit)
    pieces = np.split(voltages, np.cumsum(list(widths.values()))[:-1], axis=1)
    return dict(zip(widths, pieces, strict=True))


def check_wiring(circuit: Circuit, encoder: Encoder, dataset: Dataset, source: str) -> None:
    """Raise `ExperimentError` unless the circuit has a source for every input and a node for every output."""
    name = circuit.source or "the circuit"
    if not input_widths(circuit) or not circuit.outputs:
        missing = "output" if input_widths(circuit) else "input"
        example = "*@ input vin" if missing == "input" else "*@ output v(out)"
        raise ExperimentError(f"{name} does not say which is its {missing}; write for example `{example}`")
    others = [element for element in circuit.inputs if circuit[element].kind != "V"]
    if others:
        raise ExperimentError(f"{name}: the input {others[0]} is no voltage source; inputs are voltages")
    needed, there = encoder.sources(dataset.features), sum(input_widths(circuit).values())
    if needed != there:
        twice = " (each with both signs)" if encoder.signed else ""
        raise ExperimentError(
            f"{source}: {dataset.name} has {dataset.features} inputs{twice}, {needed} voltages, "
            f"but {name} has {there} inputs"
        )
    if dataset.outputs not in (0, output_width(circuit)):
        raise ExperimentError(
            f"{source}: {dataset.name} needs {dataset.outputs} outputs, but {name} has {output_width(circuit)}"
        )
