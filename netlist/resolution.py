"""Elements with their expressions resolved: numbers where they have a value, trees of signals where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .card_fields import whole_expressions, with_expressions
from .circuit import Function
from .declaration import Parameter
from .element import Element, empty
from .elements import KINDS
from .errors import Location, NetlistError
from .expression import SIGNALS, TEMPERATURE, Expression, reads_signals
from .expression import names as names_of
from .functions import CONSTANTS
from .instance_names import InstanceNames
from .numbers import format_number
from .parameters import Quantity, as_tree, quantity
from .ranges import check_value
from .stimulus import Stimulus
from .substitution import inline, substitute
from .suggestion import nearest

_PLAIN = (float, str, np.ndarray, type(None), bool)
_SETTLED = frozenset((*_PLAIN, np.float64))
_BY_EXPRESSION = frozenset("BEG")
"""Kinds that keep an expression even when it reads no signal."""


class Resolution:
    """The parameters' values, functions and names of one instance, or of the deck itself."""

    def __init__(self, values: Mapping[str, Quantity], functions: Mapping[str, Function], names: InstanceNames):
        self.values = values
        self.functions = functions
        self.names = names
        self._constants: dict[str, Expression] | None = None
        self._free = frozenset().union(*(names_of(value) for value in values.values() if isinstance(value, Expression)))

    def quantity(self, value: object, location: Location | None) -> Quantity:
        """A value that must be a number, or an expression of free parameters."""
        if isinstance(value, Expression):
            return quantity(inline(value, self.functions, location), self.values, location)
        if isinstance(value, float | int):
            return float(value)
        raise NetlistError(f"{value!r} stands where a number is needed; write a number", location)

    def number(self, value: object, location: Location | None) -> float:
        """A value that must be a number, whatever is free."""
        found = self.quantity(value, location)
        if isinstance(found, Expression):
            shown = ", ".join(sorted(names_of(found)))
            raise NetlistError(f"a free parameter ({shown}) stands where only a number can; keep it fixed", location)
        return found

    def setting(self, value: object, location: Location | None = None) -> object:
        """A value of a model or option: an expression becomes its number, anything else stays."""
        return self.number(value, location) if isinstance(value, Expression) else value

    def condition(self, value: object) -> object:
        """An initial condition, which may be an expression of free parameters."""
        return self.quantity(value, None) if isinstance(value, Expression) else value

    def field(self, text: str, location: Location | None) -> str:
        """A field of a card kept as data, with numbers in the place of its expressions of parameters."""
        for tree in whole_expressions(text, location):
            return format_number(self.number(tree, location))
        return with_expressions(text, location, self._text)

    def _text(self, tree: Expression) -> str | None:
        """The value of an expression that has one here; in a measurement it may read signals or other measurements."""
        found = inline(tree, self.functions)
        if reads_signals(found) or names_of(found) - self.values.keys() - CONSTANTS.keys():
            return None
        return format_number(self.number(found, None))

    def tree(self, expression: Expression, location: Location | None) -> Expression:
        """An expression of signals, with numbers for parameters and flat names for nodes and elements."""
        found = inline(expression, self.functions, location)
        if self._constants is None:
            self._constants = {key: as_tree(value) for key, value in self.values.items() if key != TEMPERATURE}
        found = substitute(found, self._constants)
        unknown = sorted(names_of(found) - SIGNALS - CONSTANTS.keys() - {TEMPERATURE} - self._free)
        if unknown:
            cure = nearest(unknown[0], self._constants, "write {}, or define it by .param")
            raise NetlistError(f"unknown parameter {unknown[0]} in an expression; {cure}", location)
        return self.names.tree(found)

    def value(self, value: object, keep_tree: bool, declaration: Parameter | None, element: Element) -> object:
        """A value of an element, checked against its declared range once it is a number."""
        if isinstance(value, _PLAIN):
            return value
        if isinstance(value, tuple):
            return tuple(self.value(part, keep_tree, declaration, element) for part in value)
        if isinstance(value, Stimulus):
            return self.stimulus(value, element.location)
        if not isinstance(value, Expression):
            return value
        if keep_tree or reads_signals(value) or self._function_reads_signals(value, element.location):
            return self.tree(value, element.location)
        found = self.quantity(value, element.location)
        if declaration is not None and isinstance(found, float):
            check_value(found, declaration, self.names.element(element.name), element.location)
        return found

    def _function_reads_signals(self, value: Expression, location: Location | None) -> bool:
        return bool(self.functions) and reads_signals(inline(value, self.functions, location))

    def stimulus(self, stimulus: Stimulus, location: Location | None) -> Stimulus:
        """A stimulus of numbers."""
        ac = stimulus.ac
        return Stimulus(
            self.quantity(stimulus.dc, location),
            None if ac is None else (self.quantity(ac[0], location), self.quantity(ac[1], location)),
            stimulus.shape,
            tuple(self.quantity(argument, location) for argument in stimulus.arguments),
        )

    def changes(self, element: Element) -> bool:
        """Whether resolving would change an element of the deck itself, which is no instance."""
        return not _is_settled(element) and self.element(element, 1.0) != element

    def element(self, element: Element, multiplier: float) -> Element:
        """The flat element; `multiplier` is that of the instances around it."""
        if not self.names.prefix and multiplier == 1.0 and _is_settled(element):
            return element
        kind = KINDS[element.kind]
        trees = element.kind == "B"
        parameters: Mapping[str, object] = empty()
        if element.parameters:
            parameters = {
                key: self.value(value, trees and key in "vi", kind.parameter(key), element)
                for key, value in element.parameters.items()
            }
        if multiplier != 1.0:
            parameters = _multiplied(element, parameters, multiplier)
        keep = element.kind in _BY_EXPRESSION and not element.controls
        rename_control = self.names.node if kind.control_type == "node" else self.names.element
        return replace(
            element,
            name=self.names.element(element.name),
            nodes=tuple(map(self.names.node, element.nodes)),
            value=self.value(element.value, keep, kind.value, element),
            model=None if element.model is None else self.names.model(element.model),
            parameters=parameters,
            controls=tuple(map(rename_control, element.controls)),
        )


def _is_settled(element: Element) -> bool:
    """Whether the element's value and parameters are numbers, words or arrays."""
    # By type, not by kind of type: every element of every circuit is asked, and what stays gets a second look.
    for value in element.parameters.values() if element.parameters else ():
        if type(value) not in _SETTLED:
            return False
    return type(element.value) in _SETTLED


def _multiplied(element: Element, parameters: Mapping[str, object], multiplier: float) -> Mapping[str, object]:
    """The parameters of `multiplier` equal elements in parallel."""
    if element.kind in "VEHK" or (element.kind == "B" and "v" in parameters):
        return parameters
    if KINDS[element.kind].parameter("m") is None:
        cause = f"{element.name} is inside an instance with m={multiplier:g}, but cannot be multiplied"
        raise NetlistError(f"{cause}; write the instances out", element.location)
    own = parameters.get("m", 1.0)
    return {**parameters, "m": (own if isinstance(own, float) else 1.0) * multiplier}
