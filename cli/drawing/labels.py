"""What stands beside a symbol: numbers with SI prefixes, waveforms, models, expressions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from ...netlist.element import Element
from ...netlist.elements import KINDS
from ...netlist.expression import Expression
from ...netlist.expression_text import write_expression
from ...netlist.stimulus import Stimulus

_PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
_UNITS = {"ohm": "Ω", "V/V": "", "A/A": ""}
_LONGEST = 26
_CHARACTER = 0.15


def quantity(value: float, unit: str = "", digits: int = 4) -> str:
    """`4.7 kΩ`: a number with the SI prefix that leaves one to three digits before the point."""
    unit = _UNITS.get(unit, unit)
    if not math.isfinite(value) or value == 0.0 or not unit:
        return f"{value:g} {unit}".strip()
    exponent = min(12, max(-15, 3 * math.floor(math.log10(abs(value)) / 3 + 1e-12)))
    scaled = float(f"{value / 10.0**exponent:.{digits}g}")
    if abs(scaled) >= 1000.0 and exponent < 12:
        exponent, scaled = exponent + 3, scaled / 1000.0
    return f"{scaled:g} {_PREFIXES[exponent]}{unit}".strip()


def label_width(text: str) -> float:
    """About how many units wide a line of text is."""
    return _CHARACTER * len(text)


def value_text(element: Element) -> str:
    """The element's value in a few characters; nothing where there is none to show."""
    text = _BY_KIND.get(element.kind, _plain)(element)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def shape_text(element: Element) -> str:
    """`1568 × 100` of an array element."""
    return " × ".join(map(str, element.shape))


def _plain(element: Element) -> str:
    declared = KINDS[element.kind].value
    if element.value is None:
        return element.model or ""
    return _number(element.value, declared.unit if declared else "")


def _number(value: object, unit: str) -> str:
    if isinstance(value, np.ndarray):
        least, greatest = float(value.min()), float(value.max())
        return (
            quantity(least, unit, 2)
            if least == greatest
            else f"{quantity(least, unit, 2)} … {quantity(greatest, unit, 2)}"
        )
    if isinstance(value, Expression):
        return f"{{{write_expression(value)}}}"
    return quantity(value, unit) if isinstance(value, float) else str(value)


def _resistor(element: Element) -> str:
    return _number(element.parameters["g"], "S") if "g" in element.parameters else _plain(element)


def _source(element: Element) -> str:
    unit = "V" if element.kind == "V" else "A"
    value = element.value
    if not isinstance(value, Stimulus):
        return "" if value is None else _number(value, unit)
    parts = [_number(value.dc, unit)] if value.dc != 0.0 or not value.shape else []
    if value.ac is not None:
        parts.append(f"ac {_number(value.ac[0], '')}")
    if value.shape is not None:
        arguments = " ".join(_number(argument, "").replace(" ", "") for argument in value.arguments)
        parts.append(f"{value.shape}({arguments})")
    return ", ".join(parts)


def _controlled(element: Element) -> str:
    if not element.controls or "poly" in element.parameters:
        return _number(element.value, "") if isinstance(element.value, Expression) else "nonlinear"
    sensed = ",".join(element.controls)
    signal = "v" if KINDS[element.kind].control_type == "node" else "i"
    return f"{_number(element.value, '')}·{signal}({sensed})"


def _behavioural(element: Element) -> str:
    for key in ("v", "i"):
        tree = element.parameters.get(key)
        if isinstance(tree, Expression):
            return f"{key} = {write_expression(tree)}"
    return ""


def _switch(element: Element) -> str:
    return f"{element.model} by {','.join(element.controls)}"


def _line(element: Element) -> str:
    units = {"z0": "Ω", "td": "s"}
    given = (_number(element.parameters[key], unit) for key, unit in units.items() if key in element.parameters)
    return ", ".join(given)


def _model(element: Element) -> str:
    return element.model or ""


_BY_KIND: Mapping[str, Callable[[Element], str]] = {
    "R": _resistor,
    "V": _source,
    "I": _source,
    "E": _controlled,
    "F": _controlled,
    "G": _controlled,
    "H": _controlled,
    "B": _behavioural,
    "S": _switch,
    "W": _switch,
    "T": _line,
    "D": _model,
    "M": _model,
    "Q": _model,
    "J": _model,
    "X": _model,
}
