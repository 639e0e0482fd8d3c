"""A switch is a resistor of two values; which of them holds is a state that the solver keeps, with hysteresis."""

from __future__ import annotations

from collections.abc import Sequence

from ...netlist.declaration import Parameter
from ...netlist.model_parameters import CURRENT_SWITCH
from ...netlist.model_parameters import SWITCH as VOLTAGE_SWITCH
from .controlled import SENSE
from .device import Charges, Currents, Device, NoiseSource, Parameters, Scalar
from .noise import resistor_noise
from .passive import PAIR


def _states(raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    threshold = raw.it if "it" in given else raw.vt
    hysteresis = raw.ih if "ih" in given else raw.vh
    closed, opened = raw.multiplicity / raw.ron, raw.multiplicity / raw.roff
    return {
        "conductance": opened,
        "closed": closed,
        "opened": opened,
        "threshold": threshold,
        "hysteresis": hysteresis,
    }


def _physics(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    current = p.conductance * u[0]
    return {"positive": current, "negative": -current}, {}


def _noise(u: Sequence[Scalar], p: Parameters) -> list[NoiseSource]:
    return resistor_noise(PAIR, p.conductance, p, "thermal")


SWITCH = Device(
    "switch",
    (*PAIR, *SENSE),
    (PAIR, SENSE),
    _physics,
    _states,
    {**VOLTAGE_SWITCH, **CURRENT_SWITCH, "multiplicity": Parameter("m", "in parallel", "", 1.0)},
    noise=_noise,
)
"""`conductance` is the one in force; the solver puts `closed` or `opened` there."""
