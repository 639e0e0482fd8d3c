"""What a sweep moves: sources, resistors, the temperature. Nothing is compiled anew; at most numbers are."""

from __future__ import annotations

from dataclasses import replace

from ...netlist.circuit import Card, Circuit
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.expression import Expression
from ..devices.passive import VALUE
from .cards import wrong
from .instances import instances_of
from .network import Network
from .operating import Solver

TEMPERATURE = "temp"


class Knobs:
    """A circuit's solver, the values of its sources, and settings by name.

    `sources` (sources,) are in force for the next solution.
    """

    def __init__(self, circuit: Circuit, card: Card, starts: dict[str, float]):
        self.circuit = circuit
        self.resistances = {name: start for name, start in starts.items() if _is_resistor(circuit, card, name)}
        self.network = Network.of(self._with_resistances(circuit.expand()))
        self.solver = Solver.of(self.network)
        self.sources = self.network.sources.direct.copy()
        self._raw = self.network.raw()
        self._places = {instance.element.name: place for place, instance in enumerate(self.network.instances)}
        self._source_places = {name: place for place, name in enumerate(self.network.source_names)}
        self._follows = TEMPERATURE in starts and self._has_expressions_of_temperature()

    def source(self, name: str) -> int | None:
        """The place of a source among the sources, None for what is no source."""
        return self._source_places.get(name)

    def turn(self, name: str, value: float) -> None:
        """Set a source in V or A, a resistor in ohm, `temp` in °C."""
        place = self.source(name)
        if place is not None:
            self.sources[place] = value
            return
        if name == TEMPERATURE:
            self._warm(value)
        else:
            if value == 0.0:
                raise CircuitError(f"{name} is swept through 0 ohm; begin at a small resistance, such as 1m")
            self.resistances[name] = value
        for each, ohms in self.resistances.items():
            instance = self._places[each]
            self._raw[instance][self.network.groups[instance].raw.index(VALUE)] = ohms
        self.solver.numbers = self.network.values(self._raw)

    def _warm(self, celsius: float) -> None:
        """Put the temperature into the numbers of all instances."""
        around = replace(self.network.surroundings, temperature=celsius)
        instances = self.network.instances
        if self._follows:
            flat = self._with_resistances(self.circuit.replace(temperature=celsius).expand())
            found = {instance.element.name: instance for instance in instances_of(flat, around)}
            instances = tuple(found[instance.element.name] for instance in instances)
        models = self.network.flat.models
        for instance, group, raw in zip(instances, self.network.groups, self._raw, strict=True):
            kelvin = around.of(instance.element, models.get(instance.element.model or ""))
            for place, name in enumerate(group.raw):
                raw[place] = kelvin.get(name, instance.raw[name])

    def _has_expressions_of_temperature(self) -> bool:
        """Whether values of the netlist are expressions of `temper`, so that they move with the temperature."""
        one, other = (self.circuit.replace(temperature=celsius).expand() for celsius in (27.0, 61.0))
        return one.elements != other.elements or dict(one.models) != dict(other.models)

    def _with_resistances(self, flat: Circuit) -> Circuit:
        """The circuit with the swept resistors at their values."""
        if not self.resistances:
            return flat
        return flat.replace(elements=tuple(self._at_value(element) for element in flat.elements))

    def _at_value(self, element: Element) -> Element:
        if element.name not in self.resistances:
            return element
        rest = {name: value for name, value in element.parameters.items() if name != "g"}
        return replace(element, value=self.resistances[element.name], parameters=rest)


def _is_resistor(circuit: Circuit, card: Card, name: str) -> bool:
    """Whether what is swept is a resistor; what can be swept at all is."""
    if name == TEMPERATURE:
        return False
    flat = circuit.flatten()
    if name not in flat:
        raise wrong(card, f"the circuit has no element {name} to sweep")
    element = flat[name]
    if element.kind not in "VIR" or isinstance(element.value, Expression):
        raise wrong(card, f"{name} cannot be swept; only V, I, R with a number, and temp can")
    return element.kind == "R"
