"""What a source does: its DC value, its AC phasor, and a waveform in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from .expression import Binary, Call, Expression, constant

Value = float | Expression


@dataclass(frozen=True, slots=True)
class Waveform:
    """A waveform's word and its arguments, `required` of which must be given; PWL takes any even number."""

    name: str
    arguments: tuple[str, ...]
    required: int

    @property
    def card(self) -> str:
        """How to write it."""
        optional = self.arguments[self.required :]
        tail = f" [{' '.join(optional)}]" if optional else ""
        return f"{self.name}({' '.join(self.arguments[: self.required])}{tail})"


WAVEFORMS: Mapping[str, Waveform] = {
    waveform.name: waveform
    for waveform in (
        Waveform("pulse", ("v1", "v2", "td", "tr", "tf", "pw", "per", "phase"), 2),
        Waveform("sin", ("vo", "va", "freq", "td", "theta", "phase"), 2),
        Waveform("exp", ("v1", "v2", "td1", "tau1", "td2", "tau2"), 2),
        Waveform("pwl", ("t1", "v1", "…"), 2),
        Waveform("sffm", ("vo", "va", "fc", "mdi", "fs", "phasec", "phases"), 5),
        Waveform("am", ("va", "vo", "mf", "fc", "td", "phasec", "phases"), 3),
        Waveform("trnoise", ("na", "nt", "nalpha", "namp", "rtsam", "rtscapt", "rtsemt"), 2),
        Waveform("trrandom", ("type", "ts", "td", "param1", "param2"), 2),
    )
}
"""The waveforms of V and I by their word."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """What a V or I source gives; volts or amperes, seconds, hertz, degrees.

    `dc` is the value at the operating point. `ac` is (magnitude, phase). `shape` and `arguments` are a waveform of
    `WAVEFORMS`. A source with a DC value alone is a plain number and needs no Stimulus.
    """

    dc: Value = 0.0
    ac: tuple[Value, Value] | None = None
    shape: str | None = None
    arguments: tuple[Value, ...] = ()


def value_at_start(shape: str, arguments: tuple[Value, ...]) -> Value:
    """The waveform's value at time zero: what ngspice takes for the operating point when a source names no DC value."""
    return _STARTS.get(shape, _zero)(arguments)


def _zero(arguments: tuple[Value, ...]) -> Value:
    return 0.0


def _first(arguments: tuple[Value, ...]) -> Value:
    return arguments[0]


def _sine_start(arguments: tuple[Value, ...]) -> Value:
    """vo + va·sin(phase): also before the delay is over."""
    offset, amplitude, *rest = arguments
    return _offset_sine(offset, amplitude, _radians(rest[3])) if len(rest) > 3 else offset


def _modulated_start(arguments: tuple[Value, ...]) -> Value:
    """vo + va·sin(phasec + mdi·sin(phases))."""
    offset, amplitude, _, index, _, *phases = arguments
    carrier = _radians(phases[0]) if phases else 0.0
    if len(phases) > 1:
        carrier = _offset_sine(carrier, index, _radians(phases[1]))
    return _offset_sine(offset, amplitude, carrier) if phases else offset


def _pwl_start(arguments: tuple[Value, ...]) -> Value:
    """The first value, or where the times begin below zero the line through the points around zero."""
    plain = [value for value in arguments if isinstance(value, float)]
    if len(plain) < len(arguments) or plain[0] >= 0.0:
        return arguments[1]
    for (start, before), (stop, after) in pairwise(zip(plain[::2], plain[1::2], strict=True)):
        if stop > 0.0:
            return before + (after - before) * (-start) / (stop - start)
    return plain[-1]


_STARTS: Mapping[str, Callable[[tuple[Value, ...]], Value]] = {
    "pulse": _first,
    "exp": _first,
    "pwl": _pwl_start,
    "sin": _sine_start,
    "sffm": _modulated_start,
}


def _radians(degrees: Value) -> Value:
    if isinstance(degrees, Expression):
        return Binary("*", degrees, constant(math.pi / 180.0))
    return math.radians(degrees)


def _offset_sine(offset: Value, amplitude: Value, angle: Value) -> Value:
    """offset + amplitude·sin(angle)."""
    if isinstance(offset, float) and isinstance(amplitude, float) and isinstance(angle, float):
        return offset + amplitude * math.sin(angle)
    return Binary("+", _tree(offset), Binary("*", _tree(amplitude), Call("sin", (_tree(angle),))))


def _tree(value: Value) -> Expression:
    return value if isinstance(value, Expression) else constant(value)
