"""Independent and linear controlled sources. What V and I give comes from outside (`sources` of the tables).

V  v − e(t) = 0      I  i = a(t)
E  v = gain·v(c)     H  v = gain·i(c)     G  i = gain·v(c)     F  i = gain·i(c)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...netlist.declaration import Parameter
from .device import Charges, Currents, Device, Parameters, Physics, Scalar
from .passive import PAIR, VALUE

SENSE = ("control positive", "control negative")
GAIN: Mapping[str, Parameter] = {
    VALUE: Parameter(VALUE, "gain"),
    "multiplicity": Parameter("m", "number of equal elements in parallel", "", 1.0, 0.0, open_minimum=True),
    "tc1": Parameter("tc1", "first-order temperature coefficient", "1/°C", 0.0),
    "tc2": Parameter("tc2", "second-order temperature coefficient", "1/°C²", 0.0),
}


def drift(raw: Parameters) -> Scalar:
    """1 + tc1·ΔT + tc2·ΔT² with ΔT from 27 °C."""
    rise = raw.temperature - raw.nominal
    return 1.0 + raw.tc1 * rise + raw.tc2 * rise * rise


def _gain(raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    return {"gain": raw[VALUE] * drift(raw)}


def _parallel_gain(raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    return {"gain": raw[VALUE] * drift(raw) * raw.multiplicity}


def _nothing(raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    return {}


def voltage_law(value: Callable[[Sequence[Scalar], Parameters], Scalar]) -> Physics:
    """The physics of a branch whose voltage is a function of what follows (voltage, current) among its controls."""

    def physics(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
        voltage, current, *rest = u
        return {"positive": current, "negative": -current, "current": voltage - value(rest, p)}, {}

    return physics


def _current(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    current = p.gain * u[0]
    return {"positive": current, "negative": -current}, {}


def _source_current(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    return {}, {}


BRANCH = (PAIR, ("current", None))
VOLTAGE_SOURCE = Device(
    "voltage source",
    PAIR,
    BRANCH,
    voltage_law(lambda rest, p: 0.0),
    _nothing,
    {},
    branch_currents=("current",),
    linear=True,
    monotone=True,
)
CURRENT_SOURCE = Device("current source", PAIR, (), _source_current, _nothing, {}, linear=True, monotone=True)
VOLTAGE_GAIN = Device(
    "voltage-controlled voltage source",
    (*PAIR, *SENSE),
    (*BRANCH, SENSE),
    voltage_law(lambda rest, p: p.gain * rest[0]),
    _gain,
    GAIN,
    branch_currents=("current",),
    linear=True,
)
TRANSRESISTANCE = Device(
    "current-controlled voltage source",
    PAIR,
    (*BRANCH, ("control", None)),
    voltage_law(lambda rest, p: p.gain * rest[0]),
    _gain,
    GAIN,
    branch_currents=("current",),
    linear=True,
)
TRANSCONDUCTANCE = Device(
    "voltage-controlled current source", (*PAIR, *SENSE), (SENSE,), _current, _parallel_gain, GAIN, linear=True
)
CURRENT_GAIN = Device(
    "current-controlled current source", PAIR, (("control", None),), _current, _parallel_gain, GAIN, linear=True
)
