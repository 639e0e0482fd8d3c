"""What a source does: its DC value, its AC phasor, and a waveform in time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .expression import Binary, Call, Expression, Name, constant

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
        Waveform("sffm", ("vo", "va", "fm", "mdi", "fc", "td", "phasem", "phasec"), 2),
        Waveform("am", ("vo", "vmo", "vma", "fm", "fc", "td", "phasem", "phasec"), 2),
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
    if shape in ("pulse", "exp"):
        return arguments[0]
    if shape == "pwl":
        return _pwl_start(arguments)
    if shape == "sin":
        offset, amplitude, *rest = arguments
        phase = rest[3] if len(rest) > 3 else 0.0
        return offset if phase == 0.0 else _offset_sine(offset, amplitude, phase)
    return arguments[0] if shape == "sffm" else 0.0


def _offset_sine(offset: Value, amplitude: Value, phase: Value) -> Value:
    """offset + amplitude·sin(phase), the phase in degrees."""
    if isinstance(offset, float) and isinstance(amplitude, float) and isinstance(phase, float):
        return offset + amplitude * math.sin(math.radians(phase))
    radians = Binary("*", _tree(phase), Binary("/", Name("pi"), constant(180.0)))
    return Binary("+", _tree(offset), Binary("*", _tree(amplitude), Call("sin", (radians,))))


def _pwl_start(arguments: tuple[Value, ...]) -> Value:
    """The first point that is not before time zero decides; between two points the line through them does."""
    times, values = arguments[::2], arguments[1::2]
    plain = [value for value in arguments if isinstance(value, float)]
    if len(plain) < len(arguments) or float(plain[0]) >= 0.0:
        return values[0]
    for index in range(1, len(times)):
        start, stop = plain[2 * index - 2], plain[2 * index]
        if stop > 0.0:
            return plain[2 * index - 1] + (plain[2 * index + 1] - plain[2 * index - 1]) * (-start) / (stop - start)
    return values[-1]


def _tree(value: Value) -> Expression:
    return value if isinstance(value, Expression) else constant(value)
