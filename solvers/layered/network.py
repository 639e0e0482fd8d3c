"""A deep resistive network, recognised in a circuit's arrays and mapped back to its element names.

Layer 0 is a bus of voltage sources to ground, layers 1 … L are buses of free units; a crossbar joins each layer to the
next, current sources bias the units, and ideal diodes to ground bound them from below or from above. Bidirectional
amplifiers may stand between a layer and its next crossbar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ...netlist.bus import BusSlice, bus_slice
from ...netlist.circuit import Circuit
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.piecewise import piecewise_resistors
from ...netlist.resistance import conductance
from .amplification import Row, refusal, rows_of_amplifiers


@dataclass(frozen=True, eq=False)
class LayeredNetwork:
    """The layers of a deep resistive network; index 0 of every list is the first layer of units.

    `source` names the input's voltage sources, `input_bus` their bus of `inputs` lines, `buses` the units' buses and
    `sizes` their widths. `crossbars[l]` names the array from layer l to l+1 and `weights[l]` (lines before, lines
    after) holds its conductances in siemens; `turned[l]` says that the card names the later bus first. `bias_names[l]`
    is None where a layer has no current sources; `biases[l]` (units) is the current into each unit in amperes.
    `lows[l]`, `highs[l]` (units) are the diodes' bounds in volts, infinite where there is none. `scales[l]` is the
    product of the gains of the amplifiers on the way from the input to layer l, 1 without amplifiers.
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
    scales: tuple[float, ...]

    @property
    def plain(self) -> LayeredNetwork:
        """The network without amplifiers whose voltages, times `scales`, are this one's; itself if it has none."""
        if all(scale == 1.0 for scale in self.scales):
            return self

        def scaled(values: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
            return tuple(value / scale for value, scale in zip(values, self.scales, strict=True))

        return replace(
            self,
            biases=scaled(self.biases),
            lows=scaled(self.lows),
            highs=scaled(self.highs),
            scales=(1.0,) * len(self.scales),
        )

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


class _Step(NamedTuple):
    """A crossbar between two buses, `turned` where its card names the later one first, and the scale up to there."""

    crossbar: Element
    turned: bool
    before: BusSlice
    after: BusSlice
    scale: float


def _whole(node: str) -> BusSlice:
    """A node field as a bus slice; one node is a bus of one line."""
    return bus_slice(node) or BusSlice(node, 0, 0)


def _recognise(circuit: Circuit) -> LayeredNetwork:
    rows, parts = rows_of_amplifiers(circuit)
    if parts:
        circuit = circuit.replace(elements=tuple(each for each in circuit.elements if each.name not in parts))
    others = [element for element in circuit.elements if element.kind not in "VRID"]
    if others:
        raise refusal(others[0], "only sources, resistors, ideal diodes and rows of amplifiers have a place in it")
    if bent := piecewise_resistors(circuit):
        raise refusal(circuit[next(iter(bent))], "its resistors are linear, and this one is piecewise linear")
    source = _input_source(circuit)
    first = _whole(source.nodes[0])
    chain = _chain(circuit.of_kind("R"), first, rows)
    buses = tuple(step.after.name for step in chain)
    sizes = tuple(step.after.width for step in chain)
    names, biases = _biases(circuit.of_kind("I"), buses, sizes)
    lows, highs = _bounds(circuit, buses, sizes)
    return LayeredNetwork(
        source=source.name,
        input_bus=first.name,
        inputs=first.width,
        buses=buses,
        sizes=sizes,
        crossbars=tuple(step.crossbar.name for step in chain),
        turned=tuple(step.turned for step in chain),
        weights=tuple(map(_weight, chain)),
        bias_names=names,
        biases=biases,
        lows=lows,
        highs=highs,
        scales=tuple(step.scale for step in chain),
    )


def _input_source(circuit: Circuit) -> Element:
    sources = circuit.of_kind("V")
    if len(sources) != 1:
        raise CircuitError(
            f"a deep resistive network has one array of voltage sources, this circuit has {len(sources)}"
        )
    source = sources[0]
    if len(source.nodes) != 2 or source.nodes[1] != "0" or len(source.shape) != 1:
        raise refusal(source, "its voltage sources are one array from a bus to ground")
    if _whole(source.nodes[0]).start != 0:
        raise refusal(source, "its voltage sources drive a whole bus, from line 0")
    return source


def _chain(resistors: Sequence[Element], first: BusSlice, rows: Mapping[str, Row]) -> list[_Step]:
    """The crossbars in order from the input's bus, through the rows of amplifiers."""
    waiting, unused = list(resistors), dict(rows)
    for element in waiting:
        if len(element.shape) != 2:
            raise refusal(element, "its resistors are crossbars, arrays with two ranges")
    chain: list[_Step] = []
    here, seen, scale = first, {first.name}, 1.0
    while waiting:
        if row := unused.pop(here.name, None):
            if row.before != here:
                raise refusal(row.first, f"bus {here.name} has {here.width} lines and {row.before.width} amplifiers")
            here, scale = row.after, scale * row.gain
        found = [element for element in waiting if here in map(_whole, element.nodes)]
        if len(found) != 1:
            raise refusal(waiting[0], f"bus {here.name} has {len(found)} crossbars onwards instead of one")
        element = found[0]
        ends = tuple(map(_whole, element.nodes))
        turned = ends[0] != here
        before, here = here, ends[0] if turned else ends[1]
        seen.add(before.name)
        if here.name in seen or here.start != 0:
            raise refusal(element, f"it leads back to bus {here.name}, or to a part of it")
        seen.add(here.name)
        chain.append(_Step(element, turned, before, here, scale))
        waiting.remove(element)
    if not chain:
        raise CircuitError("a deep resistive network has at least one crossbar, this circuit has none")
    for row in unused.values():
        raise refusal(row.first, f"no crossbar starts from {row.after.name}, behind these amplifiers")
    return chain


def _weight(step: _Step) -> np.ndarray:
    shape = (step.before.width, step.after.width)
    ranges = shape[::-1] if step.turned else shape
    if step.crossbar.shape != ranges:
        raise refusal(step.crossbar, f"its ranges count {step.crossbar.shape} and its buses {ranges}")
    value = np.broadcast_to(np.asarray(conductance(step.crossbar)), ranges)
    return value.T if step.turned else value


def _biases(
    currents: Sequence[Element], buses: Sequence[str], sizes: Sequence[int]
) -> tuple[tuple[str | None, ...], tuple[np.ndarray, ...]]:
    names: list[str | None] = [None] * len(buses)
    biases = [np.zeros(size) for size in sizes]
    for element in currents:
        into = _whole(element.nodes[1])
        if element.nodes[0] != "0" or into.name not in buses or into.start != 0:
            raise refusal(element, "its current sources lead from ground into a whole layer")
        layer = buses.index(into.name)
        if names[layer] is not None or into.width != sizes[layer]:
            raise refusal(element, f"layer {into.name} takes one array of {sizes[layer]} current sources")
        if not isinstance(element.value, (int, float, np.ndarray)):
            raise refusal(element, "its current sources are constant")
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
            raise refusal(element, f"model {element.model} is not declared ideal by a `*@ ideal` directive")
        if "0" not in element.nodes:
            raise refusal(element, "its diodes have one end at ground")
        upward = element.nodes[0] == "0"
        part = _whole(element.nodes[1] if upward else element.nodes[0])
        if part.name not in buses or part.stop >= sizes[buses.index(part.name)]:
            raise refusal(element, f"{part.name} is not one of its layers {', '.join(buses)}")
        bound = (lows if upward else highs)[buses.index(part.name)]
        bound[part.start : part.stop + 1] = 0.0
    return tuple(lows), tuple(highs)
