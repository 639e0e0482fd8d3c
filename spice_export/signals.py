"""From ngspice's vectors back to the signals of the user's circuit: buses and arrays whole, in Tellegen's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.element import Element
from ..netlist.expansion import line_names
from ..netlist.piecewise import Reduction
from ..netlist.resistance import conductance
from ..netlist.sensing import expressions
from ..netlist.wiring import GROUND, Wiring
from .diodes import DiodeExport
from .drives import is_plain_resistor
from .names import Names
from .outputs import output_nodes

BRANCHES = frozenset("velh")
"""Letters of exported cards whose current is an unknown of ngspice's own equations."""

DEVICES: Mapping[str, str] = {
    "r": "i", "c": "i", "d": "id", "i": "current", "f": "i", "g": "i", "b": "i", "s": "i", "w": "i",
    "m": "id", "q": "ic", "j": "id",
}  # fmt: skip
"""The parameter that asks ngspice for a card's current: from the first node, of a transistor its drain or collector."""

P_CHANNELS = frozenset({"pmos", "pjf"})


@dataclass(frozen=True, eq=False)
class Layout:
    """How a flat circuit's nodes and branches are called in ngspice.

    `diodes` says how the ideal diodes are written. The circuit is one of ideal parts, `reduction` the way back.
    """

    circuit: Circuit
    nodes: Names
    elements: Names
    diodes: DiodeExport
    reduction: Reduction
    wiring: Wiring = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wiring", Wiring.of(self.circuit))

    def signals(
        self,
        vectors: Mapping[str, np.ndarray],
        currents: bool = True,
        swept: Mapping[str, np.ndarray] = MappingProxyType({}),
    ) -> dict[str, np.ndarray]:
        """All voltages, and with `currents` all currents that the vectors hold or that follow from the voltages.

        `vectors` are ngspice's, by its names, over any common axes; `swept` are the values that a sweep gives to an
        element over these axes. A resistor's current is g times its voltage, that of an ideal diode written as a B
        source g·max(0, v): this is what ngspice computes, and costs it no vector.
        """
        potentials, known = self._potentials(vectors)
        signals = self._voltages(potentials, known)
        for element in self.circuit.elements if currents else ():
            current = self._current(element, vectors, potentials, known, swept.get(element.name))
            if current is not None:
                signals[f"i({element.name})"] = np.asarray(current)
        return self.reduction.restored(signals)

    def saved_currents(self) -> list[str]:
        """The vectors to ask ngspice for, so that `signals` has every current. Linear in the number of branches."""
        wanted: list[str] = []
        for element in self.circuit.elements:
            known = _lines(element)[0] in self.elements.to_spice
            if known and not self._follows(element) and not _becomes_several(element):
                wanted.extend(filter(_is_device, map(self._vector, _lines(element))))
        return wanted

    def forward_drops(self, vectors: Mapping[str, np.ndarray]) -> dict[str, float]:
        """The largest `forward_drop` over an ideal diode, and the largest `sum_of_forward_drops` of one point, volts.

        Points that failed (NaN) are passed over.
        """
        potentials, known = self._potentials(vectors)
        total = np.zeros(potentials.shape[:-1])
        largest = 0.0
        for element in self.circuit.elements:
            ends = self._ends(element, known) if self.diodes.form(element) else None
            if ends is not None:
                across = np.fmax(np.real(self._across(element, ends, potentials)), 0.0)
                largest = max(largest, float(across.max(initial=0.0)))
                total = total + across.reshape(*total.shape, -1).sum(axis=-1)
        return {"forward_drop": largest, "sum_of_forward_drops": float(np.max(total))}

    def output_nodes(self) -> list[str]:
        """ngspice's names of the circuit's output nodes; of all its nodes where it declares none."""
        fields = [node for output in self.circuit.outputs for node in output_nodes(output)]
        numbers = [self.wiring.lines(node) for node in fields]
        names = self.wiring.names()
        chosen = [names[number] for number in np.concatenate(numbers)] if numbers else names
        return [self.nodes.to_spice[name] for name in chosen if name != GROUND and name in self.nodes.to_spice]

    def _follows(self, element: Element) -> bool:
        """Whether the current is a function of the two end voltages that we know in closed form."""
        return is_plain_resistor(element) or self.diodes.form(element) == "bsource"

    def _ends(self, element: Element, known: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """The numbers of both ends, None where ngspice does not have them all."""
        first, second = (self.wiring.terminal(element, position) for position in (0, 1))
        return (first, second) if known[first].all() and known[second].all() else None

    def _across(self, element: Element, ends: tuple[np.ndarray, np.ndarray], potentials: np.ndarray) -> np.ndarray:
        """The voltages over an element's branches, [..., *shape]."""
        depth = len(element.shape)
        first, second = (end.reshape(end.shape or (1,) * depth) for end in ends)
        across = potentials[..., first] - potentials[..., second]
        return np.broadcast_to(across, potentials.shape[:-1] + element.shape)

    def _potentials(self, vectors: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Voltages [..., nodes] by number, and which of them ngspice computed; ground is known to be zero."""
        leading = next((np.shape(vector) for vector in vectors.values()), ())
        kind = np.result_type(*vectors.values()) if vectors else np.dtype(float)
        names = self.wiring.names()
        potentials = np.zeros((*leading, len(names)), dtype=kind)
        known = np.zeros(len(names), dtype=bool)
        for number, name in enumerate(names):
            vector = vectors.get(f"v({self.nodes.to_spice.get(name, '')})")
            if vector is not None:
                potentials[..., number] = vector
                known[number] = True
        known[self.wiring.first[GROUND]] = True
        return potentials, known

    def _voltages(self, potentials: np.ndarray, known: np.ndarray) -> dict[str, np.ndarray]:
        signals: dict[str, np.ndarray] = {}
        for name, first in self.wiring.first.items():
            if name == GROUND:
                continue
            width = self.wiring.widths.get(name)
            if width is None:
                if known[first]:
                    signals[f"v({name})"] = potentials[..., first]
            elif known[first : first + width].all():
                signals[f"v({name})"] = potentials[..., first : first + width]
            else:
                lines = np.flatnonzero(known[first : first + width]).tolist()
                signals.update((f"v({name}[{line}])", potentials[..., first + line]) for line in lines)
        return signals

    def _current(
        self,
        element: Element,
        vectors: Mapping[str, np.ndarray],
        potentials: np.ndarray,
        known: np.ndarray,
        swept: np.ndarray | None,
    ) -> np.ndarray | None:
        if self._follows(element):
            ends = self._ends(element, known)
            if ends is None:
                return None
            across = self._across(element, ends, potentials)
            if is_plain_resistor(element):
                return across * conductance(element) if swept is None else across / swept
            return None if np.iscomplexobj(across) else self.diodes.conductance * np.maximum(across, 0.0)
        lines = _lines(element)
        named = [_shown(self._vector(line)) for line in lines if line in self.elements.to_spice]
        found = [vectors[name] for name in named if name in vectors]
        if len(found) < len(lines):
            return None
        together = np.stack(found, axis=-1).reshape(potentials.shape[:-1] + element.shape)
        return -together if self._is_turned(element) else together

    def _is_turned(self, element: Element) -> bool:
        """Whether ngspice counts the current out of the first node: that of a p-channel is positive where it flows."""
        model = self.circuit.models.get(element.model or "")
        return element.kind in "MJ" and model is not None and model.type in P_CHANNELS

    def _vector(self, line: str) -> str:
        """The vector of a branch's current; of a line at its first port; empty for couplings, which have none."""
        name = self.elements.to_spice[line]
        if name[0] in BRANCHES:
            return f"i({name})"
        if name[0] == "t":
            return f"v({name}#i1)"
        return f"@{name}[{DEVICES[name[0]]}]" if name[0] in DEVICES else ""


def _becomes_several(element: Element) -> bool:
    """Whether ngspice makes other devices of the card, so that none has its name: behavioural R, C and L, and poly."""
    return "poly" in element.parameters or (element.kind in "RCL" and any(expressions(element)))


def _is_device(vector: str) -> bool:
    return vector.startswith("@")


def _shown(vector: str) -> str:
    """The name a saved vector has in a raw file."""
    return f"i({vector})" if _is_device(vector) else vector


def _lines(element: Element) -> list[str]:
    return line_names(element) if element.ranges else [element.name]
