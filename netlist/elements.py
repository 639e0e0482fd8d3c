"""The element kinds, declared once: ports, controls, value, parameters with unit, range and default, model types.

Parser, writer, checks, drawing and export read this one table; an element that is not here does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping

from .declaration import (
    COEFFICIENTS,
    LENGTH,
    MULTIPLIER,
    ON_OFF,
    PAIR,
    SCALE,
    TEMPERATURE,
    WIDTH,
    ElementKind,
    Parameter,
    initial,
    table,
)
from .semiconductors import BIPOLAR, DIODE, JUNCTION_FET, MOSFET

_RESISTOR = ElementKind(
    "R",
    "resistor",
    "Rname n+ n- ohms",
    PAIR,
    Parameter("resistance", "resistance", "ohm", None, 0.0, open_minimum=True),
    parameters=table(
        Parameter("g", "conductance, in place of the resistance; 0 is an open branch", "S", None, 0.0),
        Parameter("ac", "resistance in AC analyses", "ohm", None, 0.0, open_minimum=True),
        *COEFFICIENTS,
        Parameter("bv_max", "largest voltage, checked by ngspice only", "V"),
        Parameter("noisy", "whether it makes thermal noise", "", 1.0, 0.0, 1.0),
        MULTIPLIER,
        SCALE,
        LENGTH,
        WIDTH,
        *TEMPERATURE,
    ),
    model_types=("r", "res"),
    ranges=2,
)

_CAPACITOR = ElementKind(
    "C",
    "capacitor",
    "Cname n+ n- farads",
    PAIR,
    Parameter("capacitance", "capacitance", "F", None, 0.0),
    parameters=table(
        initial("voltage at the start of a transient", "V"),
        Parameter("q", "charge as an expression of voltages, in place of the capacitance", "C"),
        *COEFFICIENTS,
        Parameter("bv_max", "largest voltage, checked by ngspice only", "V"),
        MULTIPLIER,
        SCALE,
        LENGTH,
        WIDTH,
        *TEMPERATURE,
    ),
    model_types=("c", "cap"),
    ranges=2,
)

_INDUCTOR = ElementKind(
    "L",
    "inductor",
    "Lname n+ n- henries",
    PAIR,
    Parameter("inductance", "inductance", "H", None, 0.0),
    parameters=table(
        initial("current at the start of a transient", "A"),
        Parameter("nt", "number of turns", "", None, 0.0),
        *COEFFICIENTS,
        MULTIPLIER,
        SCALE,
        *TEMPERATURE,
    ),
    model_types=("l", "ind"),
    ranges=2,
)

_COUPLING = ElementKind(
    "K",
    "coupling of inductors",
    "Kname Lone Ltwo coefficient",
    (),
    Parameter("coupling", "coupling coefficient", "", None, -1.0, 1.0),
    value_required=True,
    parameters={},
    controls=2,
    control_type="element",
)

_RADIO_PORT = table(
    Parameter("portnum", "number of the port in S-parameter analyses", "", None, 1.0),
    Parameter("z0", "reference impedance of the port", "ohm", 50.0, 0.0, open_minimum=True),
    Parameter("r", "time from which a PWL source repeats, -1 for never", "s"),
    Parameter("td", "delay of a PWL source", "s", 0.0),
)

_VOLTAGE_SOURCE = ElementKind(
    "V",
    "voltage source",
    "Vname n+ n- [dc] volts [ac magnitude [phase]] [pulse(…) or another waveform]",
    PAIR,
    Parameter("voltage", "voltage from the first node to the second", "V", 0.0),
    parameters=_RADIO_PORT,
    ranges=1,
)

_CURRENT_SOURCE = ElementKind(
    "I",
    "current source",
    "Iname n+ n- [dc] amperes [ac magnitude [phase]] [pulse(…) or another waveform]",
    PAIR,
    Parameter("current", "current from the first node through the source to the second", "A", 0.0),
    parameters=_RADIO_PORT | table(MULTIPLIER),
    ranges=2,
)


def _controlled(letter: str, title: str, control: str, gain: Parameter, controls: int) -> ElementKind:
    node = controls == 2
    return ElementKind(
        letter,
        title,
        f"{letter}name n+ n- {control} {gain.name}",
        PAIR,
        gain,
        value_required=True,
        parameters=table(MULTIPLIER, *COEFFICIENTS, *TEMPERATURE, initial("unused, kept for SPICE", "")),
        controls=controls,
        control_type="node" if node else "element",
        ranges=1 if node else 0,
    )


_BEHAVIOURAL = ElementKind(
    "B",
    "behavioural source",
    "Bname n+ n- v=expression (or i=expression)",
    PAIR,
    parameters=table(
        Parameter("v", "voltage as an expression", "V"),
        Parameter("i", "current as an expression", "A"),
        *COEFFICIENTS,
        MULTIPLIER,
        *TEMPERATURE,
    ),
)

_SWITCH = ElementKind(
    "S",
    "voltage-controlled switch",
    "Sname n+ n- nc+ nc- model [on|off]",
    PAIR,
    parameters=table(*ON_OFF, MULTIPLIER),
    model_types=("sw",),
    model_required=True,
    controls=2,
    control_type="node",
    ranges=1,
)

_CURRENT_SWITCH = ElementKind(
    "W",
    "current-controlled switch",
    "Wname n+ n- Vname model [on|off]",
    PAIR,
    parameters=table(*ON_OFF, MULTIPLIER),
    model_types=("csw",),
    model_required=True,
    controls=1,
    control_type="element",
)

_LINE = ElementKind(
    "T",
    "lossless transmission line",
    "Tname n1+ n1- n2+ n2- z0=ohms td=seconds",
    ("first positive", "first negative", "second positive", "second negative"),
    parameters=table(
        Parameter("z0", "characteristic impedance", "ohm", 50.0, 0.0, open_minimum=True),
        Parameter("td", "delay", "s", None, 0.0, open_minimum=True),
        Parameter("f", "frequency for nl", "Hz", None, 0.0, open_minimum=True),
        Parameter("nl", "length in wavelengths at f", "", 0.25, 0.0, open_minimum=True),
        Parameter("ic", "v1, i1, v2, i2 at the start of a transient", "V, A", form="vector"),
    ),
    ranges=1,
    aliases={"zo": "z0"},
)

_INSTANCE = ElementKind("X", "subcircuit", "Xname node … subcircuit [parameter=value …]", (), ranges=2)

KINDS: Mapping[str, ElementKind] = {
    kind.letter: kind
    for kind in (
        _RESISTOR,
        _CAPACITOR,
        _INDUCTOR,
        _COUPLING,
        _VOLTAGE_SOURCE,
        _CURRENT_SOURCE,
        DIODE,
        _controlled("E", "voltage-controlled voltage source", "nc+ nc-", Parameter("gain", "voltage gain", "V/V"), 2),
        _controlled("F", "current-controlled current source", "Vname", Parameter("gain", "current gain", "A/A"), 1),
        _controlled("G", "voltage-controlled current source", "nc+ nc-", Parameter("gain", "transconductance", "S"), 2),
        _controlled("H", "current-controlled voltage source", "Vname", Parameter("gain", "transresistance", "ohm"), 1),
        _BEHAVIOURAL,
        _SWITCH,
        _CURRENT_SWITCH,
        _LINE,
        MOSFET,
        BIPOLAR,
        JUNCTION_FET,
        _INSTANCE,
    )
}
"""Every element kind by its letter."""
