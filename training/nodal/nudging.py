"""Elements that pull and push outputs: at each a conductance to a target voltage, and a current source.

A conductance of 0 S and a current of 0 A leave the circuit as it is, so that every phase is one circuit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...netlist import Circuit, Element


@dataclass(frozen=True)
class Nudging:
    """A circuit with such elements at its outputs, and their names: conductances, targets, currents."""

    circuit: Circuit
    pulls: tuple[str, ...]
    aims: tuple[str, ...]
    pushes: tuple[str, ...]

    @classmethod
    def of(cls, circuit: Circuit, outputs: Sequence[str]) -> Nudging:
        """At these nodes of a circuit. The names have a space, which those of no card can have."""
        pulls, aims, pushes = (tuple(f"{kind}nudge {k}" for k in range(len(outputs))) for kind in "gvi")
        elements = []
        for node, pull, aim, push in zip(outputs, pulls, aims, pushes, strict=True):
            target = f"{aim} target"
            elements += [
                Element(pull, (node, "0"), 0.0, controls=(node, target)),
                Element(aim, (target, "0"), 0.0),
                Element(push, ("0", node), 0.0),
            ]
        return cls(circuit.with_elements(elements), pulls, aims, pushes)
