"""The parameters of transistor models whose physics is here: Gummel-Poon, MOSFET level 1, junction FET level 1.

Names, units and defaults are ngspice's (manual of version 39). Cards of other levels are kept as they are written.
"""

from __future__ import annotations

from collections.abc import Iterable

from .declaration import Parameter, table

NOMINAL = Parameter("tnom", "temperature at which the parameters hold", "°C", 27.0)
LEVEL = Parameter("level", "which model of the device", "", 1.0)


def safe_area(**descriptions: str) -> Iterable[Parameter]:
    """Limits of safe operation; they are data, and nothing is switched off beyond them."""
    units = {"v": "V", "i": "A", "p": "W", "t": "°C", "f": "V", "b": "V"}
    return (Parameter(f"{key}_max", f"largest {said}", units[key[0]]) for key, said in descriptions.items())


def _drifts(*names: str) -> Iterable[Parameter]:
    """First and second temperature coefficients of parameters: `tbf1`, `tbf2` of `bf`."""
    for name in names:
        yield Parameter(f"t{name}1", f"first-order temperature coefficient of {name}", "1/°C", 0.0)
        yield Parameter(f"t{name}2", f"second-order temperature coefficient of {name}", "1/°C²", 0.0)


def _junction(letter: str, between: str, grading: float) -> Iterable[Parameter]:
    yield Parameter(f"cj{letter}", f"{between} capacitance without bias", "F", 0.0, 0.0)
    yield Parameter(f"vj{letter}", f"{between} potential", "V", 0.75, 0.0, open_minimum=True)
    yield Parameter(f"mj{letter}", f"{between} grading coefficient", "", grading, 0.0)


BIPOLAR = table(
    LEVEL,
    Parameter("is", "transport saturation current", "A", 1e-16, 0.0),
    Parameter("ibe", "base-emitter saturation current", "A", 0.0, 0.0),
    Parameter("ibc", "base-collector saturation current", "A", 0.0, 0.0),
    Parameter("bf", "ideal forward current gain", "", 100.0, 0.0, open_minimum=True),
    Parameter("nf", "forward emission coefficient", "", 1.0, 0.0, open_minimum=True),
    Parameter("vaf", "forward Early voltage, 0 for infinity", "V", None),
    Parameter("ikf", "forward knee current, 0 for infinity", "A", None, 0.0),
    Parameter("nkf", "exponent of the fall of the gain at high currents", "", 0.5, 0.0, 1.0),
    Parameter("ise", "base-emitter leakage saturation current, a factor on is above 1e-4", "A", 0.0, 0.0),
    Parameter("ne", "base-emitter leakage emission coefficient", "", 1.5, 0.0, open_minimum=True),
    Parameter("br", "ideal reverse current gain", "", 1.0, 0.0, open_minimum=True),
    Parameter("nr", "reverse emission coefficient", "", 1.0, 0.0, open_minimum=True),
    Parameter("var", "reverse Early voltage, 0 for infinity", "V", None),
    Parameter("ikr", "reverse knee current, 0 for infinity", "A", None, 0.0),
    Parameter("isc", "base-collector leakage saturation current, a factor on is above 1e-4", "A", 0.0, 0.0),
    Parameter("nc", "base-collector leakage emission coefficient", "", 2.0, 0.0, open_minimum=True),
    Parameter("rb", "base resistance at low currents", "ohm", 0.0, 0.0),
    Parameter("irb", "base current at which the base resistance is half way to rbm", "A", None, 0.0),
    Parameter("rbm", "base resistance at high currents", "ohm", None, 0.0),
    Parameter("re", "emitter resistance", "ohm", 0.0, 0.0),
    Parameter("rc", "collector resistance", "ohm", 0.0, 0.0),
    *_junction("e", "base-emitter junction", 0.33),
    Parameter("tf", "forward transit time", "s", 0.0, 0.0),
    Parameter("xtf", "bias dependence of the forward transit time", "", 0.0, 0.0),
    Parameter("vtf", "base-collector voltage of the forward transit time", "V", None),
    Parameter("itf", "current of the forward transit time", "A", 0.0, 0.0),
    Parameter("ptf", "excess phase at 1/(2π·tf) Hz", "°", 0.0),
    *_junction("c", "base-collector junction", 0.33),
    Parameter("xcjc", "part of the base-collector capacitance at the inner base", "", 1.0, 0.0, 1.0),
    Parameter("tr", "reverse transit time", "s", 0.0, 0.0),
    *_junction("s", "substrate junction", 0.0),
    Parameter("iss", "substrate saturation current", "A", 0.0, 0.0),
    Parameter("ns", "substrate emission coefficient", "", 1.0, 0.0, open_minimum=True),
    Parameter("subs", "1 where the substrate is at the collector, -1 where it is at the base", "", None),
    Parameter("xtb", "temperature exponent of the current gains", "", 0.0),
    Parameter("eg", "energy gap", "eV", 1.11, 0.0),
    Parameter("xti", "temperature exponent of the saturation current", "", 3.0),
    Parameter("fc", "forward-bias depletion coefficient", "", 0.5, 0.0, 1.0),
    Parameter("kf", "flicker noise coefficient", "", 0.0, 0.0),
    Parameter("af", "flicker noise exponent", "", 1.0),
    Parameter("tlev", "which temperature equations of currents, 0, 1 or 3", "", 0.0),
    Parameter("tlevc", "which temperature equations of capacitances, 0 or 1", "", 0.0),
    *_drifts("bf", "br", "ikf", "ikr", "irb", "nc", "ne", "nf", "nr", "ns", "rb", "rc", "re", "vaf", "var"),
    *_drifts("itf", "tf", "tr", "mje", "mjc", "mjs", "is", "ise", "isc", "iss"),
    Parameter("trm1", "first-order temperature coefficient of rbm", "1/°C", 0.0),
    Parameter("trm2", "second-order temperature coefficient of rbm", "1/°C²", 0.0),
    Parameter("cte", "temperature coefficient of cje", "1/°C", 0.0),
    Parameter("ctc", "temperature coefficient of cjc", "1/°C", 0.0),
    Parameter("cts", "temperature coefficient of cjs", "1/°C", 0.0),
    Parameter("tvje", "temperature coefficient of vje", "V/°C", 0.0),
    Parameter("tvjc", "temperature coefficient of vjc", "V/°C", 0.0),
    Parameter("tvjs", "temperature coefficient of vjs", "V/°C", 0.0),
    Parameter("rco", "resistance of the epitaxial layer", "ohm", None, 0.0),
    Parameter("vo", "voltage at which carriers of the epitaxial layer saturate", "V", 10.0),
    Parameter("gamma", "doping of the epitaxial layer", "", 1e-11),
    Parameter("qco", "charge of the epitaxial layer", "C", 0.0),
    Parameter("quasimod", "temperature equations of the epitaxial layer", "", 0.0),
    Parameter("vg", "energy gap of the epitaxial layer", "eV", 1.206),
    Parameter("cn", "temperature exponent of rco", "", None),
    Parameter("d", "temperature exponent of vo", "", None),
    *safe_area(
        vbe="voltage from base to emitter",
        vbc="voltage from base to collector",
        vce="voltage from collector to emitter",
        ic="collector current",
        ib="base current",
        pd="power",
        te="temperature",
    ),
    Parameter("rth0", "thermal resistance to the surroundings", "K/W"),
    NOMINAL,
)

MOSFET = table(
    LEVEL,
    Parameter("vto", "threshold voltage without bulk bias", "V", None),
    Parameter("kp", "transconductance parameter", "A/V²", None, 0.0),
    Parameter("gamma", "bulk threshold parameter", "V^0.5", None, 0.0),
    Parameter("phi", "surface potential", "V", None, 0.0, open_minimum=True),
    Parameter("lambda", "channel-length modulation", "1/V", 0.0),
    Parameter("rd", "drain resistance", "ohm", None, 0.0),
    Parameter("rs", "source resistance", "ohm", None, 0.0),
    Parameter("rsh", "sheet resistance of drain and source", "ohm", None, 0.0),
    Parameter("cbd", "bulk-drain capacitance without bias", "F", None, 0.0),
    Parameter("cbs", "bulk-source capacitance without bias", "F", None, 0.0),
    Parameter("is", "bulk junction saturation current", "A", 1e-14, 0.0),
    Parameter("js", "bulk junction saturation current an area", "A/m²", 0.0, 0.0),
    Parameter("pb", "bulk junction potential", "V", 0.8, 0.0, open_minimum=True),
    Parameter("cj", "bulk junction capacitance an area, without bias", "F/m²", 0.0, 0.0),
    Parameter("mj", "bulk junction grading coefficient", "", 0.5, 0.0),
    Parameter("cjsw", "bulk sidewall capacitance a length, without bias", "F/m", 0.0, 0.0),
    Parameter("mjsw", "bulk sidewall grading coefficient", "", 0.5, 0.0),
    Parameter("fc", "forward-bias depletion coefficient", "", 0.5, 0.0, 1.0),
    Parameter("cgso", "gate-source overlap capacitance a width", "F/m", 0.0, 0.0),
    Parameter("cgdo", "gate-drain overlap capacitance a width", "F/m", 0.0, 0.0),
    Parameter("cgbo", "gate-bulk overlap capacitance a length", "F/m", 0.0, 0.0),
    Parameter("tox", "thickness of the gate oxide", "m", None, 0.0),
    Parameter("ld", "lateral diffusion", "m", 0.0),
    Parameter("uo", "surface mobility", "cm²/(V·s)", 600.0, 0.0),
    Parameter("nsub", "doping of the substrate", "1/cm³", None, 0.0),
    Parameter("nss", "surface states", "1/cm²", 0.0),
    Parameter("tpg", "gate: 1 opposite to the substrate, -1 like it, 0 aluminium", "", 1.0),
    Parameter("kf", "flicker noise coefficient", "", 0.0, 0.0),
    Parameter("af", "flicker noise exponent", "", 1.0),
    NOMINAL,
)

JUNCTION_FET = table(
    LEVEL,
    Parameter("vto", "threshold voltage", "V", -2.0),
    Parameter("beta", "transconductance parameter", "A/V²", 1e-4, 0.0),
    Parameter("lambda", "channel-length modulation", "1/V", 0.0),
    Parameter("rd", "drain resistance", "ohm", 0.0, 0.0),
    Parameter("rs", "source resistance", "ohm", 0.0, 0.0),
    Parameter("cgs", "gate-source capacitance without bias", "F", 0.0, 0.0),
    Parameter("cgd", "gate-drain capacitance without bias", "F", 0.0, 0.0),
    Parameter("pb", "gate junction potential", "V", 1.0, 0.0, open_minimum=True),
    Parameter("is", "gate junction saturation current", "A", 1e-14, 0.0),
    Parameter("fc", "forward-bias depletion coefficient", "", 0.5, 0.0, 1.0),
    Parameter("b", "doping tail parameter", "", 1.0),
    Parameter("tcv", "temperature coefficient of the threshold, downwards", "V/°C", 0.0),
    Parameter("vtotc", "temperature coefficient of the threshold, upwards, in place of tcv", "V/°C", 0.0),
    Parameter("bex", "temperature exponent of beta", "", 0.0),
    Parameter("betatce", "temperature coefficient of beta, in place of bex", "%/°C", 0.0),
    Parameter("xti", "temperature exponent of the saturation current; none unless it is given", "", 3.0),
    Parameter("eg", "energy gap", "eV", 1.11),
    Parameter("kf", "flicker noise coefficient", "", 0.0, 0.0),
    Parameter("af", "flicker noise exponent", "", 1.0),
    Parameter("nlev", "which equation of channel noise, 3 for the one that holds in the linear region", "", 2.0),
    Parameter("gdsnoi", "factor on the channel noise of nlev=3", "", 1.0),
    NOMINAL,
)

BIPOLAR_ALIASES = {
    "tref": "tnom",
    "va": "vaf",
    "vb": "var",
    "ik": "ikf",
    "nk": "nkf",
    "c2": "ise",
    "c4": "isc",
    "pe": "vje",
    "me": "mje",
    "pc": "vjc",
    "mc": "mjc",
    "csub": "cjs",
    "ccs": "cjs",
    "ps": "vjs",
    "ms": "mjs",
    "trb": "trb1",
    "trc": "trc1",
    "tre": "tre1",
}
MOSFET_ALIASES = {"vt0": "vto", "u0": "uo"}
JUNCTION_FET_ALIASES = {"vt0": "vto"}
