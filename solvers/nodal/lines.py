"""Lossless transmission lines as seen at rest: a wire, v₁ = v₂ and i₁ + i₂ = 0. In time see `transient`, over frequency
`small_signal`: both replace the coefficients of the two branch laws, whose places are kept here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...netlist.element import Element
from ...netlist.errors import CircuitError
from .tables import Pattern, places

REST = np.array([[1.0, -1.0, -1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]])
"""Coefficients of the two laws by (v₁+, v₁−, v₂+, v₂−, i₁, i₂)."""


def line_currents(element: Element) -> tuple[str, str]:
    """The unknowns of the currents into the first and the second port."""
    return f"i({element.name})", f"i({element.name}:second)"


@dataclass(frozen=True, eq=False)
class Lines:
    """All lossless lines.

    `unknowns` (lines, 6) are v₁+, v₁−, v₂+, v₂−, i₁, i₂, NOWHERE for ground; `laws` (lines, 2, 6) the places of the
    laws' coefficients, `junctions` (lines, 4) those of the currents in Kirchhoff's laws. `impedance` in ohm, `delay`
    in s.
    """

    elements: Sequence[Element]
    unknowns: np.ndarray
    impedance: np.ndarray
    delay: np.ndarray
    laws: np.ndarray
    junctions: np.ndarray

    @classmethod
    def of(cls, elements: Sequence[Element], numbers: dict[str, int]) -> Lines:
        """Look up the unknowns; the places come with `placed`."""
        unknowns = [[*(numbers[n] for n in e.nodes), *(numbers[c] for c in line_currents(e))] for e in elements]
        count = len(elements)
        return cls(
            elements,
            np.array(unknowns, np.int64).reshape(count, 6),
            np.array([float(e.parameters.get("z0", 50.0)) for e in elements]),  # type: ignore[arg-type]
            np.array([_delay(e) for e in elements]),
            np.zeros((count, 2, 6), np.int64),
            np.zeros((count, 4), np.int64),
        )

    def ask(self, pattern: Pattern) -> None:
        """Every place that a line may write."""
        for law in (4, 5):
            for column in range(6):
                pattern.add(self.unknowns[:, law], self.unknowns[:, column])
        for port in range(4):
            pattern.add(self.unknowns[:, port], self.unknowns[:, 4 + port // 2])

    def placed(self, keys: np.ndarray, size: int) -> None:
        """Fill in the places."""
        for law in range(2):
            for column in range(6):
                self.laws[:, law, column] = places(keys, size, self.unknowns[:, 4 + law], self.unknowns[:, column])
        for port in range(4):
            self.junctions[:, port] = places(keys, size, self.unknowns[:, port], self.unknowns[:, 4 + port // 2])

    def stamp(self, conductance: np.ndarray, coefficients: np.ndarray = REST) -> None:
        """Add Kirchhoff's laws and the branch laws (2, 6) or (lines, 2, 6) to a matrix's entries."""
        signs = np.broadcast_to(np.array([1.0, -1.0, 1.0, -1.0]), self.junctions.shape)
        laws = np.broadcast_to(coefficients, self.laws.shape)
        for where, values in ((self.junctions, signs), (self.laws, laws)):
            fine = where >= 0
            np.add.at(conductance, where[fine], values[fine])


def _delay(element: Element) -> float:
    given = element.parameters
    if "td" in given:
        return float(given["td"])  # type: ignore[arg-type]
    if "f" in given:
        return float(given.get("nl", 0.25)) / float(given["f"])  # type: ignore[arg-type]
    raise CircuitError(f"{element.name} has neither td= nor f=; write its delay td=seconds", element.location)
