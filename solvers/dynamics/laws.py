"""What elements say: currents that leave nodes, voltages they fix, charge they hold; `readers.py` reads their cards.

A current `i` of (a, b) leaves a and enters b. Expressions read `v(node)` and the names of parameters; what the deck
does not fix for good has a name of its own: `draw r1` multiplies (or shifts) the value of r1, `source v1` is its DC
value. The voltage of a waveform and the current of an inductor are signals: `drive v1`, `current l1`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.expression import Expression, Name, constant
from ...netlist.stimulus import Stimulus
from .algebra import product, total

RELATIVE, ABSOLUTE = "relative", "absolute"
KINDS_OF_DRAW = (RELATIVE, ABSOLUTE)
NODAL = "leave it to the nodal engine"
"""What else to do about an element that no explicit equation takes."""


@dataclass(frozen=True)
class Branch:
    """An expression between two nodes, and the element it comes from."""

    element: Element
    first: str
    second: str
    value: Expression


@dataclass
class Laws:
    """All that the elements of a flat circuit say; `couplings` stand between two inductors instead of two nodes."""

    draws: Mapping[str, str]
    models: Mapping[str, Any]
    constants: Mapping[str, float]
    currents: list[Branch] = field(default_factory=list)
    voltages: list[Branch] = field(default_factory=list)
    capacitors: list[Branch] = field(default_factory=list)
    inductors: list[Branch] = field(default_factory=list)
    couplings: list[Branch] = field(default_factory=list)
    stimuli: dict[str, Stimulus] = field(default_factory=dict)
    sources: dict[str, Expression] = field(default_factory=dict)
    conductances: dict[str, Expression] = field(default_factory=dict)

    def quantity(self, element: Element, value: object, allowed: Collection[str] = ("m",)) -> Expression:
        """The value with its draw, times how many stand in parallel."""
        extra = sorted(element.parameters.keys() - {*allowed})
        if extra or not isinstance(value, float | int | Expression):
            what = f"the parameter {extra[0]}" if extra else f"the value {value!r}"
            raise CircuitError(
                f"{element.name} has {what}, which circuits in time do not take; leave it out", element.location
            )
        return self.drawn(element, value if isinstance(value, Expression) else constant(float(value)))

    def drawn(self, element: Element, value: Expression) -> Expression:
        """The value times its draw, or plus it."""
        kind = self.draws.get(element.name)
        if kind is None:
            return value
        draw = Name(draw_name(element.name))
        return product(value, draw) if kind == RELATIVE else total(value, draw)


def draw_name(element: str) -> str:
    """The name of an element's draw among the parameters."""
    return f"draw {element}"


def source_name(element: str) -> str:
    """The name of a source's DC value among the parameters."""
    return f"source {element}"


def drive_name(element: str) -> str:
    """The signal of a source with a waveform."""
    return f"drive {element}"


def current_name(element: str) -> str:
    """The signal of an inductor's current."""
    return f"current {element}"
