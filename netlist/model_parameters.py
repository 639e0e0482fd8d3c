"""The parameters of models: diode, semiconductor R C L and switches here, transistors in `transistor_parameters`.

Names, units and defaults are ngspice's (manual of version 39, its source where the two differ). The parameters of a
transistor differ by level; a card of a level that is not declared is kept as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping

from .declaration import Parameter, table
from .transistor_parameters import (
    BIPOLAR,
    BIPOLAR_ALIASES,
    JUNCTION_FET,
    JUNCTION_FET_ALIASES,
    LEVEL,
    MOSFET,
    MOSFET_ALIASES,
    NOMINAL,
    safe_area,
)

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
    LEVEL,
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
    Parameter("fcs", "forward-bias depletion coefficient of the sidewall", "", 0.5, 0.0, 1.0),
    Parameter("tt", "transit time", "s", 0.0, 0.0),
    Parameter("bv", "breakdown voltage", "V", None, 0.0),
    Parameter("ibv", "current at breakdown", "A", 1e-3, 0.0),
    Parameter("nbv", "emission coefficient of breakdown", "", None, 0.0, open_minimum=True),
    Parameter("eg", "activation energy", "eV", 1.11, 0.0, open_minimum=True),
    Parameter("xti", "temperature exponent of the saturation current", "", 3.0),
    Parameter("kf", "flicker noise coefficient", "", 0.0, 0.0),
    Parameter("af", "flicker noise exponent", "", 1.0),
    Parameter("area", "area factor of every instance", "", 1.0, 0.0, open_minimum=True),
    Parameter("pj", "perimeter factor of every instance", "", 0.0, 0.0),
    Parameter("isr", "recombination saturation current", "A", 0.0, 0.0),
    Parameter("nr", "recombination emission coefficient", "", 1.0, 0.0, open_minimum=True),
    Parameter("jtun", "tunnel saturation current", "A", 0.0, 0.0),
    Parameter("jtunsw", "sidewall tunnel saturation current", "A", 0.0, 0.0),
    Parameter("ntun", "tunnel emission coefficient", "", 30.0, 0.0, open_minimum=True),
    Parameter("xtitun", "temperature exponent of the tunnel saturation current", "", 3.0),
    Parameter("keg", "factor on the activation energy of tunnelling", "", 1.0),
    Parameter("tm1", "first-order coefficient of the grading", "1/°C", 0.0),
    Parameter("tm2", "second-order coefficient of the grading", "1/°C²", 0.0),
    Parameter("trs1", "first-order coefficient of the series resistance", "1/°C", 0.0),
    Parameter("trs2", "second-order coefficient of the series resistance", "1/°C²", 0.0),
    Parameter("ttt1", "first-order coefficient of the transit time", "1/°C", 0.0),
    Parameter("ttt2", "second-order coefficient of the transit time", "1/°C²", 0.0),
    Parameter("tcv", "temperature coefficient of the breakdown voltage, downwards", "V/°C", 0.0),
    Parameter("tlev", "which temperature equation of the breakdown voltage, 0 or 1", "", 0.0),
    Parameter("tlevc", "which temperature equations of capacitances, 0 or 1", "", 0.0),
    Parameter("cta", "temperature coefficient of the capacitance", "1/°C", 0.0),
    Parameter("ctp", "temperature coefficient of the sidewall capacitance", "1/°C", 0.0),
    Parameter("tpb", "temperature coefficient of the junction potential, downwards", "V/°C", 0.0),
    Parameter("tphp", "temperature coefficient of the sidewall junction potential, downwards", "V/°C", 0.0),
    Parameter("rth0", "thermal resistance to the surroundings", "K/W", 0.0),
    Parameter("cth0", "thermal capacitance", "J/K", 1e-5),
    *safe_area(fv="voltage forwards", bv="voltage backwards", id="current", te="temperature", pd="power"),
    NOMINAL,
)

RESISTOR = table(
    Parameter("r", "resistance, where the card has none", "ohm", None, 0.0, open_minimum=True),
    Parameter("rsh", "sheet resistance", "ohm", 0.0, 0.0),
    Parameter("l", "default length", "m", 1e-5, 0.0, open_minimum=True),
    *_GEOMETRY,
    *_COEFFICIENTS,
    Parameter("kf", "flicker noise coefficient", "", 0.0, 0.0),
    Parameter("af", "flicker noise exponent", "", 0.0),
    NOMINAL,
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
    NOMINAL,
)

INDUCTOR = table(
    Parameter("ind", "inductance, where the card has none", "H", 0.0, 0.0),
    Parameter("csect", "cross section", "m²", 0.0, 0.0),
    Parameter("length", "length", "m", 0.0, 0.0),
    Parameter("nt", "number of turns", "", 0.0, 0.0),
    Parameter("mu", "relative permeability", "", 1.0, 0.0),
    *_COEFFICIENTS,
    NOMINAL,
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
    "npn": BIPOLAR,
    "pnp": BIPOLAR,
    "nmos": MOSFET,
    "pmos": MOSFET,
    "njf": JUNCTION_FET,
    "pjf": JUNCTION_FET,
}
"""The declared parameters by model type; a type that is not here takes any."""

LEVELS: Mapping[str, frozenset[float]] = {
    **dict.fromkeys(("npn", "pnp"), frozenset({1.0, 2.0})),
    **dict.fromkeys(("nmos", "pmos", "njf", "pjf"), frozenset({1.0})),
}
"""The levels whose parameters are declared, by model type; a level that is not here takes any. Both levels of a bipolar
transistor are Gummel and Poon's model in ngspice."""

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
        "ib": "ibv",
        "cjsw": "cjp",
        "ctc": "cta",
        "tvj": "tpb",
    },
    "npn": BIPOLAR_ALIASES,
    "pnp": BIPOLAR_ALIASES,
    "nmos": MOSFET_ALIASES,
    "pmos": MOSFET_ALIASES,
    "njf": JUNCTION_FET_ALIASES,
    "pjf": JUNCTION_FET_ALIASES,
}
"""Other spellings of declared parameters, by model type."""


def declared(type_: str, level: object = None) -> Mapping[str, Parameter] | None:
    """The declared parameters of a model of that type and level (None: as its card says none), None if it takes any."""
    if type_ in LEVELS and level is not None and level not in LEVELS[type_]:
        return None
    return MODEL_PARAMETERS.get(type_)
