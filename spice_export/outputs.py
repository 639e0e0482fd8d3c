"""What a circuit declares as its outputs, read from an answer: nodes, differences of two nodes, currents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..netlist.bus import bus_slice
from ..netlist.circuit import Circuit
from ..netlist.errors import SpiceError
from ..netlist.traces import Traces
from .compare import swing


def output_signals(circuit: Circuit) -> tuple[str, ...]:
    """The signals that hold the outputs: `v(out)` for the lines `out[0:9]`, and `v(a,b)` and `i(r1)` as declared."""
    return tuple(dict.fromkeys(_signal(output) for output in circuit.outputs))


def output_nodes(output: str) -> tuple[str, ...]:
    """The node fields that an output speaks of: two in `v(a,b)`, none in `i(r1)`."""
    if output.startswith("v("):
        return tuple(part.strip() for part in output[2:-1].split(","))
    return () if output.startswith("i(") else (output,)


def with_differences(circuit: Circuit, traces: Traces) -> Traces:
    """The traces with a signal `v(a,b)` for each output that is a difference."""
    wanted = [output for output in circuit.outputs if len(output_nodes(output)) == 2]
    found = {output: np.subtract(*(_voltage(traces, node) for node in output_nodes(output))) for output in wanted}
    return replace(traces, signals={**traces.signals, **found}) if found else traces


def output_lines(circuit: Circuit, traces: Traces) -> np.ndarray:
    """The outputs [samples, lines] in the order they are declared, from traces over the axis `sample`.

    Raises:
        SpiceError: the traces lack an output.
    """
    samples = len(traces.axes["sample"])
    columns = [np.reshape(_line(traces, output), (samples, -1)) for output in circuit.outputs]
    return np.concatenate(columns, axis=1) if columns else np.zeros((samples, 0))


def output_scales(circuit: Circuit, traces: Traces) -> dict[str, float]:
    """The swing of all outputs together, of voltages and currents apart, by the signal that holds an output."""
    scales: dict[str, float] = {}
    for letter in "vi":
        outputs = [output for output in circuit.outputs if _signal(output)[0] == letter]
        lines = [np.ravel(_line(traces, output)) for output in outputs]
        scales.update(dict.fromkeys(map(_signal, outputs), swing(np.concatenate(lines)) if lines else 0.0))
    return scales


def _line(traces: Traces, output: str) -> np.ndarray:
    return _voltage(traces, output) if output_nodes(output) == (output,) else _read(traces, output)


def _signal(output: str) -> str:
    nodes = output_nodes(output)
    if nodes != (output,):
        return output
    part = bus_slice(output)
    return f"v({part.name})" if part else f"v({output})"


def _voltage(traces: Traces, node: str) -> np.ndarray:
    """The voltages of a node field, of ground zero."""
    if node == "0":
        return np.zeros(1)
    part = bus_slice(node)
    if part is None:
        return _read(traces, f"v({node})")
    return _read(traces, f"v({part.name})")[..., part.start : part.stop + 1]


def _read(traces: Traces, signal: str) -> np.ndarray:
    if signal not in traces:
        raise SpiceError(f"the answer has no {signal}, which the circuit declares as an output")
    return traces[signal]
