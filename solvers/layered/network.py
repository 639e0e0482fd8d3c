"""A deep resistive network, recognised in a circuit's arrays and mapped back to its element names.

Layer 0 is a bus of voltage sources to ground, layers 1 … L are buses of free units; a crossbar joins each layer to the
next, current sources bias the units, and ideal diodes to ground bound them from below or from above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...netlist.bus import BusSlice, bus_slice
from ...netlist.circuit import Circuit
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.resistance import conductance


@dataclass(frozen=True, eq=False)
class LayeredNetwork:
    """The layers of a deep resistive network; index 0 of every list is the first layer of units.

    `source` names the input's voltage sources, `input_bus` their bus of `inputs` lines, `buses` the units' buses and
    `sizes` their widths. `crossbars[l]` names the array from layer l to l+1 and `weights[l]` (lines before, lines
    after) holds its conductances in siemens; `turned[l]` says that the card names the later bus first. `bias_names[l]`
    is None where a layer has no current sources; `biases[l]` (units) is the current into each unit in amperes.
    `lows[l]`, `highs[l]` (units) are the diodes' bounds in volts, infinite where there is none.
    """

    source: str
    input_bus: str
    inputs: int
    buses: tuple[str, ...]
    sizes: tuple[int, ...]
    crossbars: tuple[str, ...]
    turned: tuple[bool, ...]
    weights: tuple[np.ndarray, ...]
    bias_names: tuple[str | None, ...]
    biases: tuple[np.ndarray, ...]
    lows: tuple[np.ndarray, ...]
    highs: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, circuit: Circuit) -> LayeredNetwork:
        """Recognise the layers of a circuit; linear in its number of conductances.

        Raises:
            CircuitError: the circuit is not layered, with the first element that does not fit and why.
        """
        return _recognise(circuit.flatten())

    def values(self, weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """New conductances and bias currents by element name, as `Circuit.with_values` takes them."""
        named = {
            name: np.ascontiguousarray(weight.T) if turned else weight
            for name, turned, weight in zip(self.crossbars, self.turned, weights, strict=True)
        }
        named |= {name: bias for name, bias in zip(self.bias_names, biases, strict=True) if name}
        return named


def _refuse(element: Element, why: str) -> CircuitError:
    where = f"{element.location}: " if element.location else ""
    return CircuitError(f"{where}{element.name} does not fit a deep resistive network: {why}")


def _whole(node: str) -> BusSlice:
    """A node field as a bus slice; one node is a bus of one line."""
    return bus_slice(node) or BusSlice(node, 0, 0)


def _recognise(circuit: Circuit) -> LayeredNetwork:
    others = [element for element in circuit.elements if element.kind not in "VRID"]
    if others:
        raise _refuse(others[0], "only sources, resistors and ideal diodes have a place in it")
    source = _input_source(circuit)
    input_slice = _whole(source.nodes[0])
    chain = _chain(circuit.of_kind("R"), input_slice)
    buses = tuple(after.name for _, _, after in chain)
    sizes = tuple(after.width for _, _, after in chain)
    weights = tuple(
        _weight(element, turned, before.width, after.width)
        for element, turned, before, after in _ends(chain, input_slice)
    )
    names, biases = _biases(circuit.of_kind("I"), buses, sizes)
    lows, highs = _bounds(circuit, buses, sizes)
    return LayeredNetwork(
        source=source.name,
        input_bus=input_slice.name,
        inputs=input_slice.width,
        buses=buses,
        sizes=sizes,
        crossbars=tuple(element.name for element, _, _ in chain),
        turned=tuple(turned for _, turned, _ in chain),
        weights=weights,
        bias_names=names,
        biases=biases,
        lows=lows,
        highs=highs,
    )


def _input_source(circuit: Circuit) -> Element:
    sources = circuit.of_kind("V")
    if len(sources) != 1:
        raise CircuitError(
            f"a deep resistive network has one array of voltage sources, this circuit has {len(sources)}"
        )
    source = sources[0]
    if len(source.nodes) != 2 or source.nodes[1] != "0" or len(source.shape) != 1:
        raise _refuse(source, "its voltage sources are one array from a bus to ground")
    if _whole(source.nodes[0]).start != 0:
        raise _refuse(source, "its voltage sources drive a whole bus, from line 0")
    return source


def _chain(resistors: Sequence[Element], first: BusSlice) -> list[tuple[Element, bool, BusSlice]]:
    """The crossbars in order from the input's bus, with whether each is turned and the bus it leads to."""
    waiting = list(resistors)
    for element in waiting:
        if len(element.shape) != 2:
            raise _refuse(element, "its resistors are crossbars, arrays with two ranges")
    chain: list[tuple[Element, bool, BusSlice]] = []
    here, seen = first, {first.name}
    while waiting:
        found = [element for element in waiting if here in map(_whole, element.nodes)]
        if len(found) != 1:
            raise _refuse(waiting[0], f"bus {here.name} has {len(found)} crossbars onwards instead of one")
        element = found[0]
        ends = tuple(map(_whole, element.nodes))
        turned = ends[0] != here
        here = ends[0] if turned else ends[1]
        if here.name in seen or here.start != 0:
            raise _refuse(element, f"it leads back to bus {here.name}, or to a part of it")
        seen.add(here.name)
        chain.append((element, turned, here))
        waiting.remove(element)
    if not chain:
        raise CircuitError("a deep resistive network has at least one crossbar, this circuit has none")
    return chain


def _ends(
    chain: Sequence[tuple[Element, bool, BusSlice]], first: BusSlice
) -> list[tuple[Element, bool, BusSlice, BusSlice]]:
    before = [first, *(after for _, _, after in chain)]
    return [(element, turned, a, b) for (element, turned, b), a in zip(chain, before, strict=False)]


def _weight(element: Element, turned: bool, before: int, after: int) -> np.ndarray:
    shape = (after, before) if turned else (before, after)
    if element.shape != shape:
        raise _refuse(element, f"its ranges count {element.shape} and its buses {shape}")
    value = np.broadcast_to(np.asarray(conductance(element)), shape)
    return value.T if turned else value


def _biases(
    currents: Sequence[Element], buses: Sequence[str], sizes: Sequence[int]
) -> tuple[tuple[str | None, ...], tuple[np.ndarray, ...]]:
    names: list[str | None] = [None] * len(buses)
    biases = [np.zeros(size) for size in sizes]
    for element in currents:
        into = _whole(element.nodes[1])
        if element.nodes[0] != "0" or into.name not in buses or into.start != 0:
            raise _refuse(element, "its current sources lead from ground into a whole layer")
        layer = buses.index(into.name)
        if names[layer] is not None or into.width != sizes[layer]:
            raise _refuse(element, f"layer {into.name} takes one array of {sizes[layer]} current sources")
        if not isinstance(element.value, (int, float, np.ndarray)):
            raise _refuse(element, "its current sources are constant")
        names[layer] = element.name
        biases[layer] = np.array(np.broadcast_to(element.value, sizes[layer]), np.float64)
    return tuple(names), tuple(biases)


def _bounds(
    circuit: Circuit, buses: Sequence[str], sizes: Sequence[int]
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    lows = [np.full(size, -np.inf) for size in sizes]
    highs = [np.full(size, np.inf) for size in sizes]
    for element in circuit.of_kind("D"):
        if element.model not in circuit.ideal_models:
            raise _refuse(element, f"model {element.model} is not declared ideal by a `*@ ideal` directive")
        if "0" not in element.nodes:
            raise _refuse(element, "its diodes have one end at ground")
        upward = element.nodes[0] == "0"
        part = _whole(element.nodes[1] if upward else element.nodes[0])
        if part.name not in buses or part.stop >= sizes[buses.index(part.name)]:
            raise _refuse(element, f"{part.name} is not one of its layers {', '.join(buses)}")
        bound = (lows if upward else highs)[buses.index(part.name)]
        bound[part.start : part.stop + 1] = 0.0
    return tuple(lows), tuple(highs)
