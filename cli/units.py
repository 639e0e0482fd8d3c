"""The units of signals and of axes, from their names."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SIGNALS = (
    (re.compile(r"[vi]db\("), "dB"),
    (re.compile(r"[vi]p\("), "rad"),
    (re.compile(r"i[mri]?\("), "A"),
    (re.compile(r"p\("), "W"),
    (re.compile(r"[io]noise_"), "V/√Hz"),
    (re.compile(r".*impedance"), "Ω"),
    (re.compile(r"transfer_function"), ""),
)
_AXES: Mapping[str, str] = {"time": "s", "frequency": "Hz", "temp": "°C"}
_SWEPT: Mapping[str, str] = {"v": "V", "i": "A", "r": "Ω"}


def unit_of(signal: str) -> str:
    """Volt for `v(…)`, ampere for `i(…)`, watt for `p(…)`, decibels and radians for parts of phasors, and so on."""
    return next((unit for pattern, unit in _SIGNALS if pattern.match(signal)), "V")


def unit_of_axis(axis: str) -> str:
    """Seconds, hertz, degrees Celsius, or the unit of the swept source or resistor."""
    return _AXES.get(axis) or _SWEPT.get(axis[:1], "")
