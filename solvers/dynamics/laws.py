"""What each element says: currents that leave its nodes, voltages it fixes, charge it holds.

A current `i` of (a, b) leaves a and enters b. Expressions read `v(node)` and the names of parameters; what the deck
does not fix for good has a name of its own: `draw r1` multiplies (or shifts) the value of r1, `source v1` is its DC
value. The voltage of a waveform and the current of an inductor are signals: `drive v1`, `current l1`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...netlist.circuit import Circuit
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.expression import TEMPERATURE, Binary, Conditional, Expression, Name, Voltage, constant
from ...netlist.functions import CONSTANTS
from ...netlist.parameters import NOMINAL_TEMPERATURE
from ...netlist.stimulus import Stimulus
from .algebra import ONE, product, reciprocal, total

RELATIVE, ABSOLUTE = "relative", "absolute"
KINDS_OF_DRAW = (RELATIVE, ABSOLUTE)


@dataclass(frozen=True)
class Branch:
    """An expression between two nodes, and the element it comes from."""

    element: Element
    first: str
    second: str
    value: Expression


@dataclass
class Laws:
    """All that the elements of a flat circuit say."""

    draws: Mapping[str, str]
    models: Mapping[str, Any]
    constants: Mapping[str, float]
    currents: list[Branch] = field(default_factory=list)
    voltages: list[Branch] = field(default_factory=list)
    capacitors: list[Branch] = field(default_factory=list)
    inductors: list[Branch] = field(default_factory=list)
    stimuli: dict[str, Stimulus] = field(default_factory=dict)
    sources: dict[str, Expression] = field(default_factory=dict)
    conductances: dict[str, Expression] = field(default_factory=dict)

    @classmethod
    def of(cls, flat: Circuit, draws: Mapping[str, str], free: Collection[str] = ()) -> Laws:
        """Read every element; names other than `free` ones are constants. Linear in their number.

        Raises:
            CircuitError: an element, or a parameter of one, that the reduction does not take.
        """
        temperature: Any = NOMINAL_TEMPERATURE if flat.temperature is None else flat.temperature
        known = {**CONSTANTS, TEMPERATURE: float(temperature)}
        laws = cls(draws, flat.models, {name: value for name, value in known.items() if name not in free})
        for element in flat.elements:
            if element.ranges:
                raise CircuitError(
                    f"{element.name} is an array; circuits in time with free parameters are scalar, write "
                    "the elements one by one, or in a subcircuit",
                    element.location,
                )
            reader = _READERS.get(element.kind)
            if reader is None:
                raise CircuitError(
                    f"{element.name} has no law for circuits in time ({', '.join(_READERS)} have one); "
                    "write it with B sources and capacitors",
                    element.location,
                )
            reader(laws, element)
        return laws

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


def _across(nodes: tuple[str, ...]) -> Voltage:
    first, second = nodes
    return Voltage(first, second)


def _between(element: Element, value: Expression) -> Branch:
    first, second = element.nodes
    return Branch(element, first, second, value)


def _parallel(element: Element, value: Expression) -> Expression:
    many: Any = element.parameters.get("m", 1.0)
    return product(many if isinstance(many, Expression) else constant(float(many)), value)


def _resistor(laws: Laws, element: Element) -> None:
    if "g" in element.parameters:
        siemens = laws.quantity(element, element.parameters["g"], ("g", "m", "noisy"))
    else:
        siemens = reciprocal(laws.quantity(element, element.value, ("m", "noisy")))
    laws.conductances[element.name] = _parallel(element, siemens)
    laws.currents.append(_between(element, product(laws.conductances[element.name], _across(element.nodes))))


def _capacitor(laws: Laws, element: Element) -> None:
    farads = _parallel(element, laws.quantity(element, element.value, ("m", "ic")))
    laws.capacitors.append(_between(element, farads))


def _inductor(laws: Laws, element: Element) -> None:
    henries = product(laws.quantity(element, element.value, ("m", "ic")), reciprocal(_parallel(element, ONE)))
    laws.inductors.append(_between(element, henries))
    laws.currents.append(_between(element, Voltage(current_name(element.name))))


def _controlled(laws: Laws, element: Element) -> Expression:
    """What E or G gives: gain times the controlling voltage, or its expression."""
    if not element.controls:
        return laws.quantity(element, element.value)
    gain = laws.quantity(element, element.value)
    return product(gain, _across(element.controls))


def _transconductance(laws: Laws, element: Element) -> None:
    laws.currents.append(_between(element, _parallel(element, _controlled(laws, element))))


def _voltage_gain(laws: Laws, element: Element) -> None:
    laws.voltages.append(_between(element, _controlled(laws, element)))


def _behavioural(laws: Laws, element: Element) -> None:
    is_voltage = "v" in element.parameters
    value = laws.quantity(element, element.parameters["v" if is_voltage else "i"], ("v", "i", "m"))
    if is_voltage:
        laws.voltages.append(_between(element, value))
    else:
        laws.currents.append(_between(element, _parallel(element, value)))


def _source(laws: Laws, element: Element) -> Expression:
    value: Any = element.value
    if element.parameters.keys() - {"m"}:
        laws.quantity(element, 0.0)
    if isinstance(value, Stimulus) and value.shape is not None:
        laws.stimuli[element.name] = value
        return laws.drawn(element, Voltage(drive_name(element.name)))
    dc = value.dc if isinstance(value, Stimulus) else value
    laws.sources[element.name] = dc if isinstance(dc, Expression) else constant(float(dc or 0.0))
    return laws.drawn(element, Name(source_name(element.name)))


def _voltage_source(laws: Laws, element: Element) -> None:
    laws.voltages.append(_between(element, _source(laws, element)))


def _current_source(laws: Laws, element: Element) -> None:
    laws.currents.append(_between(element, _parallel(element, _source(laws, element))))


def _switch(laws: Laws, element: Element) -> None:
    """A conductance that its control sets once: abrupt at the threshold, as ngspice has it without hysteresis."""
    model = laws.models[element.model or ""]
    if extra := model.parameters.keys() - {"vt", "vh", "ron", "roff"} or (
        model.parameters.get("vh", 0.0) != 0.0 and {"vh"}
    ):
        raise CircuitError(
            f"the switch model {model.name} has {sorted(extra)[0]}; only vt, ron, roff are taken", model.location
        )
    threshold, on, off = (constant(float(model.parameters.get(key, default))) for key, default in _SWITCH)
    test = Binary(">", _across(element.controls), threshold)
    siemens = _parallel(element, laws.drawn(element, Conditional(test, reciprocal(on), reciprocal(off))))
    laws.currents.append(_between(element, product(siemens, _across(element.nodes))))


_SWITCH = (("vt", 0.0), ("ron", 1.0), ("roff", 1e12))

_READERS: Mapping[str, Callable[[Laws, Element], None]] = {
    "R": _resistor,
    "C": _capacitor,
    "L": _inductor,
    "G": _transconductance,
    "E": _voltage_gain,
    "B": _behavioural,
    "V": _voltage_source,
    "I": _current_source,
    "S": _switch,
}
"""One reader a kind."""
