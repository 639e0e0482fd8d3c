"""The one value of an element that a spread changes: its main value, or the expression of a behavioural source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .element import Element
from .elements import KINDS
from .errors import CircuitError
from .expression import Expression
from .new_values import with_value
from .stimulus import Stimulus

Change = Callable[[object], float | Expression]


def refuse_spread(element: Element) -> None:
    """Raises CircuitError for an element without one value: diodes, switches, waveforms, polynomials, tables."""
    if _behaviour(element) is not None or "g" in element.parameters:
        return
    if isinstance(element.value, Stimulus):
        cause, cure = "has a waveform", "spread a parameter of the waveform"
    elif isinstance(element.value, (int, float, Expression)) and KINDS[element.kind].value is not None:
        return
    else:
        cause, cure = "has no single value", "spread a parameter, or another element"
    raise CircuitError(f"*@ mismatch: {element.name} {cause}; {cure}", element.location)


def spread_element(element: Element, change: Change) -> Element:
    """The element with its value changed: of a resistor written by `g=` the conductance, of B the whole output.

    Raises:
        NetlistError: the new value is out of the range of its kind.
    """
    key = _behaviour(element) or ("g" if "g" in element.parameters else None)
    given = element.value if key is None else element.parameters[key]
    new = change(given)
    if not isinstance(new, Expression):
        return with_value(element, new)
    if key is None:
        return replace(element, value=new)
    return replace(element, parameters={**element.parameters, key: new})


def _behaviour(element: Element) -> str | None:
    """The parameter that holds a B source's expression."""
    return next((key for key in ("v", "i") if element.kind == "B" and key in element.parameters), None)
