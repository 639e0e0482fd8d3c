"""Elements as instances of devices: which device, its numbers, and the unknowns of its local names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...netlist.circuit import Circuit, Model
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.expression import Binary, Current, Expression, Number, Unary, Voltage
from ...netlist.expression import names as names_of
from ...netlist.stimulus import Stimulus
from ..devices import Device, device_of
from ..devices.behavioural import law, polynomial, tabulated
from ..devices.controlled import (
    CURRENT_GAIN,
    CURRENT_SOURCE,
    TRANSCONDUCTANCE,
    TRANSRESISTANCE,
    VOLTAGE_GAIN,
    VOLTAGE_SOURCE,
)
from ..devices.passive import CAPACITOR, COUPLING, INDUCTOR, RESISTOR, VALUE
from ..devices.switch import SWITCH
from .instance import GROUND, MODEL_KEYS, Instance, current_of, has_branch
from .surroundings import Surroundings

IGNORED = frozenset(
    {"ic", "off", "on", "noisy", "bv_max", "sens_area", "thermal", "nt", "portnum", "z0", "r", "td", "ac"}
)
"""Keywords of cards that are not the device's numbers; what needs them reads them from the element."""
SIZES = {"defl": "l", "defw": "w", "defad": "ad", "defas": "as"}
"""Options that give the sizes of MOSFETs whose cards have none."""


def instances_of(flat: Circuit, surroundings: Surroundings) -> list[Instance]:
    """Every element of a flat, scalar circuit but lossless lines (`lines`) as an instance. Linear in their number.

    Raises:
        CircuitError: an element, a model or a parameter that no device takes.
    """
    reader = _Reader(flat, surroundings)
    return [reader.instance(element) for element in flat.elements if element.kind != "T"]


class _Reader:
    """The circuit's models and elements, for readers of single cards."""

    def __init__(self, flat: Circuit, surroundings: Surroundings):
        self.flat, self.surroundings = flat, surroundings
        self.branches = {element.name for element in flat.elements if has_branch(element)}

    def instance(self, element: Element) -> Instance:
        read = _READERS.get(element.kind)
        if read is None:
            raise CircuitError(
                f"{element.name} is an element {element.kind}, which has no device here; tellegen simulate "
                "--engine ngspice runs it",
                element.location,
            )
        return read(self, element)

    def numbers(self, element: Element, device: Device, model: Model | None = None) -> dict[str, float]:
        """The given numbers of model and instance by the device's names, and those of the surroundings."""
        found: dict[str, float] = {}
        if model is not None:
            found = {
                name: _number(element, name, value)
                for name, value in model.parameters.items()
                if name not in MODEL_KEYS and name in device.parameters
            }
        for name, value in element.parameters.items():
            local = "multiplicity" if name == "m" else name
            if local in device.parameters and value is not None and not isinstance(value, bool):
                found[local] = _number(element, name, value)
            elif name not in IGNORED and name not in ("temp", "dtemp", "m"):
                raise CircuitError(
                    f"{element.name} has the parameter {name}, which the {device.name} here does not know; "
                    "leave it out",
                    element.location,
                )
        return found | self.surroundings.of(element, model)

    def model(self, element: Element) -> Model:
        return self.flat.models[element.model or ""]

    def branch(self, element: Element, read: str) -> str:
        """The unknown of a current that an element reads."""
        if read not in self.branches:
            found = "which is no element of the circuit" if read not in self.flat else "which has no branch current"
            raise CircuitError(
                f"{element.name} reads i({read}), {found}; put a voltage source of 0 V in series and read that",
                element.location,
            )
        return current_of(read)


def _number(element: Element, name: str, value: Any) -> float:
    if not isinstance(value, int | float):
        raise CircuitError(f"{element.name} has {name}={value!r} where a number must stand", element.location)
    return float(value)


def _pair(element: Element) -> dict[str, str]:
    first, second = element.nodes
    return {"positive": first, "negative": second}


def _passive(device: Device) -> Callable[[_Reader, Element], Instance]:
    def read(reader: _Reader, element: Element) -> Instance:
        if "q" in element.parameters:
            _plain(element)
            return _expressed(reader, element, _expression(element, element.parameters["q"]), "charge")
        if isinstance(element.value, Expression):
            _plain(element)
            return _expressed(reader, element, element.value, "capacitance" if element.kind == "C" else "inductance")
        model = reader.model(element) if element.model else None
        numbers = reader.numbers(element, device, model)
        if element.value is not None:
            numbers[VALUE] = _number(element, "value", element.value)
        return Instance(element, device, numbers, _pair(element))

    return read


def _plain(element: Element) -> None:
    """What ngspice 39 makes something else of, where a capacitance, a charge or an inductance is an expression."""
    if "ic" in element.parameters:
        raise CircuitError(
            f"{element.name} has ic=, which ngspice does not read of a {element.kind} by expression; write .ic "
            "v(node)= for its nodes, or leave it out",
            element.location,
        )
    drifts = [name for name in ("tc1", "tc2") if element.kind == "C" and name in element.parameters]
    if drifts:
        raise CircuitError(
            f"{element.name} has {drifts[0]}=, by which ngspice divides a capacitor by expression; write it into the "
            "expression, such as c='1n*(1+v(a))*(1+1m*(temper-27))'",
            element.location,
        )


def _resistor(reader: _Reader, element: Element) -> Instance:
    """A plain one, or one whose resistance reads voltages or time: a current source of v/r."""
    if isinstance(element.value, Expression):
        return _expressed(reader, element, Binary("/", Voltage(*element.nodes), element.value), "current")
    return _passive(RESISTOR)(reader, element)


def _coupling(reader: _Reader, element: Element) -> Instance:
    first, second = (reader.flat[name] for name in element.controls)
    raw = {VALUE: _number(element, "value", element.value), **reader.surroundings.of(element, None)}
    for name, each in (("first", first), ("second", second)):
        if each.kind != "L":
            raise CircuitError(f"{element.name} couples {each.name}, which is no inductor", element.location)
        raw[name] = _number(each, "value", each.value)
    return Instance(element, COUPLING, raw, {"first": current_of(first.name), "second": current_of(second.name)})


def _source(device: Device) -> Callable[[_Reader, Element], Instance]:
    def read(reader: _Reader, element: Element) -> Instance:
        if not isinstance(element.value, int | float | Stimulus):
            raise CircuitError(f"{element.name} has the value {element.value!r}; write a number", element.location)
        return Instance(element, device, reader.surroundings.of(element, None), _pair(element))

    return read


def _controlled(by_gain: Device, kind: str) -> Callable[[_Reader, Element], Instance]:
    """E, F, G or H: a gain, or an expression, a polynomial or a table of what it reads."""

    def read(reader: _Reader, element: Element) -> Instance:
        reads: list[Voltage | Current]
        if element.kind in "EG":
            controls = element.controls
            reads = [Voltage(*pair) for pair in zip(controls[::2], controls[1::2], strict=True)]
        else:
            reads = [Current(name) for name in element.controls]
        if isinstance(element.value, Expression):
            return _expressed(reader, element, element.value, kind)
        if "poly" in element.parameters:
            coefficients: Any = element.parameters["poly"]
            return _expressed(reader, element, polynomial(coefficients, reads), kind)
        if "table" in element.parameters:
            of, *points = element.parameters["table"]  # type: ignore[misc]
            numbers = [_number(element, "table", point) for point in points]
            return _expressed(reader, element, tabulated(_expression(element, of), numbers), kind)
        names = _pair(element)
        if element.kind in "EG":
            names |= dict(zip(("control positive", "control negative"), element.controls, strict=True))
        else:
            names["control"] = reader.branch(element, element.controls[0])
        raw = reader.numbers(element, by_gain)
        return Instance(element, by_gain, {**raw, VALUE: _number(element, "gain", element.value)}, names)

    return read


def _behavioural(reader: _Reader, element: Element) -> Instance:
    name = "v" if "v" in element.parameters else "i"
    value = _expression(element, element.parameters[name])
    return _expressed(reader, element, value, "voltage" if name == "v" else "current")


def _expression(element: Element, value: object) -> Expression:
    if isinstance(value, Expression):
        return value
    number = _number(element, "value", value)
    return Number(number) if number >= 0.0 else Unary("-", Number(-number))


EXPRESSED = frozenset({"poly", "table", "q", "v", "i"})


def _expressed(reader: _Reader, element: Element, expression: Expression, kind: str) -> Instance:
    if "hertz" in names_of(expression):
        raise CircuitError(
            f"{element.name} reads the frequency, hertz, which has no value here; write its equation with R, L and C",
            element.location,
        )
    found = law(expression, kind)
    rest = {name: value for name, value in element.parameters.items() if name not in EXPRESSED}
    plain = Element(element.name, element.nodes, parameters=rest, location=element.location)
    raw = reader.numbers(plain, found.device)
    raw |= {f"constant {k}": value for k, value in enumerate(found.constants)}
    names = _pair(element)
    for k, read in enumerate(found.reads):
        if isinstance(read, Current):
            names |= {f"read {k} +": reader.branch(element, read.element), f"read {k} -": GROUND}
        else:
            names |= {f"read {k} +": read.positive, f"read {k} -": read.negative or GROUND}
    return Instance(element, found.device, raw, names)


def _switch(reader: _Reader, element: Element) -> Instance:
    model = reader.model(element)
    names = _pair(element)
    if element.kind == "S":
        names |= dict(zip(("control positive", "control negative"), element.controls, strict=True))
    else:
        names |= {"control positive": reader.branch(element, element.controls[0]), "control negative": GROUND}
    return Instance(element, SWITCH, reader.numbers(element, SWITCH, model), names)


def _modelled(reader: _Reader, element: Element) -> Instance:
    model = reader.model(element)
    device = device_of(element, model)
    names = dict(zip(device.terminals, element.nodes, strict=False))
    names |= {name: GROUND for name in device.terminals if name not in names}
    numbers = reader.numbers(element, device, model)
    if element.kind == "M":
        sizes = {name: reader.flat.options[option] for option, name in SIZES.items() if option in reader.flat.options}
        numbers = {name: _number(element, name, value) for name, value in sizes.items()} | numbers
    return Instance(element, device, numbers, names)


_READERS: Mapping[str, Callable[[_Reader, Element], Instance]] = {
    "R": _resistor,
    "C": _passive(CAPACITOR),
    "L": _passive(INDUCTOR),
    "K": _coupling,
    "V": _source(VOLTAGE_SOURCE),
    "I": _source(CURRENT_SOURCE),
    "E": _controlled(VOLTAGE_GAIN, "voltage"),
    "F": _controlled(CURRENT_GAIN, "current"),
    "G": _controlled(TRANSCONDUCTANCE, "current"),
    "H": _controlled(TRANSRESISTANCE, "voltage"),
    "B": _behavioural,
    "S": _switch,
    "W": _switch,
    **dict.fromkeys("DQMJ", _modelled),
}
