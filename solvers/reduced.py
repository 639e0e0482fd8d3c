"""From any circuit that can be solved exactly to a quadratic program, and all the way back.

piecewise-linear diodes → ideal parts → amplifiers as wires → supernodes; each step knows its way back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..netlist import Circuit, Traces
from ..netlist.piecewise import Reduction, with_ideal_parts
from .amplifiers import Scaled, without_amplifiers
from .certificates import node_names
from .qp import Solution
from .resistive import ResistiveNetwork
from .values import Values


@dataclass(frozen=True, eq=False)
class Reduced:
    """A circuit's `network`, and the steps that led there."""

    parts: Reduction
    scaled: Scaled
    network: ResistiveNetwork

    @classmethod
    def of(cls, circuit: Circuit) -> Reduced:
        """All steps. Linear in the branches.

        Raises:
            CircuitError: what stays after them is no ideal resistive circuit, by name, line and cure.
        """
        parts = with_ideal_parts(circuit)
        scaled = without_amplifiers(parts.circuit)
        return cls(parts, scaled, ResistiveNetwork.of(scaled.circuit))

    def values(self, voltages: Mapping[str, np.ndarray]) -> Values:
        """The network's values with some of the circuit's voltage sources, by name, at other voltages."""
        return self.network.values(voltages=self.scaled.voltages(voltages))

    def traces(self, solution: Solution, values: Values, about: Mapping[str, object]) -> Traces:
        """The solution of the network's problem under the names of the circuit."""
        signals = self.scaled.restored(self.network.traces(solution, values).signals)
        return Traces(self.parts.restored(signals), about=dict(about))

    def undetermined(self, solution: Solution) -> tuple[str, ...]:
        """The circuit's nodes whose voltage it leaves open."""
        return self.parts.visible(node_names(self.network, solution.undetermined))
