"""Flattening: subcircuits, parameters and expressions become plain elements with numbers.

The element `r1` of the instance `x1` becomes `x1.r1`, its inner node `n` becomes `x1.n`, its own model `d1` `x1.d1`. A
name without a definition inside a subcircuit is looked up where the subcircuit is used, as ngspice does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import numpy as np

from .circuit import Card, Circuit, Directive, Function, Model, Subcircuit
from .element import Element, empty
from .errors import CircuitError, NetlistError
from .expression import TEMPERATURE, Expression, Name
from .instance_lines import instance_lines
from .instance_names import InstanceNames
from .model_parameters import declared
from .parameters import NOMINAL_TEMPERATURE, Quantity, resolve
from .ranges import check_value
from .resolution import Resolution
from .selectors import select
from .suggestion import counted, nearest

MAX_DEPTH = 100
MAX_ELEMENTS = 20_000_000


def flatten(circuit: Circuit, free: Collection[str] = ()) -> Circuit:
    """The flat circuit: no subcircuits, parameters or functions; every value a number, a Stimulus of numbers or an
    array. Expressions stay where they read voltages, currents or time, with numbers in the place of parameters.

    `free` are parameters of the deck that stay symbols: whatever depends on them (values, expressions, stimuli, initial
    conditions) is an expression over their names. The flat circuit then has no definition of these names.

    Directives that name a parameter are left out: ask the circuit before it is flattened. Linear in the flat size.

    Raises NetlistError for an expression without a value, a value out of range, or a free parameter where only a number
    can stand (models, options, analyses); CircuitError for a free name that is no parameter, and for instances nested
    without end.
    """
    if not free and is_flat(circuit):
        return circuit
    flattener = _Flattener(_free(circuit, free))
    flattener.add_top(circuit)
    return replace(
        circuit,
        elements=tuple(flattener.elements),
        models=flattener.models,
        parameters=empty(),
        functions=empty(),
        subcircuits=empty(),
        initial_conditions=flattener.initial_conditions,
        nodesets=flattener.nodesets,
        options={key: flattener.top.setting(value) for key, value in circuit.options.items()},
        temperature=flattener.top.setting(circuit.temperature),
        analyses=tuple(_card(card, flattener.top) for card in circuit.analyses),
        directives=tuple(flattener.directives),
    )


def is_flat(circuit: Circuit) -> bool:
    """Whether there is nothing to resolve. Linear in the number of elements."""
    if circuit.parameters or circuit.functions or circuit.subcircuits:
        return False
    settings = [*circuit.initial_conditions.values(), *circuit.nodesets.values(), *circuit.options.values()]
    settings += [value for model in circuit.models.values() for value in model.parameters.values()]
    if any(isinstance(value, Expression) for value in (*settings, circuit.temperature)):
        return False
    top = Resolution({TEMPERATURE: NOMINAL_TEMPERATURE}, {}, InstanceNames.top())
    if any(_card(card, top) != card for card in circuit.analyses):
        return False
    return "X" not in circuit.kinds and not any(top.changes(element) for element in circuit.elements)


class _Flattener:
    """Collects what the instances of a circuit become."""

    def __init__(self, free: Mapping[str, Expression]) -> None:
        self.free = free
        self.elements: list[Element] = []
        self.models: dict[str, Model] = {}
        self.initial_conditions: dict[str, object] = {}
        self.nodesets: dict[str, object] = {}
        self.directives: list[Directive] = []
        self.path: list[str] = []

    def add_top(self, circuit: Circuit) -> None:
        outer: dict[str, Quantity] = {TEMPERATURE: NOMINAL_TEMPERATURE, **self.free}
        fixed = {name: value for name, value in circuit.parameters.items() if name not in self.free}
        values = resolve(fixed, circuit.functions, outer, {})
        if circuit.temperature is not None:
            first = Resolution({**outer, **values}, circuit.functions, InstanceNames.top())
            outer[TEMPERATURE] = first.number(circuit.temperature, None)
            values = resolve(fixed, circuit.functions, outer, {})
        self.top = Resolution({**outer, **values}, circuit.functions, InstanceNames.top(circuit.global_nodes))
        self.add_body(circuit, self.top, circuit.subcircuits, 1.0)

    def add_body(
        self, body: Circuit, resolution: Resolution, definitions: Mapping[str, Subcircuit], multiplier: float
    ) -> None:
        names = resolution.names
        for model in body.models.values():
            parameters = {key: resolution.setting(value, model.location) for key, value in model.parameters.items()}
            flat_name = names.prefix + model.name
            known = declared(model.type, parameters.get("level")) or {}
            for key in parameters.keys() & known.keys():
                check_value(parameters[key], known[key], f"the model {flat_name}", model.location)
            self.models[flat_name] = replace(model, name=flat_name, parameters=parameters)
        for element in body.elements:
            if element.kind == "X":
                self.add_instances(element, resolution, definitions, multiplier)
            else:
                self.elements.append(resolution.element(element, multiplier))
        if len(self.elements) > MAX_ELEMENTS:
            raise CircuitError(f"the flat circuit has more than {MAX_ELEMENTS} elements; use arrays for equal parts")
        for into, conditions in (
            (self.initial_conditions, body.initial_conditions),
            (self.nodesets, body.nodesets),
        ):
            into.update({names.node(node): resolution.condition(value) for node, value in conditions.items()})
        self.directives.extend(_directives(body, names))

    def add_instances(
        self, element: Element, resolution: Resolution, definitions: Mapping[str, Subcircuit], multiplier: float
    ) -> None:
        """The elements of an X card; of every line of one that is an array."""
        definition = definitions.get(element.model or "")
        if definition is None:
            raise NetlistError(f"{element.name}: unknown subcircuit {element.model!r}; define it", element.location)
        _check_ports(element, definition)
        self.path.append(definition.name)
        if len(self.path) > MAX_DEPTH:
            shown = " → ".join(self.path[:6])
            cause = f"instances are nested more than {MAX_DEPTH} deep ({shown} → …)"
            raise CircuitError(f"{cause}; break the circle of subcircuits", element.location)
        given = {
            key: resolution.quantity(value, element.location)
            for key, value in element.parameters.items()
            if not isinstance(value, np.ndarray)
        }
        if "m" not in definition.parameters:
            multiplier *= resolution.number(given.pop("m", 1.0), element.location)
        functions: dict[str, Function] = {**resolution.functions, **definition.body.functions}
        inner_definitions = {**definitions, **definition.body.subcircuits}
        shared = _inside(definition, given, resolution, functions, element)
        for line in instance_lines(element):
            names = resolution.names.inside(line.name, definition, line.nodes)
            values = shared
            if line.values:
                values = _inside(definition, {**given, **line.values}, resolution, functions, element)
            self.add_body(definition.body, Resolution(values, functions, names), inner_definitions, multiplier)
        self.path.pop()


def _free(circuit: Circuit, free: Collection[str]) -> dict[str, Expression]:
    """The symbols of the free parameters."""
    for name in free:
        if name not in circuit.parameters:
            cure = nearest(name, circuit.parameters, "write {}, or define it by .param", "define it by .param")
            raise CircuitError(f"the deck has no parameter {name} that could be free; {cure}")
    return {name: Name(name) for name in free}


def _check_ports(element: Element, definition: Subcircuit) -> None:
    if len(element.nodes) != len(definition.ports):
        counts = (
            f"{counted(len(element.nodes), 'node')}, {definition.name} has {counted(len(definition.ports), 'port')}"
        )
        cause = f"{element.name} has {counts}"
        raise NetlistError(f"{cause}; connect every port", element.location)


def _inside(
    definition: Subcircuit,
    given: Mapping[str, Quantity],
    resolution: Resolution,
    functions: Mapping[str, Function],
    element: Element,
) -> Mapping[str, Quantity]:
    """The values of all names inside an instance, its own parameters as `given`, else by their defaults."""
    inside = definition.body.parameters
    own = {**definition.parameters, **given, **inside}
    symbols = {key: own.pop(key) for key, value in given.items() if isinstance(value, Expression) and key not in inside}
    outer = {**resolution.values, **symbols}
    return {**outer, **resolve(own, functions, outer, dict.fromkeys(own, element.location))}


def _card(card: Card, resolution: Resolution) -> Card:
    return replace(card, fields=tuple(resolution.field(field, card.location) for field in card.fields))


def _dropped(directive: Directive, body: Circuit) -> Callable[[str], bool]:
    """Which targets are gone in the flat circuit: parameters, and instances whose own parameter is learned."""
    instances = [element.name for element in body.of_kind("X")]
    known = [*body.parameters, *(instances if directive.keyword == "trainable" else ())]
    return lambda selector: bool(select([selector], known))


def _directives(body: Circuit, names: InstanceNames) -> list[Directive]:
    """A body's directives in the flat circuit's names; selectors of what is no element there are left out."""
    found: list[Directive] = []
    for directive in body.directives:
        selectors = names.selectors(directive, _dropped(directive, body))
        options = dict(directive.options)
        if "model" in options:
            options["model"] = names.model(str(options["model"]))
        if selectors or not directive.selectors:
            found.append(replace(directive, selectors=selectors, options=options))
    return found
