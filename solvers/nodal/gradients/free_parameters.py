"""Flattening with free parameters: the deck with numbers, and for each number the expression that it came from.

Where an expression reads signals, its largest parts that read free parameters alone become constants, so that a circuit
for other values of them is the same circuit with other numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ....netlist.circuit import Circuit, Model
from ....netlist.element import Element
from ....netlist.errors import CircuitError
from ....netlist.evaluation import Evaluator
from ....netlist.expression import (
    TEMPERATURE,
    Expression,
    Name,
    Number,
    Unary,
    children,
    names,
    reads_signals,
    rebuild,
)
from ....netlist.flatten import flatten
from ....netlist.instance_names import InstanceNames
from ....netlist.parameters import NOMINAL_TEMPERATURE, resolve
from ....netlist.resolution import Resolution
from ....netlist.stimulus import Stimulus
from ...devices.behavioural import law
from ...devices.passive import VALUE

DIRECT = "dc"
KEPT = (0.0, 1.0, 2.0)
"""Constants that expressions keep in their code; one that must stay a number is moved off them by its last bit."""


def argument(place: int) -> str:
    """The key of a waveform's argument among an element's expressions."""
    return f"argument {place}"


@dataclass
class Trees:
    """Expressions of free parameters by what they give a number to: (element, raw name) and (model, parameter); of
    nodes' initial conditions."""

    values: Mapping[str, float]
    elements: dict[str, dict[str, Expression]] = field(default_factory=dict)
    models: dict[str, dict[str, Expression]] = field(default_factory=dict)
    conditions: dict[str, Expression] = field(default_factory=dict)

    def number(self, tree: Expression) -> float:
        """The value of an expression of free parameters."""
        return Evaluator({TEMPERATURE: NOMINAL_TEMPERATURE, **self.values})(tree)


def numeric(circuit: Circuit, free: Sequence[str]) -> tuple[Circuit, Trees]:
    """The flat circuit with numbers everywhere, and the expressions of the parameters `free`."""
    fixed = Resolution({}, circuit.functions, InstanceNames.top())
    resolved = resolve(circuit.parameters, circuit.functions, {TEMPERATURE: _temperature(circuit)}, {})
    trees = Trees({name: fixed.number(resolved[name], None) for name in free})
    flat = flatten(circuit.replace(models=_models(circuit, trees)), free)
    conditions = {}
    for node, value in flat.initial_conditions.items():
        if isinstance(value, Expression):
            trees.conditions[node] = value
        conditions[node] = _number(value, trees)
    return flat.replace(
        elements=tuple(_element(element, trees) for element in flat.elements),
        initial_conditions=conditions,
        nodesets={node: _number(value, trees) for node, value in flat.nodesets.items()},
    ), trees


def reads_temperature(circuit: Circuit) -> bool:
    """Whether a number of the netlist depends on `temper` by an expression of parameters."""
    settings: list[object] = [*circuit.parameters.values(), *(each.body for each in circuit.functions.values())]
    for element in circuit.elements:
        if element.kind != "B":
            settings += [element.value, *element.parameters.values()]
    settings += [value for model in circuit.models.values() for value in model.parameters.values()]
    if any(isinstance(value, Expression) and TEMPERATURE in names(value) for value in settings):
        return True
    return any(
        reads_temperature(inner.body.replace(parameters={**inner.parameters, **inner.body.parameters}))
        for inner in circuit.subcircuits.values()
    )


def _temperature(circuit: Circuit) -> float:
    return NOMINAL_TEMPERATURE if circuit.temperature is None else float(circuit.flatten().temperature)  # type: ignore[arg-type]


def _number(value: Any, trees: Trees) -> Any:
    return trees.number(value) if isinstance(value, Expression) else value


def _models(circuit: Circuit, trees: Trees) -> dict[str, Model]:
    """The deck's own models with numbers."""
    outer: dict[str, Any] = {TEMPERATURE: _temperature(circuit), **{name: Name(name) for name in trees.values}}
    rest = {name: value for name, value in circuit.parameters.items() if name not in trees.values}
    known = {**outer, **resolve(rest, circuit.functions, outer, {})}
    resolution = Resolution(known, circuit.functions, InstanceNames.top())
    found = {}
    for name, model in circuit.models.items():
        parameters = {}
        for key, value in model.parameters.items():
            tree = resolution.quantity(value, model.location) if isinstance(value, Expression) else value
            if isinstance(tree, Expression):
                trees.models.setdefault(name, {})[key] = tree
            parameters[key] = _number(tree, trees)
        found[name] = replace(model, parameters=parameters)
    return found


def _element(element: Element, trees: Trees) -> Element:
    own: dict[str, Expression] = {}
    value = _value(element, element.value, own, trees)
    parameters = dict(element.parameters)
    for key, each in parameters.items():
        if isinstance(each, Expression):
            parameters[key] = _keyword(element, key, each, own, trees)
        elif isinstance(each, tuple) and any(isinstance(part, Expression) and _free(part, trees) for part in each):
            raise CircuitError(
                f"{element.name} has a free parameter in its {key}; write it as an expression", element.location
            )
    if own:
        trees.elements[element.name] = own
    return replace(element, value=value, parameters=parameters)


def _value(element: Element, value: Any, own: dict[str, Expression], trees: Trees) -> Any:
    if isinstance(value, Stimulus):
        if isinstance(value.dc, Expression):
            own[DIRECT] = value.dc
        own |= {argument(k): each for k, each in enumerate(value.arguments) if isinstance(each, Expression)}
        return Stimulus(
            _number(value.dc, trees),
            None if value.ac is None else (_number(value.ac[0], trees), _number(value.ac[1], trees)),
            value.shape,
            tuple(_number(each, trees) for each in value.arguments),
        )
    if not isinstance(value, Expression):
        return value
    if reads_signals(value) or (element.kind in "EG" and not element.controls):
        return _with_constants(value, own, trees)
    own[DIRECT if element.kind in "VI" else VALUE] = value
    return trees.number(value)


def _keyword(element: Element, key: str, value: Expression, own: dict[str, Expression], trees: Trees) -> Any:
    if reads_signals(value) or key == "q" or (element.kind == "B" and key in "vi"):
        return _with_constants(value, own, trees)
    own["multiplicity" if key == "m" else key] = value
    return trees.number(value)


def _free(tree: Expression, trees: Trees) -> bool:
    return not trees.values.keys().isdisjoint(names(tree))


def _with_constants(tree: Expression, own: dict[str, Expression], trees: Trees) -> Expression:
    """The expression with constants in the place of its free parts, which are put into `own` as `constant k`."""
    parts: list[Expression] = []

    def marked(node: Expression, number: Callable[[int], float]) -> Expression:
        if _free(node, trees) and not reads_signals(node) and TEMPERATURE not in names(node):
            parts.append(node)
            value = trees.number(node)
            inside = Number(number(len(parts) - 1))
            return Unary("+", Unary("-", inside) if value < 0.0 else inside)
        return rebuild(node, tuple(marked(child, number) for child in children(node)))

    found = marked(tree, lambda k: _apart(abs(trees.number(parts[k]))))
    count = len(parts)
    signals = [math.ldexp(1.0 + k / 4096.0, -900) for k in range(count)]  # no deck has these numbers
    constants = law(marked(tree, lambda k: signals[k - count]), "current").constants
    for part, signal in zip(parts[:count], signals, strict=True):
        _check_meaning(part, trees)
        negative = trees.number(part) < 0.0
        own[f"constant {constants.index(signal)}"] = Unary("-", part) if negative else part
    return found


def _apart(value: float) -> float:
    return math.nextafter(value, math.inf) if value in KEPT else value


def _check_meaning(part: Expression, trees: Trees) -> None:
    """`pow` and `pwr` of negative numbers mean one thing in parameters and another in sources."""
    if Evaluator({TEMPERATURE: NOMINAL_TEMPERATURE, **trees.values}, behavioural=True)(part) != trees.number(part):
        raise CircuitError("a free parameter stands in pow or pwr of a negative number; write a product")
