"""What can solve a circuit, by name: the quadratic program, its methods one by one, CVXPY, and ngspice."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..netlist import Circuit, TellegenError, Traces
from ..solvers import METHODS, operating_point
from ..solvers.certificates import explained
from ..solvers.reduced import Reduced
from ..solvers.reference import NAME as CVXPY
from ..solvers.reference import reference_solution
from ..spice_export import operating_point as ngspice_operating_point
from .arguments import nearest
from .exits import Misuse

AUTOMATIC = "qp"
NGSPICE = "ngspice"
LAPLACIAN = "laplacian"
NODAL = "nodal"


@dataclass(frozen=True)
class Engine:
    """A name, and the function from a circuit to its operating point; it raises `TellegenError` where it refuses."""

    name: str
    solve: Callable[[Circuit], Traces]


def by_cvxpy(circuit: Circuit) -> Traces:
    """The operating point that CVXPY finds: the cross-check, slower and less exact than our own methods."""
    begin = time.perf_counter()
    reduced = Reduced.of(circuit)
    network = reduced.network
    values = network.values()
    try:
        solution = reference_solution(network.reduce(values))
    except TellegenError as error:
        raise explained(network, error) from None
    about = {"engine": CVXPY, "residual": solution.residual, "seconds": time.perf_counter() - begin}
    return reduced.traces(solution, values, about)


def by_nodal_analysis(circuit: Circuit) -> Traces:
    """The operating point of any circuit with real devices; ideal diodes are none."""
    from ..solvers.nodal.points import operating_point as nodal_operating_point

    return nodal_operating_point(circuit)


ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(AUTOMATIC, operating_point),
        *(Engine(name, functools.partial(operating_point, method=name)) for name in METHODS),
        Engine(NODAL, by_nodal_analysis),
        Engine(CVXPY, by_cvxpy),
        Engine(NGSPICE, ngspice_operating_point),
    )
}
"""All of them by name: the automatic choice first, then every method of the solver, the cross-checks last."""


LARGE = 2000
"""Branches from which the engine for large circuits is worth the twenty seconds that its first use compiles."""


def engines_for(circuit: Circuit, everything: bool = False) -> list[Engine]:
    """The engines to ask about a circuit: all, less the one for large circuits where it is small, and less the one for
    real devices where diodes or resistors are ideal ones: it would take their model cards at their word."""
    branches = sum(math.prod(element.shape) for element in circuit.elements)
    left_out = set() if everything or branches >= LARGE else {LAPLACIAN}
    left_out |= {NODAL} if is_ideal(circuit) else set()
    return [each for each in ENGINES.values() if each.name not in left_out]


def is_ideal(circuit: Circuit) -> bool:
    """Whether directives say that diodes or resistors have straight segments."""
    return any(directive.keyword in ("ideal", "piecewise") for directive in circuit.flatten().directives)


def engine_named(name: str) -> Engine:
    """The engine of that name. Raises `Misuse` with the nearest name."""
    try:
        return ENGINES[name.lower()]
    except KeyError:
        raise Misuse(f"there is no engine {name}; {nearest(name, ENGINES)}") from None
