"""Graph to numbers to named numbers: a `Circuit` goes in, `Traces` come out.

operating            the operating point of a circuit of R, V, I and ideal diodes, by name
resistive            the circuit compiled once to a quadratic program (Scellier 2024, Theorem 1), and the way back
  nodes, branches    indices for names; branches of a kind as flat arrays
  resistive_elements which elements are taken, and the one number each brings; values: the numbers of one run
  supernodes         what voltage sources tie together, and their currents
  certificates       why there is no steady state, in the user's names
reduced              all steps to a network and back; amplifiers: bidirectional amplifiers as wires
qp, kkt              the problem on supernodes, and how far a point is from solving it
feasibility          whether it has a solution, with the loop or the cut that forbids one
contraction          supernodes joined by conducting diodes move as one
formula              expressions as JAX values
registry             the methods by name and the automatic choice
methods              coordinate descent, active sets, interior point: one interface, one stopping rule
sensitivity          gradients of a loss by one more solve on the active set
batched              the same steady state over a batch of inputs in JAX
power                what every element takes, and Tellegen's sum; time_constants: how soon a circuit settles
reference            the cross-check with CVXPY
layered              deep resistive networks: two colours, batched, in JAX
laplacian            the engine for large circuits; compilation, numba_clock: how long engines have compiled;
                     numba_cache: beside another version of this package
dynamics             circuits in time: an explicit differential equation in JAX, integrated and differentiated
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .layered import LayeredNetwork
    from .operating import operating_point
    from .qp import QP, Solution, Topology
    from .registry import METHODS, solve
    from .resistive import ResistiveNetwork
    from .sensitivity import Sensitivity, sensitivities
    from .values import Load, Values

_HOMES = {
    "operating_point": "operating",
    "ResistiveNetwork": "resistive",
    "Load": "values",
    "Values": "values",
    "QP": "qp",
    "Solution": "qp",
    "Topology": "qp",
    "METHODS": "registry",
    "solve": "registry",
    "Sensitivity": "sensitivity",
    "sensitivities": "sensitivity",
    "LayeredNetwork": "layered",
}

__all__ = [
    "METHODS",
    "QP",
    "LayeredNetwork",
    "Load",
    "ResistiveNetwork",
    "Sensitivity",
    "Solution",
    "Topology",
    "Values",
    "operating_point",
    "sensitivities",
    "solve",
]


def __getattr__(name: str) -> Any:
    """Import the file that defines a public name when it is first asked for (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
