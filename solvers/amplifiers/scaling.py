"""A circuit without its amplifiers: in the units of each domain they are wires (see domains.py).

resistor  g → W s² g        voltage source  V → V/s        current source  I → W s I        amplifier → 0 V source
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...netlist import Circuit, Element
from ...netlist.element import empty
from ...netlist.wiring import GROUND
from ..resistive_elements import conductance_of, current_of, voltage_of
from .amplifier import Amplifier, amplifiers
from .domains import Domains


@dataclass(frozen=True, eq=False)
class Scaled:
    """The scaled `circuit` of an `original`, whose amplifiers have become shorts named as their sensing sources."""

    circuit: Circuit
    original: Circuit
    amplifiers: Sequence[Amplifier]
    domains: Domains | None

    def voltages(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Voltages of the original's sources by name, each of its source's shape, as the scaled circuit has them."""
        if self.domains is None:
            return dict(given)
        return {
            name: np.asarray(volts) / _of(self.original[name], self.domains, self.domains.volts)
            for name, volts in given.items()
        }

    def restored(self, signals: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The signals of the scaled circuit in volts and amperes, with those of the amplifiers."""
        if self.domains is None:
            return dict(signals)
        wiring, found = self.domains.wiring, {}
        for name, signal in signals.items():
            if name[0] == "v":
                found[name] = signal * self.domains.volts[_lines(wiring.read(name[2:-1]))]
        currents = {
            f"i({element.name})": signals[f"i({element.name})"] * _of(element, self.domains, self.domains.amperes)
            for element in self.circuit.elements
            if f"i({element.name})" in signals
        }
        for each in self.amplifiers:
            out = signals[f"i({each.sense.name})"] * self.domains.amperes[wiring.line(each.after)]
            found[f"v({each.inner})"] = np.asarray(_voltage(found, each.after))
            currents |= {
                f"i({each.forward.name})": 0.0 - out,
                f"i({each.sense.name})": out,
                f"i({each.back.name})": each.backward * out,
            }
        order = (f"i({element.name})" for element in self.original.elements)
        return found | {name: np.asarray(currents[name]) for name in order if name in currents}


def without_amplifiers(circuit: Circuit) -> Scaled:
    """The flat circuit with its bidirectional amplifiers as wires, itself where there is none. Linear in its branches.

    Raises:
        CircuitError: amplifiers whose gains multiply to different numbers along two ways.
    """
    flat = circuit.flatten()
    found = amplifiers(flat)
    if not found:
        return Scaled(flat, flat, (), None)
    domains = Domains.of(flat, found)
    away = {each.name for one in found for each in (one.forward, one.back)}
    shorts = {one.sense.name: replace(one.sense, nodes=(one.before, one.after)) for one in found}
    elements = tuple(
        shorts.get(element.name) or _scaled(element, domains) for element in flat.elements if element.name not in away
    )
    return Scaled(flat.replace(elements=elements), flat, found, domains)


def _scaled(element: Element, domains: Domains) -> Element:
    scale = _SCALES.get(element.kind)
    volts, amperes = (_of(element, domains, each) for each in (domains.volts, domains.amperes))
    if scale is None or (np.all(volts == 1.0) and np.all(amperes == 1.0)):
        return element
    return scale(element, volts, amperes)


def _resistor(element: Element, volts: np.ndarray, amperes: np.ndarray) -> Element:
    return replace(element, value=None, parameters={"g": _plain(conductance_of(element) * volts / amperes)})


def _voltage_source(element: Element, volts: np.ndarray, _: np.ndarray) -> Element:
    return replace(element, value=_plain(voltage_of(element) / volts))


def _current_source(element: Element, _: np.ndarray, amperes: np.ndarray) -> Element:
    return replace(element, value=_plain(current_of(element) / amperes), parameters=empty())


def _capacitor(element: Element, volts: np.ndarray, amperes: np.ndarray) -> Element:
    # open at the operating point, but the time constants are the circuit's own
    value = element.value
    return (
        replace(element, value=_plain(value * volts / amperes)) if isinstance(value, (float, np.ndarray)) else element
    )


_SCALES: Mapping[str, Callable[[Element, np.ndarray, np.ndarray], Element]] = {
    "R": _resistor,
    "V": _voltage_source,
    "I": _current_source,
    "C": _capacitor,
}
"""How a kind's value changes with v = volts·x and i = amperes·y; diodes and L have none to change."""


def _of(element: Element, domains: Domains, scales: np.ndarray) -> np.ndarray:
    """An element's scale in the domain it stands in, branch by branch, [*shape]."""
    place = 0 if element.nodes[0] != GROUND else 1
    return np.broadcast_to(scales[domains.wiring.terminal(element, place)], element.shape)


def _lines(numbers: np.ndarray) -> np.ndarray | int:
    return int(numbers[0]) if len(numbers) == 1 else numbers


def _plain(value: np.ndarray | float) -> float | np.ndarray:
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


def _voltage(signals: Mapping[str, np.ndarray], node: str) -> np.ndarray:
    if f"v({node})" in signals:
        return signals[f"v({node})"]
    name, _, index = node[:-1].rpartition("[")
    return signals[f"v({name})"][..., int(index)]
