"""The operating point of an ideal resistive circuit: reduce, solve, name."""

from __future__ import annotations

import time

from ..netlist import Circuit, Traces
from ..netlist.errors import TellegenError
from .certificates import explained
from .compilation import compiled_seconds
from .reduced import Reduced
from .registry import AUTO, solve

NOTES = {
    "C": "capacitors are open at the operating point",
    "L": "inductors are shorts at the operating point",
}


def operating_point(circuit: Circuit, method: str = AUTO, tolerance: float = 1e-10) -> Traces:
    """All node voltages and all branch currents of a circuit of R, V, I and ideal D (C open, L a short).

    Piecewise-linear diodes and bidirectional amplifiers are solved exactly too.

    `method` is `auto` or a name in `solvers.METHODS`; `tolerance` the scaled KKT residual (kkt.py) to reach. `about`
    holds engine, method, residual, iterations, seconds, those of them spent `compiling`, the nodes whose voltage the
    circuit leaves open (`undetermined`), and notes on what was assumed.

    Raises:
        CircuitError: an element the solver does not take; sources that contradict each other; no steady state.
        NumericalError: the tolerance was not reached.
    """
    begin, compiled = time.perf_counter(), compiled_seconds()
    reduced = Reduced.of(circuit)
    network = reduced.network
    values = network.values()
    try:
        solution = solve(network.reduce(values), method, tolerance=tolerance)
    except TellegenError as error:
        raise explained(network, error) from None
    kinds = network.circuit.kinds
    about = {
        "engine": "qp",
        "method": solution.method,
        "residual": solution.residual,
        "iterations": solution.iterations,
        "seconds": time.perf_counter() - begin,
        "compiling": compiled_seconds() - compiled,
        "undetermined": reduced.undetermined(solution),
        "notes": tuple(note for kind, note in NOTES.items() if kind in kinds),
    }
    return reduced.traces(solution, values, about)
