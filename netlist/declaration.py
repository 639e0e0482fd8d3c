"""How elements and models are declared: a parameter's unit and range, a kind's ports, and what several kinds share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

INFINITY = math.inf


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named quantity of an element or model: what it is, its SI unit, its range and its default.

    `minimum` and `maximum` are allowed values unless `open_minimum`, which leaves the minimum out. `form` is `number`,
    `vector` (several numbers, as in `ic=1,2`), `word` or `flag` (present or absent, as `off`).
    """

    name: str
    description: str
    unit: str = ""
    default: float | None = None
    minimum: float = -INFINITY
    maximum: float = INFINITY
    open_minimum: bool = False
    form: Literal["number", "vector", "word", "flag"] = "number"

    def allows(self, value: float) -> bool:
        """Whether a number is in the range."""
        return self.minimum <= value <= self.maximum and not (self.open_minimum and value == self.minimum)

    @property
    def range(self) -> str:
        """The range in words: `above 0`, `0 or more`, `from 0 to 1`."""
        if self.maximum < INFINITY:
            return f"{'above' if self.open_minimum else 'from'} {self.minimum:g} to {self.maximum:g}"
        return f"above {self.minimum:g}" if self.open_minimum else f"{self.minimum:g} or more"


@dataclass(frozen=True, slots=True)
class ElementKind:
    """What a letter stands for.

    `card` shows how to write one. `ports` are the node fields in order; the last `optional_ports` of them may be left
    out. `controls` counts the controlling fields after the ports, of type `control_type`. `value` is the main value's
    declaration, or None. `flags` are bare words. `positional` names parameters that may follow without their name.
    `ranges` is how many index ranges the name may have: 0 scalar only, 1 elementwise arrays, 2 crossbars too.
    `aliases` are other spellings of parameters.
    """

    letter: str
    title: str
    card: str
    ports: tuple[str, ...]
    value: Parameter | None = None
    value_required: bool = False
    parameters: Mapping[str, Parameter] | None = None
    positional: tuple[str, ...] = ()
    model_types: tuple[str, ...] = ()
    model_required: bool = False
    controls: int = 0
    control_type: Literal["node", "element", ""] = ""
    optional_ports: int = 0
    ranges: int = 0
    aliases: Mapping[str, str] = field(default_factory=dict)

    def parameter(self, name: str) -> Parameter | None:
        """The declaration of a keyword parameter, or None."""
        return (self.parameters or {}).get(name)


def table(*parameters: Parameter) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in parameters}


MULTIPLIER = Parameter("m", "number of equal elements in parallel", "", 1.0, 0.0, open_minimum=True)
TEMPERATURE = (
    Parameter("temp", "temperature of this element", "°C"),
    Parameter("dtemp", "temperature above the circuit's", "°C", 0.0),
)
COEFFICIENTS = (
    Parameter("tc1", "first-order temperature coefficient", "1/°C", 0.0),
    Parameter("tc2", "second-order temperature coefficient", "1/°C²", 0.0),
)
SCALE = Parameter("scale", "factor on the value", "", 1.0)
LENGTH = Parameter("l", "length", "m", None, 0.0, open_minimum=True)
WIDTH = Parameter("w", "width", "m", None, 0.0, open_minimum=True)
AREA = Parameter("area", "area factor", "", 1.0, 0.0, open_minimum=True)
OFF = Parameter("off", "start the operating point with the element off", form="flag")
ON_OFF = (
    Parameter("on", "start the operating point with the switch closed", form="flag"),
    Parameter("off", "start the operating point with the switch open", form="flag"),
)
PAIR = ("positive", "negative")


def initial(description: str, unit: str) -> Parameter:
    return Parameter("ic", description, unit)


def initials(description: str) -> Parameter:
    return Parameter("ic", description, "V", form="vector")
