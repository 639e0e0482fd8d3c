"""The parameters of the models whose physics is simple: diode, semiconductor R C L, switches.

Names, units and defaults are ngspice's (manual of version 39). The parameters of transistors are too many and differ by
level; those cards are kept as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping

from .declaration import Parameter, table

_NOMINAL = Parameter("tnom", "temperature at which the parameters hold", "°C", 27.0)
_COEFFICIENTS = (
    Parameter("tc1", "first-order temperature coefficient", "1/°C", 0.0),
    Parameter("tc2", "second-order temperature coefficient", "1/°C²", 0.0),
)
_GEOMETRY = (
    Parameter("defw", "default width", "m", 1e-5, 0.0, open_minimum=True),
    Parameter("narrow", "narrowing on each side", "m", 0.0),
    Parameter("short", "shortening on each side", "m", 0.0),
)

DIODE = table(
    Parameter("level", "which diode model", "", 1.0),
    Parameter("is", "saturation current", "A", 1e-14, 0.0),
    Parameter("jsw", "sidewall saturation current", "A", 0.0, 0.0),
    Parameter("n", "emission coefficient", "", 1.0, 0.0, open_minimum=True),
    Parameter("ns", "sidewall emission coefficient", "", 1.0, 0.0, open_minimum=True),
    Parameter("rs", "series resistance", "ohm", 0.0, 0.0),
    Parameter("ikf", "forward knee current", "A", None, 0.0),
    Parameter("ikr", "reverse knee current", "A", None, 0.0),
    Parameter("cjo", "junction capacitance without bias", "F", 0.0, 0.0),
    Parameter("cjp", "sidewall capacitance without bias", "F", 0.0, 0.0),
    Parameter("vj", "junction potential", "V", 1.0, 0.0, open_minimum=True),
    Parameter("php", "sidewall junction potential", "V", 1.0, 0.0, open_minimum=True),
    Parameter("m", "grading coefficient", "", 0.5, 0.0, 1.0),
    Parameter("mjsw", "sidewall grading coefficient", "", 0.33, 0.0, 1.0),
    Parameter("fc", "forward-bias depletion coefficient", "", 0.5, 0.0, 1.0),
    Parameter("tt", "transit time", "s", 0.0, 0.0),
    Parameter("bv", "breakdown voltage", "V", None, 0.0),
    Parameter("ibv", "current at breakdown", "A", 1e-3, 0.0),
    Parameter("nbv", "emission coefficient of breakdown", "", None, 0.0, open_minimum=True),
    Parameter("eg", "activation energy", "eV", 1.11, 0.0, open_minimum=True),
    Parameter("xti", "temperature exponent of the saturation current", "", 3.0),
    Parameter("kf", "flicker noise coefficient", "", 0.0, 0.0),
    Parameter("af", "flicker noise exponent", "", 1.0),
    Parameter("area", "area factor of every instance", "", 1.0, 0.0, open_minimum=True),
    Parameter("isr", "recombination saturation current", "A", 0.0, 0.0),
    Parameter("nr", "recombination emission coefficient", "", 2.0, 0.0, open_minimum=True),
    Parameter("tm1", "first-order coefficient of the grading", "1/°C", 0.0),
    Parameter("trs1", "first-order coefficient of the series resistance", "1/°C", 0.0),
    _NOMINAL,
)

RESISTOR = table(
    Parameter("r", "resistance, where the card has none", "ohm", None, 0.0, open_minimum=True),
    Parameter("rsh", "sheet resistance", "ohm", 0.0, 0.0),
    Parameter("l", "default length", "m", 1e-5, 0.0, open_minimum=True),
    *_GEOMETRY,
    *_COEFFICIENTS,
    Parameter("kf", "flicker noise coefficient", "", 0.0, 0.0),
    Parameter("af", "flicker noise exponent", "", 0.0),
    _NOMINAL,
)

CAPACITOR = table(
    Parameter("cap", "capacitance, where the card has none", "F", 0.0, 0.0),
    Parameter("cj", "capacitance of the bottom an area", "F/m²", None, 0.0),
    Parameter("cjsw", "capacitance of the sidewall a length", "F/m", 0.0, 0.0),
    Parameter("defl", "default length", "m", 0.0, 0.0),
    *_GEOMETRY,
    *_COEFFICIENTS,
    Parameter("di", "relative permittivity of the insulator", "", None, 0.0),
    Parameter("thick", "thickness of the insulator", "m", 0.0, 0.0),
    _NOMINAL,
)

INDUCTOR = table(
    Parameter("ind", "inductance, where the card has none", "H", 0.0, 0.0),
    Parameter("csect", "cross section", "m²", 0.0, 0.0),
    Parameter("length", "length", "m", 0.0, 0.0),
    Parameter("nt", "number of turns", "", 0.0, 0.0),
    Parameter("mu", "relative permeability", "", 1.0, 0.0),
    *_COEFFICIENTS,
    _NOMINAL,
)

_SWITCH_STATES = (
    Parameter("ron", "resistance when closed", "ohm", 1.0, 0.0, open_minimum=True),
    Parameter("roff", "resistance when open", "ohm", 1e12, 0.0, open_minimum=True),
)
SWITCH = table(
    Parameter("vt", "threshold voltage", "V", 0.0), Parameter("vh", "hysteresis voltage", "V", 0.0), *_SWITCH_STATES
)
CURRENT_SWITCH = table(
    Parameter("it", "threshold current", "A", 0.0), Parameter("ih", "hysteresis current", "A", 0.0), *_SWITCH_STATES
)

MODEL_PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    "d": DIODE,
    "r": RESISTOR,
    "res": RESISTOR,
    "c": CAPACITOR,
    "cap": CAPACITOR,
    "l": INDUCTOR,
    "ind": INDUCTOR,
    "sw": SWITCH,
    "csw": CURRENT_SWITCH,
}
"""The declared parameters by model type; a type that is not here takes any."""

ALIASES: Mapping[str, Mapping[str, str]] = {
    "d": {
        "cj0": "cjo",
        "cj": "cjo",
        "pb": "vj",
        "mj": "m",
        "js": "is",
        "tref": "tnom",
        "trs": "trs1",
        "ik": "ikf",
        "tm": "tm1",
    },
}
"""Other spellings of declared parameters, by model type."""
