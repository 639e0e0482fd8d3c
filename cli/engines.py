"""What can solve a circuit, by name: the quadratic program, its methods one by one, and ngspice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..netlist import Circuit, Traces
from .arguments import nearest
from .exits import Misuse

SPICE = "ngspice"
AUTOMATIC = "qp"


@dataclass(frozen=True)
class Engine:
    """A name, and the function from a circuit to its operating point; it raises `CircuitError` where it refuses."""

    name: str
    solve: Callable[[Circuit], Traces]


def engines() -> tuple[Engine, ...]:
    """All of them: the automatic choice first, then every method of the solver, ngspice last."""
    from ..solvers import METHODS, operating_point
    from ..spice_export import operating_point as in_spice

    def by(method: str) -> Callable[[Circuit], Traces]:
        return lambda circuit: operating_point(circuit, method=method)

    automatic = Engine(AUTOMATIC, operating_point)
    return (automatic, *(Engine(name, by(name)) for name in METHODS), Engine(SPICE, in_spice))


def engine_named(name: str) -> Engine:
    """The engine of that name. Raises `Misuse` with the nearest name."""
    known = {engine.name: engine for engine in engines()}
    try:
        return known[name.lower()]
    except KeyError:
        raise Misuse(f"there is no engine {name}; {nearest(name, known)}") from None
