"""What a layered trainer reads from a circuit once: the layers, and which of their values may move how far."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...netlist.circuit import Circuit
from ...netlist.errors import CircuitError
from ...netlist.resistance import is_written_as_conductance
from ...solvers.layered import LayeredNetwork
from ..parameters import Coordinate, Parameters
from ..trainer import State

Range = tuple[float, float]
FIXED = 0.0


@dataclass(frozen=True)
class LayeredShape:
    """A layered network with the range of every crossbar and bias, layer by layer, in siemens and amperes.

    A range is (−inf, inf) where a value does not learn: its rate is zero, and it is not to be clipped. States are those
    of the network without amplifiers (`plain`): voltages and bias currents are the circuit's over a layer's scale,
    conductances the circuit's own.
    """

    network: LayeredNetwork
    ranges: tuple[Range, ...]
    bias_ranges: tuple[Range, ...]
    learned: frozenset[str]

    @classmethod
    def of(cls, circuit: Circuit) -> LayeredShape:
        """Recognise the layers and the trainables.

        Raises:
            CircuitError: the circuit is not layered, its inputs or outputs are not the whole first or last layer, or a
                trainable is not a crossbar written by its conductance or a layer's current sources, on a linear scale
                without levels; says which.
        """
        network = LayeredNetwork.of(circuit)
        _check_ends(circuit, network)
        parameters = Parameters.of(circuit)
        for coordinate in parameters.coordinates:
            _check(circuit, network, coordinate)
        known = {each.target: (each.minimum, each.maximum) for each in parameters.coordinates}
        free = (-np.inf, np.inf)
        return cls(
            network,
            tuple(known.get(name, free) for name in network.crossbars),
            tuple(known.get(name, free) if name else free for name in network.bias_names),
            frozenset(known),
        )

    @functools.cached_property
    def plain(self) -> LayeredShape:
        """The shape of the network without amplifiers; itself where there are none."""
        if self.network.plain is self.network:
            return self
        ranges = tuple(
            (low / scale, high / scale)
            for (low, high), scale in zip(self.bias_ranges, self.network.scales, strict=True)
        )
        return replace(self, network=self.network.plain, bias_ranges=ranges)

    def rates(self, rates: Mapping[str, float]) -> tuple[list[float], list[float]]:
        """Learning rates by name as lists, crossbars and biases, layer by layer; what does not learn has none."""
        usable = {name: rate for name, rate in rates.items() if name in self.learned}
        crossbars = [usable.get(name, FIXED) for name in self.network.crossbars]
        return crossbars, [usable.get(name, FIXED) if name else FIXED for name in self.network.bias_names]

    def state(self, values: Mapping[str, np.ndarray], batch: int, precision: str) -> State:
        """A state at rest with values by element name, or the circuit's own where there are none."""
        network = self.network
        weights = []
        for name, turned, own in zip(network.crossbars, network.turned, network.weights, strict=True):
            value = np.broadcast_to(values[name], own.T.shape if turned else own.shape) if name in values else None
            weight = own if value is None else value.T if turned else value
            weights.append(np.array(weight, precision))
        biases = [
            np.array(np.broadcast_to(values.get(name, own) if name else own, own.shape) / scale, precision)
            for name, own, scale in zip(network.bias_names, network.biases, network.scales, strict=True)
        ]
        return {"weights": weights, "biases": biases, "free": [np.zeros((batch, n), precision) for n in network.sizes]}

    def values(self, state: State) -> dict[str, np.ndarray]:
        """The state's learned values by element name."""
        biases = [bias * scale for bias, scale in zip(state["biases"], self.network.scales, strict=True)]
        named = self.network.values(state["weights"], biases)
        return {name: value for name, value in named.items() if name in self.learned}


def _check_ends(circuit: Circuit, network: LayeredNetwork) -> None:
    """Samples go in at the first layer and answers come out of the last one, whole and in order."""
    given = (*circuit.inputs, *circuit.input_parameters)
    if given and given != (network.source,):
        raise CircuitError(f"the inputs are {', '.join(given)} instead of the first layer's source {network.source}")
    last = f"{network.buses[-1]}[0:{network.sizes[-1] - 1}]"
    if circuit.outputs and circuit.outputs not in ((last,), (network.buses[-1],)):
        raise CircuitError(f"the outputs are {', '.join(circuit.outputs)} instead of the last layer, {last}")


def _check(circuit: Circuit, network: LayeredNetwork, coordinate: Coordinate) -> None:
    target = coordinate.target
    element = None if coordinate.is_parameter else circuit[target]
    if element is None or target not in (*network.crossbars, *network.bias_names):
        raise CircuitError(f"trainable {target} is neither a crossbar nor a bias of the layers")
    if element.kind == "R" and not is_written_as_conductance(element):
        raise CircuitError(f"crossbar {target} is written in ohm; write its conductance with g= to train it by layers")
    if coordinate.logarithmic or coordinate.levels:
        raise CircuitError(
            f"trainable {target} has a logarithmic scale or levels, which the layered engine does not step"
        )
