"""The sources of a circuit as the table of compiled loops: arguments that were left out are as ngspice 39 takes them.

pulse  tr and tf are the step of `.tran`, pw and per its stop time, where they are left out or 0; td and number are 0
sin    freq is one period over the stop time where it is left out or 0; td, theta and phase are 0
exp    td1, tau1 and tau2 are the step where they are left out or 0, td2 is td1 plus the step
sffm   fc and fs are 1/stop where they are left out or 0; mdi and the phases are 0
am     mf is 1/stop where it is left out or 0; fc, td and the phase are 0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.stimulus import Stimulus
from .waveforms import (
    AMPLITUDE_MODULATED,
    DIRECT,
    EXPONENTIAL,
    FREQUENCY_MODULATED,
    PIECEWISE,
    PULSE,
    SINE,
    Sources,
)


def sources_of(elements: Sequence[Element], step: float | None = None, stop: float | None = None) -> Sources:
    """The table of V and I elements of a flat, scalar circuit, in their order.

    `step` and `stop` are those of `.tran`, in seconds. Without them every source has its DC value alone.

    Raises:
        CircuitError: a waveform that is not computed, or a number that none can have.
    """
    kinds, rows, direct = [], [], []
    for element in elements:
        stimulus = element.value if isinstance(element.value, Stimulus) else Stimulus(_number(element, element.value))
        direct.append(_number(element, stimulus.dc))
        timed = stimulus.shape is not None and step is not None and stop is not None
        kind, row = _row(element, stimulus, step or 0.0, stop or 0.0) if timed else (DIRECT, [])
        kinds.append(kind)
        rows.append(row)
    count = np.array([len(row) for row in rows], np.int64)
    return Sources(
        np.array(kinds, np.int64),
        np.cumsum(count) - count,
        count,
        np.array([number for row in rows for number in row], np.float64),
        np.array(direct, np.float64),
    )


Row = tuple[int, list[float]]


def _row(element: Element, stimulus: Stimulus, step: float, stop: float) -> Row:
    rule = _ROWS.get(stimulus.shape or "")
    if rule is None:
        raise CircuitError(
            f"{element.name} has the waveform {stimulus.shape}, which is random; write its path as a pwl, "
            "or give the node noise by *@ noise",
            element.location,
        )
    return rule(element, [_number(element, argument) for argument in stimulus.arguments], step, stop)


def _number(element: Element, value: object) -> float:
    if not isinstance(value, float | int) or not math.isfinite(value):
        raise CircuitError(f"{element.name} has the argument {value}, which is no number yet", element.location)
    return float(value)


def _or(arguments: list[float], position: int, otherwise: float) -> float:
    """An argument, or what ngspice takes where it is left out or 0."""
    return (arguments[position] if position < len(arguments) else 0.0) or otherwise


def _positive(element: Element, what: str, value: float) -> float:
    if value <= 0.0:
        raise CircuitError(
            f"{element.name} has the {what} {value:g} s, which takes no time; write a positive one", element.location
        )
    return value


def _pulse(element: Element, arguments: list[float], step: float, stop: float) -> Row:
    names = ("rise time", "fall time", "width", "period")
    times = [
        _positive(element, name, _or(arguments, position, otherwise))
        for position, (name, otherwise) in enumerate(zip(names, (step, step, stop, stop), strict=True), start=3)
    ]
    return PULSE, [*arguments[:2], _or(arguments, 2, 0.0), *times, max(_or(arguments, 7, 0.0), 0.0)]


def _sine(element: Element, arguments: list[float], step: float, stop: float) -> Row:
    return SINE, [*arguments[:2], _or(arguments, 2, 1.0 / stop), *(_or(arguments, k, 0.0) for k in (3, 4, 5))]


def _exponential(element: Element, arguments: list[float], step: float, stop: float) -> Row:
    rise_delay = _or(arguments, 2, step)
    rise = _positive(element, "rise time constant", _or(arguments, 3, step))
    fall_delay = _or(arguments, 4, rise_delay + step)
    fall = _positive(element, "fall time constant", _or(arguments, 5, step))
    if fall_delay < rise_delay:
        raise CircuitError(
            f"{element.name} falls at {fall_delay:g} s, before it rises at {rise_delay:g} s; write td2 not below td1",
            element.location,
        )
    return EXPONENTIAL, [*arguments[:2], rise_delay, rise, fall_delay, fall]


def _frequency_modulated(element: Element, arguments: list[float], step: float, stop: float) -> Row:
    carrier, index, signal = _or(arguments, 2, 1.0 / stop), _or(arguments, 3, 0.0), _or(arguments, 4, 1.0 / stop)
    return FREQUENCY_MODULATED, [
        *arguments[:2],
        carrier,
        index,
        signal,
        _or(arguments, 5, 0.0),
        _or(arguments, 6, 0.0),
    ]


def _amplitude_modulated(element: Element, arguments: list[float], step: float, stop: float) -> Row:
    """ngspice 39 does not read the sixth number; it takes the seventh for both phases."""
    signal, carrier, delay = _or(arguments, 2, 1.0 / stop), _or(arguments, 3, 0.0), _or(arguments, 4, 0.0)
    return AMPLITUDE_MODULATED, [*arguments[:2], signal, carrier, delay, _or(arguments, 6, 0.0)]


def _piecewise(element: Element, arguments: list[float], step: float, stop: float) -> Row:
    times = arguments[::2]
    for earlier, later in pairwise(times):
        if later <= earlier:
            raise CircuitError(
                f"{element.name} has the times {earlier:g} and {later:g} s in its pwl, which do not increase; "
                "put the points in order of time",
                element.location,
            )
    return PIECEWISE, [_delay(element), _repeat(element, times), *arguments]


def _delay(element: Element) -> float:
    _only_on_voltage_sources(element, "td")
    return _number(element, element.parameters.get("td", 0.0))


def _repeat(element: Element, times: list[float]) -> float:
    """The time from which a PWL repeats, −1 for never."""
    _only_on_voltage_sources(element, "r")
    asked = _number(element, element.parameters.get("r", -1.0))
    if asked == -1.0 or asked in times[:-1]:
        return asked
    raise CircuitError(
        f"{element.name} repeats its pwl from {asked:g} s, where it has no point, or none behind; "
        f"write r= one of {', '.join(f'{time:g}' for time in times[:-1]) or 'more points'}, or -1",
        element.location,
    )


def _only_on_voltage_sources(element: Element, parameter: str) -> None:
    if element.kind != "V" and parameter in element.parameters:
        raise CircuitError(
            f"{element.name} has {parameter}=, which ngspice reads on voltage sources alone; "
            "let a voltage source drive it through a G element",
            element.location,
        )


_ROWS: Mapping[str, Callable[[Element, list[float], float, float], Row]] = {
    "pulse": _pulse,
    "sin": _sine,
    "exp": _exponential,
    "pwl": _piecewise,
    "sffm": _frequency_modulated,
    "am": _amplitude_modulated,
}
