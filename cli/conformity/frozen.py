"""Switches as the resistors they are at an operating point: ngspice 39 takes every switch as open in `.ac`."""

from __future__ import annotations

from collections.abc import Mapping

from ...netlist import Circuit, Element, Traces
from ...netlist.model_parameters import declared

_THRESHOLDS: Mapping[str, tuple[str, str]] = {"S": ("vt", "vh"), "W": ("it", "ih")}


def with_frozen_switches(circuit: Circuit, point: Traces) -> Circuit:
    """The flat circuit with a resistor in the place of every switch, closed or open as it is at the point."""
    return circuit.replace(
        elements=tuple(
            _resistor(each, circuit, point) if each.kind in _THRESHOLDS else each for each in circuit.elements
        )
    )


def has_switches(circuit: Circuit) -> bool:
    """Whether the circuit has any."""
    return bool(circuit.of_kind(*_THRESHOLDS))


def _resistor(switch: Element, circuit: Circuit, point: Traces) -> Element:
    model = circuit.models[switch.model or ""]
    known = declared(model.type) or {}
    numbers = {name: model.parameters.get(name, each.default) for name, each in known.items()}
    place, _, name = switch.name.rpartition(".")
    closed = _is_closed(switch, numbers, point)
    return Element(
        f"{place}.r_{name}" if place else f"r_{name}",
        switch.nodes,
        numbers["ron" if closed else "roff"],  # type: ignore[arg-type]
        location=switch.location,
    )


def _is_closed(switch: Element, numbers: Mapping[str, object], point: Traces) -> bool:
    """Beyond its thresholds as its control says, between them as its card does."""
    middle, half = (float(numbers[name] or 0.0) for name in _THRESHOLDS[switch.kind])  # type: ignore[arg-type]
    control = _control(switch, point)
    if abs(control - middle) > abs(half):
        return control > middle
    return "on" in switch.parameters


def _control(switch: Element, point: Traces) -> float:
    if switch.kind == "W":
        return float(point[f"i({switch.controls[0]})"])
    plus, minus = (0.0 if node == "0" else float(point[f"v({node})"]) for node in switch.controls)
    return plus - minus
