"""Which elements an ideal resistive circuit may have, and the one number each brings to its operating point.

R, V, I and ideal D are the circuit. At an operating point a capacitor is open and an inductor a short, as in SPICE, so
C and L are taken too (and their couplings K ignored). Real diodes may be MOSFETs tied to be diodes. Everything else is
refused by name, line and cure.
"""

from __future__ import annotations

import math

import numpy as np

from ..netlist import Circuit, Element, Stimulus
from ..netlist.diode_connected import is_diode, is_diode_connected
from ..netlist.elements import KINDS
from ..netlist.errors import CircuitError
from ..netlist.piecewise import with_ideal_parts
from ..netlist.resistance import conductance

TAKEN = frozenset("RVIDCLK")
ALWAYS_TAKEN = frozenset("RCLK")
"""Those that nothing on their card takes out."""
CURE = "use the nodal engine"


def refused(circuit: Circuit, smooth: bool = False) -> CircuitError | None:
    """The first reason in the deck's order why a flat circuit is not ideal and resistive, or None. O(elements).

    With `smooth` its diodes are real ones instead of ideal ones.
    """
    ideal = circuit.ideal_models
    for element in circuit.of_kind(*(circuit.kinds - ALWAYS_TAKEN)):
        kind = element.kind
        if kind not in TAKEN and not (smooth and is_diode_connected(element)):
            title = KINDS[kind].title if kind in KINDS else "element"
            return CircuitError(
                f"{element.name} is a {title}; the resistive solver takes R, V, I and ideal diodes "
                f"(and C, L at an operating point): {CURE}",
                element.location,
            )
        if smooth and kind == "D" and element.model in ideal:
            return CircuitError(
                f"diode {element.name} is ideal and others are not; leave out *@ ideal model={element.model}, or make "
                "all of them ideal",
                element.location,
            )
        if not smooth and kind == "D" and element.model not in ideal:
            return CircuitError(
                f"diode {element.name} has model {element.model}, which is not ideal; "
                f"add *@ ideal model={element.model} to solve it as an ideal diode, "
                f"*@ piecewise model={element.model} to give it straight segments, or {CURE}",
                element.location,
            )
        if kind in "VI" and (extra := [key for key in element.parameters if key != "m"]):
            return CircuitError(
                f"{element.name} has {extra[0]}, which an ideal source has not; "
                f"write its internal resistance as a resistor, or {CURE}",
                element.location,
            )
    return None


def has_real_diodes(circuit: Circuit) -> bool:
    """Whether any diode of a circuit is neither ideal nor piecewise-linear; MOSFETs tied to be diodes are real ones."""
    parts = with_ideal_parts(circuit).circuit
    return any(is_diode(element) and element.model not in parts.ideal_models for element in parts.elements)


def is_resistive(circuit: Circuit) -> bool:
    """Whether the batched solvers take all elements of a circuit, its diodes being ideal ones or real ones."""
    parts = with_ideal_parts(circuit).circuit
    return refused(parts, has_real_diodes(circuit)) is None


def conductance_of(element: Element) -> float | np.ndarray:
    """A resistor's conductance in siemens, finite and not negative."""
    value = conductance(element)
    if isinstance(value, float) and 0.0 <= value < math.inf:
        return value
    array = np.ravel(value)
    bad = array[(array < 0) | ~np.isfinite(array)]
    if len(bad):
        raise CircuitError(
            f"resistor {element.name} has a conductance of {bad[0]:g} S; the resistive solver needs 0 or more",
            element.location,
        )
    return value


def voltage_of(element: Element) -> float | np.ndarray:
    """A voltage source's DC value in volts; an inductor's is 0."""
    return 0.0 if element.kind == "L" else _steady(element)


def current_of(element: Element) -> float | np.ndarray:
    """A current source's DC value in amperes, times how many stand in parallel."""
    factor = element.parameters.get("m", 1.0)
    return _steady(element) * _number(element, factor)


def nothing_of(_: Element) -> float:
    """Diodes and capacitors bring no number."""
    return 0.0


def _steady(element: Element) -> float | np.ndarray:
    value = element.value.dc if isinstance(element.value, Stimulus) else element.value
    return _number(element, 0.0 if value is None else value)


def _number(element: Element, value: object) -> float | np.ndarray:
    if isinstance(value, (int, float, np.ndarray)) and np.all(np.isfinite(value)):
        return np.asarray(value, dtype=np.float64) if isinstance(value, np.ndarray) else float(value)
    raise CircuitError(
        f"the value of {element.name} is {value}, not a finite number; use circuit.flatten() first", element.location
    )
