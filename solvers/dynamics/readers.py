"""One reader a kind of element: from a card to currents, voltages and charges."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ...netlist.circuit import Circuit
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.expression import (
    TEMPERATURE,
    Binary,
    Conditional,
    Current,
    Expression,
    Name,
    Voltage,
    constant,
)
from ...netlist.functions import CONSTANTS
from ...netlist.parameters import NOMINAL_TEMPERATURE
from ...netlist.stimulus import Stimulus
from .algebra import ONE, number_of, product, reciprocal
from .laws import NODAL, Branch, Laws, current_name, drive_name, source_name


def laws_of(flat: Circuit, draws: Mapping[str, str], free: Collection[str] = ()) -> Laws:
    """Read every element; names other than `free` ones are constants. Linear in their number.

    Raises:
        CircuitError: an element, or a parameter of one, that the reduction does not take.
    """
    temperature: Any = NOMINAL_TEMPERATURE if flat.temperature is None else flat.temperature
    known = {**CONSTANTS, TEMPERATURE: float(temperature)}
    laws = Laws(draws, flat.models, {name: value for name, value in known.items() if name not in free})
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
                f"write it with B sources and capacitors, or {NODAL}",
                element.location,
            )
        reader(laws, element)
    return laws


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


def _gain(laws: Laws, element: Element) -> Expression:
    """What F or H gives: gain times the current through the controlling source."""
    return product(laws.quantity(element, element.value), Current(element.controls[0]))


def _current_gain(laws: Laws, element: Element) -> None:
    laws.currents.append(_between(element, _parallel(element, _gain(laws, element))))


def _transresistance(laws: Laws, element: Element) -> None:
    laws.voltages.append(_between(element, _gain(laws, element)))


def _coupling(laws: Laws, element: Element) -> None:
    value = laws.quantity(element, element.value, ())
    number = number_of(value)
    if number is not None and not abs(number) < 1.0:
        raise CircuitError(
            f"{element.name} couples {' and '.join(element.controls)} by {number:g}, so that their currents have no "
            f"explicit equation; write a coefficient below 1, or {NODAL}",
            element.location,
        )
    first, second = element.controls
    laws.couplings.append(Branch(element, first, second, value))


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
    """A conductance that its control sets: abrupt at the threshold, as ngspice has it without hysteresis."""
    threshold, hysteresis, by_current = _SWITCHES[element.kind]
    model = laws.models[element.model or ""]
    if float(model.parameters.get(hysteresis, 0.0)):
        raise CircuitError(
            f"the switch model {model.name} has {hysteresis}: with hysteresis {element.name} remembers, and has no "
            f"explicit equation; leave {hysteresis} out, or {NODAL}",
            model.location,
        )
    if extra := model.parameters.keys() - {threshold, hysteresis, "ron", "roff"}:
        raise CircuitError(
            f"the switch model {model.name} has {min(extra)}; only {threshold}, ron, roff are taken", model.location
        )
    at, on, off = (
        constant(float(model.parameters.get(key, default)))
        for key, default in ((threshold, 0.0), ("ron", 1.0), ("roff", 1e12))
    )
    control = Current(element.controls[0]) if by_current else _across(element.controls)
    siemens = Conditional(Binary(">", control, at), reciprocal(on), reciprocal(off))
    laws.currents.append(
        _between(element, product(_parallel(element, laws.drawn(element, siemens)), _across(element.nodes)))
    )


_SWITCHES = {"S": ("vt", "vh", False), "W": ("it", "ih", True)}
"""Names of threshold and hysteresis, and whether a current controls it."""

_READERS: Mapping[str, Callable[[Laws, Element], None]] = {
    "R": _resistor,
    "C": _capacitor,
    "L": _inductor,
    "G": _transconductance,
    "E": _voltage_gain,
    "B": _behavioural,
    "V": _voltage_source,
    "I": _current_source,
    "F": _current_gain,
    "H": _transresistance,
    "K": _coupling,
    "S": _switch,
    "W": _switch,
}
"""One reader a kind."""
