"""SPICE numbers: `4.7k`, `10uF`, `1meg`, `-2.5e-3`, read to the nearest float and written so that they read back.

The scale suffix shifts the decimal exponent before the one rounding that `float` does, so `4.7k` is exactly `4700.0`.
Letters after the suffix are a unit and change nothing, as in ngspice; but they must be a unit one knows, because SPICE
would read `1mho` as one thousandth and `1k5` as one thousand without a word.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from difflib import get_close_matches

from .errors import CircuitError, Location, NetlistError

SCALES = {"t": 12, "g": 9, "meg": 6, "k": 3, "m": -3, "u": -6, "µ": -6, "μ": -6, "n": -9, "p": -12, "f": -15}
"""Decimal exponent of each suffix, in any case. `mil` (25.4e-6, a thousandth of an inch) is no power of ten."""

_UNIT_WORDS = (
    "ohm ohms ω r f farad farads h henry henrys henries v volt volts vpp vrms vdc vac a amp amps ampere "
    "amperes s sec secs second seconds hz hertz w watt watts c coulomb coulombs j joule joules kelvin "
    "siemens deg degree degrees rad m meter meters metre metres db bit bits cel celsius "
)
UNITS = frozenset(_UNIT_WORDS.split())
"""Units that may follow a number; they are read and change nothing."""

_SWALLOWED = frozenset(["farad", "farads", "mho", "mhos", "meter", "meters", "metre", "metres", "tesla", "gauss"])

_NUMBER = re.compile(
    r"([-+]?(?:\d+\.?\d*|\.\d+))(?:e([-+]?\d+))?(meg|mil|[tgkmunpfµμ])?(.*)", re.IGNORECASE | re.DOTALL
)
_MIL = Decimal("25.4e-6")


def looks_numeric(text: str) -> bool:
    """Whether a word starts as a number does: a digit, or a digit after a sign or a point."""
    return bool(text) and text.lstrip("+-.")[:1].isdigit()


def number(text: str, location: Location | None = None) -> float:
    """The value of a SPICE number in SI units.

    Raises NetlistError for what is no number, for an unknown unit, and for one beyond the range of a float.
    """
    match = _NUMBER.match(text)
    if match is None:
        raise NetlistError(f"{text!r} is not a number; write one such as 4.7k, 10uF or -2.5e-3", location)
    mantissa, exponent, scale, unit = match.groups()
    if unit and unit.lower() not in UNITS:
        raise NetlistError(_unit_cause(text, mantissa, exponent, scale, unit), location)
    scale = (scale or "").lower()
    if scale == "mil":
        value = float(Decimal(f"{mantissa}e{exponent or 0}") * _MIL)
    else:
        value = float(f"{mantissa}e{int(exponent or 0) + SCALES.get(scale, 0)}")
    if math.isinf(value):
        raise NetlistError(f"{text!r} is beyond the range of a float (1.8e308); write a smaller number", location)
    return value


def _unit_cause(text: str, mantissa: str, exponent: str | None, scale: str | None, unit: str) -> str:
    """Why the letters after a number make no unit, and what to write instead."""
    if unit[:1].isdigit():
        cure = f"write the decimal point instead, as in {mantissa}.{unit}{scale}"
        return f"{text!r} has digits after its suffix {scale!r}; {cure}"
    if re.search(r"[-+*/^(]", unit):
        return f"{text!r} is an expression without braces; write {{{text}}}"
    letters = (scale or "") + unit
    if letters.lower() in _SWALLOWED:
        value = f"{mantissa}e{exponent}" if exponent else mantissa
        return f"{text!r} would be {mantissa}{scale} to SPICE, which takes the {scale!r} for a suffix; write {value}"
    near = get_close_matches(unit.lower(), UNITS, 1) or get_close_matches(letters.lower(), UNITS, 1)
    instead = f"{mantissa}{'e' + exponent if exponent else ''}"
    hint = f", or {instead}{scale or ''}{near[0]}" if near and near[0] not in SCALES else ""
    scaled = f"a unit {unit!r} after the suffix {scale!r}" if scale else f"a unit {unit!r}"
    return f"{text!r} has {scaled} that is not known; write the number without it, as in {instead}{scale or ''}{hint}"


def format_number(value: float) -> str:
    """The shortest text that reads back as exactly this float. Raises CircuitError for an infinite or undefined one."""
    if not math.isfinite(value):
        raise CircuitError(f"the value {value} cannot be written in a netlist; give a finite number")
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text
