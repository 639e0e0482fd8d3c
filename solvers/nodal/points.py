"""Operating points as signals: of a circuit, and of one for many values of its sources, each from the one before."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np

from ...netlist.circuit import Circuit
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.expansion import line_names
from ...netlist.gathering import gathered
from ...netlist.traces import Traces
from .network import Network
from .operating import Point, Solver, about
from .signals import Signals


def operating_point(circuit: Circuit) -> Traces:
    """All node voltages and all currents at rest: capacitors open, inductors shorts, sources at their DC values.

    `about` has the engine, Newton's steps, the residual of Kirchhoff's laws and where it is worst, the homotopies that
    were needed, the junctions' gmin, the temperature in °C, and seconds.

    Raises:
        CircuitError: an element or parameter without a device here.
        NumericalError: no operating point was found; names the worst node.
    """
    begin = time.perf_counter()
    network = Network.of(circuit)
    solver = Solver.of(network)
    point = solver.solve(network.sources.direct)
    signals = gathered(Signals.of(network).at(solver, point.x, network.sources.direct), circuit)
    return Traces(signals, about=about(network, point, begin))


def operating_points(
    circuit: Circuit, inputs: Mapping[str, np.ndarray], progress: Callable[[int, int], None] | None = None
) -> Traces:
    """All signals over the axis `sample`.

    Args:
        inputs: volts or amperes by source: (samples, *shape) for an array, (samples,) for one source.
        progress: called with (samples done, samples).

    Raises:
        CircuitError: an input that is no source of the circuit or does not fit it.
        NumericalError: a sample without an operating point; names the worst node.
    """
    begin = time.perf_counter()
    network = Network.of(circuit)
    solver, signals = Solver.of(network), Signals.of(network)
    sources = source_rows(network, circuit, inputs)
    points: list[Point] = []
    for values in sources:
        before = points[-1] if points else None
        points.append(solver.solve(values, before and before.x, before and before.closed))
        if progress is not None:
            progress(len(points), len(sources))
    x, closed = (np.stack([getattr(point, name) for point in points]) for name in ("x", "closed"))
    stacked = signals.over(solver, x, sources, closed)
    made = {
        "engine": "nodal",
        "samples": len(sources),
        "iterations": sum(point.steps for point in points),
        "residual": max(point.residual for point in points),
        "gmin": network.surroundings.gmin,
        "seconds": time.perf_counter() - begin,
    }
    return Traces(gathered(stacked, circuit), {"sample": np.arange(len(sources))}, made)


def source_rows(network: Network, circuit: Circuit, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """The values (samples, sources) of all sources."""
    flat, places = circuit.flatten(), {name: place for place, name in enumerate(network.source_names)}
    samples = {len(values) for values in inputs.values()}
    if len(samples) != 1:
        raise CircuitError(f"the inputs have {sorted(samples)} samples; give every source the same number")
    found = np.tile(network.sources.direct, (samples.pop(), 1))
    for name, values in inputs.items():
        lines = _lines(flat[name])
        given = np.asarray(values, dtype=float).reshape(len(found), -1)
        if given.shape[1] != len(lines) or lines[0] not in places:
            raise CircuitError(f"{name} takes {len(lines)} values a sample as a source, and {given.shape[1]} are given")
        found[:, [places[line] for line in lines]] = given
    return found


def _lines(element: Element) -> list[str]:
    return list(line_names(element)) if element.ranges else [element.name]
