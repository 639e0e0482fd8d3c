"""Held-out samples of a run and their steady states, solved anew from the learned circuit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..netlist import Circuit, Traces
from ..netlist.bus import bus_slice
from ..netlist.readings import field_voltages
from ..solvers import solve
from ..solvers.nodal.points import operating_points
from ..solvers.reduced import Reduced
from ..solvers.resistive_elements import has_real_diodes
from ..training import Run


class Samples(NamedTuple):
    """Source voltages (samples, *shape) by name, labels (samples,) or values, and signals over the axis `sample`.

    With `by_means` the class read is the one whose mean outputs are nearest, not the largest output.
    """

    inputs: Mapping[str, np.ndarray]
    labels: np.ndarray
    traces: Traces
    by_means: bool = False

    @property
    def classes(self) -> bool:
        """Whether the labels are classes, not values."""
        return self.labels.ndim == 1 and np.issubdtype(self.labels.dtype, np.integer)


def solved(run: Run, count: int) -> Samples:
    """The first `count` test samples of a run, each solved to its own steady state from where the last one settled:
    by the quadratic program, or by nodal analysis where it has real diodes or was trained by it.

    Kept of the former are all node voltages and all currents but the resistors', which follow from the voltages.

    Raises:
        NumericalError, CircuitError: a sample has no steady state.
        DataError: the run's data cannot be read.
    """
    flat, labels = run.test_set(count)
    inputs = {name: values.reshape(-1, *run.circuit[name].shape) for name, values in flat.items()}
    by_means = run.experiment.encoding.targets == "means"
    if has_real_diodes(run.circuit) or run.about["engine"] == "nodal":
        return Samples(inputs, np.asarray(labels), operating_points(run.circuit, inputs), by_means)
    return Samples(inputs, np.asarray(labels), _by_program(run, inputs, len(labels)), by_means)


def _by_program(run: Run, inputs: Mapping[str, np.ndarray], count: int) -> Traces:
    """The steady states of a network of ideal diodes."""
    reduced = Reduced.of(run.circuit)
    resistors = {f"i({element.name})" for element in reduced.scaled.original.of_kind("R")}
    rows: list[dict[str, np.ndarray]] = []
    start = None
    for sample in range(count):
        values = reduced.values({name: array[sample] for name, array in inputs.items()})
        solution = solve(reduced.network.reduce(values), start=start)
        start = solution.v
        signals = reduced.traces(solution, values, {}).signals
        rows.append({name: signal for name, signal in signals.items() if name not in resistors})
    stacked = {name: np.stack([row[name] for row in rows]) for name in (rows[0] if rows else ())}
    return Traces(stacked, {"sample": np.arange(count)})


def output_lines(circuit: Circuit, traces: Traces) -> list[tuple[str, np.ndarray]]:
    """Every output as a scalar signal over the samples, in the order of `*@ output`: (`v(out[3])`, (samples,))."""
    lines: list[tuple[str, np.ndarray]] = []
    for node in circuit.outputs:
        values, bus = field_voltages(traces.signals, node), bus_slice(node)
        if bus is None:
            lines.append((f"v({node})", values))
        else:
            lines += [(f"v({bus.node(place)})", values[:, place]) for place in range(bus.width)]
    return lines
