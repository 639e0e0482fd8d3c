"""What all checks look at: a flat circuit, its lines by number, what conducts, and who touches what. Made once."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from ..circuit import Circuit
from ..components import Components
from ..wiring import Wiring
from .branches import Branches
from .conduction import conduction, is_ideal_diode
from .sources import Sources
from .touches import Touches


@dataclass(frozen=True, eq=False)
class Survey:
    """A flat circuit and its wiring; everything derived is computed when first asked for."""

    circuit: Circuit
    wiring: Wiring

    @classmethod
    def of(cls, circuit: Circuit) -> Survey:
        return cls(circuit, Wiring.of(circuit))

    @functools.cached_property
    def names(self) -> list[str]:
        """Line names by number."""
        return self.wiring.names()

    def branches(self, *kinds: str) -> Branches:
        """The branches of the elements of these kinds."""
        elements = self.circuit.elements
        return Branches.of(elements, (k for k, each in enumerate(elements) if each.kind in kinds), self.wiring)

    @functools.cached_property
    def current_sources(self) -> Branches:
        return self.branches("I")

    @functools.cached_property
    def sources(self) -> Sources:
        """The voltage sources, and inductors as sources of 0 V, tied into a forest."""
        return Sources.of(self.circuit.elements, self.names, self.branches("V", "L"))

    @functools.cached_property
    def ideal_diodes(self) -> Branches:
        elements = self.circuit.elements
        chosen = (k for k, each in enumerate(elements) if is_ideal_diode(each, self.circuit))
        return Branches.of(elements, chosen, self.wiring)

    @functools.cached_property
    def blocks(self) -> np.ndarray:
        """For every line the smallest line joined to it by elements that conduct both ways: all but ideal diodes."""
        return conduction(self.circuit, self.wiring)

    @functools.cached_property
    def islands(self) -> np.ndarray:
        """The same where ideal diodes join as well."""
        parts = Components(self.wiring.count)
        parts.join(np.arange(self.wiring.count), self.blocks)
        parts.join(self.ideal_diodes.tail, self.ideal_diodes.head)
        return parts.labels

    @functools.cached_property
    def touches(self) -> Touches:
        """Who touches which line, controlling nodes included."""
        return Touches.of(self.circuit, self.wiring)

    def injections(self, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(net, scale): the current that sources bring into each labelled part of the circuit, and the sum of sizes."""
        sources = self.current_sources
        crossing = label[sources.tail] != label[sources.head]
        net, scale = np.zeros(self.wiring.count), np.zeros(self.wiring.count)
        for end, sign in ((sources.head, 1.0), (sources.tail, -1.0)):
            np.add.at(net, label[end[crossing]], sign * sources.value[crossing])
            np.add.at(scale, label[end[crossing]], np.abs(sources.value[crossing]))
        return net, scale
