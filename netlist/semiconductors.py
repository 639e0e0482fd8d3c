"""The semiconductors of the element table: diode, bipolar transistor, junction FET, MOSFET."""

from __future__ import annotations

from .declaration import (
    AREA,
    LENGTH,
    MULTIPLIER,
    OFF,
    TEMPERATURE,
    WIDTH,
    ElementKind,
    Parameter,
    initial,
    initials,
    table,
)

DIODE = ElementKind(
    "D",
    "diode",
    "Dname anode cathode model [area]",
    ("anode", "cathode"),
    parameters=table(
        AREA,
        Parameter("pj", "perimeter factor", "", 0.0, 0.0),
        OFF,
        initial("voltage at the start of a transient", "V"),
        MULTIPLIER,
        LENGTH,
        WIDTH,
        Parameter("thermal", "whether it heats itself", form="flag"),
        *TEMPERATURE,
    ),
    positional=("area", "pj"),
    model_types=("d",),
    model_required=True,
    ranges=2,
)


MOSFET = ElementKind(
    "M",
    "MOSFET",
    "Mname drain gate source bulk model [l=… w=…]",
    ("drain", "gate", "source", "bulk"),
    parameters=table(
        LENGTH,
        WIDTH,
        Parameter("ad", "area of the drain", "m²", 0.0, 0.0),
        Parameter("as", "area of the source", "m²", 0.0, 0.0),
        Parameter("pd", "perimeter of the drain", "m", 0.0, 0.0),
        Parameter("ps", "perimeter of the source", "m", 0.0, 0.0),
        Parameter("nrd", "squares of the drain", "", 1.0, 0.0),
        Parameter("nrs", "squares of the source", "", 1.0, 0.0),
        OFF,
        initials("vds, vgs, vbs at the start of a transient"),
        MULTIPLIER,
        *TEMPERATURE,
        Parameter("nf", "number of fingers", "", 1.0, 1.0),
        Parameter("geo", "how end diffusions are shared", "", 0.0),
        Parameter("sa", "distance from gate to isolation, one side", "m", 0.0, 0.0),
        Parameter("sb", "distance from gate to isolation, other side", "m", 0.0, 0.0),
        Parameter("sd", "distance between fingers", "m", 0.0, 0.0),
        Parameter("delvto", "shift of the threshold", "V", 0.0),
        Parameter("mulu0", "factor on the mobility", "", 1.0, 0.0),
        Parameter("thermal", "whether it heats itself", form="flag"),
    ),
    model_types=("nmos", "pmos", "vdmos", "vdmosn", "vdmosp"),
    model_required=True,
    optional_ports=1,
    ranges=1,
)

BIPOLAR = ElementKind(
    "Q",
    "bipolar transistor",
    "Qname collector base emitter [substrate] model [area]",
    ("collector", "base", "emitter", "substrate", "junction"),
    parameters=table(
        AREA,
        Parameter("areab", "area factor of the base", "", 1.0, 0.0, open_minimum=True),
        Parameter("areac", "area factor of the collector", "", 1.0, 0.0, open_minimum=True),
        OFF,
        initials("vbe, vce at the start of a transient"),
        MULTIPLIER,
        *TEMPERATURE,
    ),
    positional=("area",),
    model_types=("npn", "pnp"),
    model_required=True,
    optional_ports=2,
    ranges=1,
)

JUNCTION_FET = ElementKind(
    "J",
    "junction field-effect transistor",
    "Jname drain gate source model [area]",
    ("drain", "gate", "source"),
    parameters=table(AREA, OFF, initials("vds, vgs at the start of a transient"), MULTIPLIER, *TEMPERATURE),
    positional=("area",),
    model_types=("njf", "pjf"),
    model_required=True,
    ranges=1,
)
