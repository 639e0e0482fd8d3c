"""The crossbar: rows driven by sources, columns read out, a resistor at every crosspoint."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from ..circuit import Circuit
from ..element import Element
from ..errors import CircuitError
from .cards import Range, at_least, directive, draw_values


def crossbar(
    rows: int,
    columns: int,
    *,
    conductances: Range | np.ndarray = (1e-6, 1e-4),
    load: float | None = None,
    voltages: float | np.ndarray = 0.0,
    seed: int = 0,
) -> Circuit:
    """Sources `vin` on the bus `in`, resistors `rw` to the bus `out`, and a load resistor (ohm) at every column.

    `conductances` in siemens are one value, a range to draw from log-uniformly, or an array (rows, columns). With G
    and 1/load = g, v(out)[j] = Σ_i G[i, j] v(in)[i] / (Σ_i G[i, j] + g).
    """
    at_least("the number of rows", rows, 1)
    at_least("the number of columns", columns, 1)
    if not isinstance(conductances, np.ndarray):
        conductances = draw_values(conductances, rows * columns, np.random.default_rng(seed)).reshape(rows, columns)
    if conductances.shape != (rows, columns):
        raise CircuitError(f"the conductances have shape {conductances.shape}; give {rows} rows and {columns} columns")
    ins, outs = f"in[0:{rows - 1}]", f"out[0:{columns - 1}]"
    down, across = (0, rows - 1), (0, columns - 1)
    elements = [
        Element("vin", (ins, "0"), _volts(voltages), ranges=(down,)),
        Element("rw", (ins, outs), parameters=MappingProxyType({"g": conductances}), ranges=(down, across)),
    ]
    if load is not None:
        elements.append(Element("rload", (outs, "0"), float(load), ranges=(across,)))
    return Circuit(
        title=f"crossbar {rows} by {columns}",
        elements=tuple(elements),
        directives=(
            directive("input", "vin"),
            directive("output", f"v({outs})"),
            directive("trainable", "rw", min=0.0),
        ),
    )


def _volts(given: float | np.ndarray) -> float | np.ndarray:
    return given if isinstance(given, np.ndarray) else float(given)
