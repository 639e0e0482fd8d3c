"""The deck of a circuit whose subcircuits stay subcircuits: ngspice then does the flattening, and we follow its names.

ngspice calls the node `n` inside instance `x1` of instance `x2` `x2.x1.n`, and the device `r1` there `r.x2.x1.r1`.
Parameters and expressions stay as they are written. Arrays have no such form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..netlist.buses import node_fields
from ..netlist.circuit import Circuit, Subcircuit
from ..netlist.element_text import write_setting
from ..netlist.errors import SpiceError
from ..netlist.expression_text import write_expression
from ..netlist.sensing import sensed_nodes
from .cards import cards, exported_letter, model_card, one_line
from .diodes import DiodeExport, DiodeForm
from .flat import Content
from .names import Names, element_names, model_names, node_names
from .spelling import Spelling


def kept(circuit: Circuit, diodes: DiodeExport) -> Content:
    """The cards of a scalar circuit, its definitions included; `diodes` is the choice for the flat circuit.

    Raises:
        SpiceError: an array anywhere.
    """
    writer = _Writer(circuit, diodes)
    writer.visit(_Place(circuit, circuit.subcircuits))
    lines = tuple(one_line(line, "a definition") for line in writer.cards(circuit))
    nodes, elements = (Names(MappingProxyType(each), _inverse(each)) for each in (writer.nodes, writer.elements))
    return Content(lines, nodes, elements, tuple(writer.open_resistors))


@dataclass(frozen=True, eq=False)
class _Place:
    """A body where it is instantiated: what it may call, its prefix in either program, its ports, its models' names."""

    body: Circuit
    definitions: Mapping[str, Subcircuit]
    flat: str = ""
    spice: str = ""
    ports: frozenset[str] = frozenset()
    models: Mapping[str, str] = field(default_factory=dict)

    def visible_models(self) -> dict[str, str]:
        """The flat name of every model that a card of the body can name."""
        return {**self.models, **{name: self.flat + name for name in self.body.models}}


class _Writer:
    def __init__(self, circuit: Circuit, diodes: DiodeExport) -> None:
        self.diodes = diodes
        self.nodes: dict[str, str] = {"0": "0"}
        self.elements: dict[str, str] = {}
        self.open_resistors: list[str] = []
        bodies = list(_bodies(circuit))
        self.shared_nodes = node_names(dict.fromkeys(["0", *(node for body in bodies for node in _nodes(body))]))
        self.shared_models = model_names(
            dict.fromkeys(name for body in bodies for name in (*body.models, *body.subcircuits))
        )
        self.global_nodes = {"0", *(node for body in bodies for node in body.global_nodes)}
        self.scopes: dict[int, tuple[Spelling, DiodeExport]] = {}

    def visit(self, place: _Place) -> None:
        """Name everything inside an instance, and spell its body when it is the first one."""
        models = place.visible_models()
        if id(place.body) not in self.scopes:
            self.scopes[id(place.body)] = self._spell(place.body, models)
        spelling, _ = self.scopes[id(place.body)]
        for node in _nodes(place.body):
            if node in self.global_nodes:
                self.nodes[node] = self.shared_nodes[node]
            elif node not in place.ports:
                self.nodes[place.flat + node] = place.spice + self.shared_nodes[node]
        for element in place.body.elements:
            name = spelling.elements[element.name]
            if element.kind == "X":
                self._enter(place, element.name, name, element.model or "", models)
            else:
                self.elements[place.flat + element.name] = f"{name[0]}.{place.spice}{name}" if place.spice else name

    def cards(self, body: Circuit) -> Iterator[str]:
        """Parameters, functions, definitions, models and elements of a body. Definitions nobody uses are left out."""
        spelling, diodes = self.scopes[id(body)]
        yield from (f".param {name}={write_setting(value)}" for name, value in body.parameters.items())
        for function in body.functions.values():
            yield f".func {function.name}({','.join(function.arguments)}) {{{write_expression(function.body)}}}"
        if body.global_nodes:
            yield " ".join([".global", *(self.shared_nodes[node] for node in body.global_nodes)])
        for definition in body.subcircuits.values():
            if id(definition.body) in self.scopes:
                yield from self._definition(definition)
        yield from (model_card(spelling.model(model)) for model in body.models.values())
        written = cards(body.elements, spelling, diodes)
        self.open_resistors.extend(written.open_resistors)
        yield from written.lines

    def _definition(self, definition: Subcircuit) -> Iterator[str]:
        name = self.shared_models[definition.name]
        ports = (self.shared_nodes.to_spice.get(port) or node_names([port])[port] for port in definition.ports)
        parameters = [f"{key}={write_setting(value)}" for key, value in definition.parameters.items()]
        yield " ".join([".subckt", name, *ports, *(["params:", *parameters] if parameters else [])])
        yield from self.cards(definition.body)
        yield f".ends {name}"

    def _enter(self, place: _Place, name: str, spelled: str, model: str, models: Mapping[str, str]) -> None:
        definition = place.definitions[model]
        inside = {**place.definitions, **definition.body.subcircuits}
        flat, spice = f"{place.flat}{name}.", f"{place.spice}{spelled}."
        self.visit(_Place(definition.body, inside, flat, spice, frozenset(definition.ports), models))

    def _spell(self, body: Circuit, models: Mapping[str, str]) -> tuple[Spelling, DiodeExport]:
        chosen = self.diodes.forms
        forms: dict[str, DiodeForm] = {name: chosen[flat] for name, flat in models.items() if flat in chosen}
        diodes = DiodeExport(forms, self.diodes.conductance)
        letters = ((element.name, exported_letter(element, diodes)) for element in body.elements)
        return Spelling(self.shared_nodes, element_names(letters), self.shared_models), diodes


def _bodies(circuit: Circuit) -> Iterator[Circuit]:
    """A circuit and the bodies of all its definitions, nested ones too; none may hold an array."""
    for element in circuit.elements:
        if element.ranges:
            raise SpiceError(
                f"{element.name} is an array, which cannot stand in a kept subcircuit; export it flattened",
                element.location,
            )
    yield circuit
    for definition in circuit.subcircuits.values():
        yield from _bodies(definition.body)


def _nodes(body: Circuit) -> dict[str, None]:
    nodes = (node for element in body.elements for node in (*node_fields(element), *sensed_nodes(element)))
    return dict.fromkeys(nodes)


def _inverse(names: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({spelled: name for name, spelled in names.items()})
