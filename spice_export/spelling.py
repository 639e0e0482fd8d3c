"""Scalar elements respelled for ngspice: safe names everywhere, in expressions too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..netlist.buses import CONTROLLED_BY_ELEMENTS
from ..netlist.circuit import Model
from ..netlist.element import Element
from ..netlist.expression import Current, Expression, Voltage, children, rebuild
from .names import Names


@dataclass(frozen=True)
class Spelling:
    """The names of one deck: nodes, elements, models."""

    nodes: Names
    elements: Names
    models: Names

    def element(self, element: Element) -> Element:
        """The scalar element under ngspice's names."""
        nodes, elements = self.nodes.to_spice, self.elements.to_spice
        controls = elements if element.kind in CONTROLLED_BY_ELEMENTS else nodes
        parameters = {key: self._value(value) for key, value in element.parameters.items()}
        return replace(
            element,
            name=elements[element.name],
            nodes=tuple(nodes[node] for node in element.nodes),
            controls=tuple(controls[control] for control in element.controls),
            model=self.models.to_spice.get(element.model, element.model) if element.model else None,
            value=self._value(element.value),
            parameters=parameters,
        )

    def expression(self, expression: Expression) -> Expression:
        """The expression reading the same signals under ngspice's names."""
        if isinstance(expression, Voltage):
            negative = expression.negative
            return Voltage(self._node(expression.positive), None if negative is None else self._node(negative))
        if isinstance(expression, Current):
            return Current(self.elements.to_spice.get(expression.element, expression.element))
        return rebuild(expression, tuple(map(self.expression, children(expression))))

    def model(self, model: Model) -> Model:
        """The model card under ngspice's name."""
        return replace(model, name=self.models.to_spice[model.name])

    def has_node(self, node: str) -> bool:
        """Whether anything in the deck touches the node."""
        return node in self.nodes.to_spice

    def nodes_of(self, values: Mapping[str, object]) -> dict[str, object]:
        """Values by node (initial conditions) under ngspice's names; nodes that nothing touches are left out."""
        return {self._node(node): value for node, value in values.items() if self.has_node(node)}

    def _node(self, node: str) -> str:
        return self.nodes.to_spice.get(node, node)

    def _value(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(self._value, value))
        return self.expression(value) if isinstance(value, Expression) else value
