"""Scalar elements respelled for ngspice: safe names everywhere, in expressions too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..netlist.buses import CONTROLLED_BY_ELEMENTS
from ..netlist.circuit import Model
from ..netlist.element import Element
from ..netlist.expression import Expression
from ..netlist.substitution import rename
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
        return rename(expression, self._node, self._element)

    def model(self, model: Model) -> Model:
        """The model card under ngspice's name."""
        return replace(model, name=self.models.to_spice[model.name])

    def _node(self, node: str) -> str:
        return self.nodes.to_spice.get(node, node)

    def _element(self, element: str) -> str:
        return self.elements.to_spice.get(element, element)

    def _value(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(self._value, value))
        return self.expression(value) if isinstance(value, Expression) else value
