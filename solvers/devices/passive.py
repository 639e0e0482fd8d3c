"""Resistor, capacitor, inductor and coupled inductors: linear, with temperature and geometry as ngspice has them.

R   i = v/r,  r(T) = r·(1 + tc1·ΔT + tc2·ΔT²)·scale/m
C   q = c·v,  c(T) likewise, times m
L   v = dφ/dt, φ = l·i,  l(T) likewise, over m;  K  φ₁ += k·√(l₁l₂)·i₂
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp

from ...netlist.declaration import Parameter
from ...netlist.elements import KINDS
from ...netlist.model_parameters import MODEL_PARAMETERS
from .device import Charges, Currents, Device, NoiseSource, Parameters, Scalar
from .noise import flicker_noise, resistor_noise

PAIR = ("positive", "negative")
VACUUM, SILICA = 8.854214871e-12, 3.9
"""Permittivities: of the vacuum in F/m, as ngspice has it, and of silica relative to it."""
VALUE = "value"
"""The raw parameter that the card's main value becomes."""

DEFAULT_LENGTH = 1e-5
"""In m, of a resistor whose card and model give none."""


def _drift(raw: Parameters) -> Scalar:
    """1 + tc1·ΔT + tc2·ΔT² with ΔT from the temperature at which the parameters hold."""
    rise = raw.temperature - raw.nominal
    return 1.0 + raw.tc1 * rise + raw.tc2 * rise * rise


def _declared(letter: str, model: str) -> dict[str, Parameter]:
    own = dict(KINDS[letter].parameters or {})
    extra = {"ic"} if letter != "R" else set()
    found = {**MODEL_PARAMETERS[model], **{name: each for name, each in own.items() if name not in ("m", *extra)}}
    return {**found, VALUE: Parameter(VALUE, "the main value"), "multiplicity": Parameter("m", "in parallel", "", 1.0)}


def _resistance(raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    return {"conductance": _conductance(raw, given)} | (_flicker(raw, given) if "kf" in given else {})


def _conductance(raw: Parameters, given: frozenset[str]) -> Scalar:
    if "g" in given:
        return raw.g * raw.multiplicity / raw.scale
    if VALUE in given or "r" in given:
        ohms = raw[VALUE] if VALUE in given else raw.r
    else:
        length, width = _size(raw, given)
        ohms = raw.rsh * (length - 2.0 * raw.short) / (width - 2.0 * raw.narrow)
    return raw.multiplicity / (ohms * _drift(raw) * raw.scale)


def _size(raw: Parameters, given: frozenset[str]) -> tuple[Scalar, Scalar]:
    """Length and width in m."""
    return raw.l if "l" in given else DEFAULT_LENGTH, raw.w if "w" in given else raw.defw


def _flicker(raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    """What |i|^af/f is multiplied by: kf, an area where the card gives one, for each of several in parallel."""
    area: Scalar = 1.0
    if given & {"l", "w"}:
        length, width = _size(raw, given)
        area = (length - 2.0 * raw.short) * (width - 2.0 * raw.narrow)
    return {"flicker": raw.kf / area * jnp.exp((1.0 - raw.af) * jnp.log(raw.multiplicity)), "af": raw.af}


def _capacitance(raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    if VALUE in given or "cap" in given:
        farads = raw[VALUE] if VALUE in given else raw.cap
    else:
        width = (raw.w if "w" in given else raw.defw) - raw.narrow
        length = (raw.l if "l" in given else raw.defl) - raw.short
        farads = _areal(raw, given) * width * length + 2.0 * raw.cjsw * (width + length)
    return {"capacitance": farads * _drift(raw) * raw.scale * raw.multiplicity}


def _areal(raw: Parameters, given: frozenset[str]) -> Scalar:
    """The capacitance an area, in F/m²: as given, or of an insulator of that thickness, silica if it has no name."""
    if "cj" in given:
        return raw.cj
    if "thick" in given:
        return VACUUM * (raw.di if "di" in given else SILICA) / raw.thick
    return 0.0


def _inductance(raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    henries = raw[VALUE] if VALUE in given else raw.ind
    return {"inductance": henries * _drift(raw) * raw.scale / raw.multiplicity}


def _resistor(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    current = p.conductance * u[0]
    return {"positive": current, "negative": -current}, {}


def _resistor_noise(u: Sequence[Scalar], p: Parameters) -> list[NoiseSource]:
    thermal = resistor_noise(PAIR, p.conductance, p, "thermal")
    if "flicker" not in p:
        return thermal
    return [*thermal, *flicker_noise(PAIR, p.flicker, p.conductance * u[0], p.af)]


def _capacitor(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    charge = p.capacitance * u[0]
    return {}, {"positive": charge, "negative": -charge}


def _inductor(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    voltage, current = u
    return {"positive": current, "negative": -current, "current": voltage}, {"current": -p.inductance * current}


def _coupling(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
    return {}, {"first": -p.mutual * u[1], "second": -p.mutual * u[0]}


def _mutual(raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    return {"mutual": raw[VALUE] * jnp.sqrt(raw.first * raw.second)}


RESISTOR = Device(
    "resistor",
    PAIR,
    (PAIR,),
    _resistor,
    _resistance,
    _declared("R", "r"),
    noise=_resistor_noise,
    linear=True,
    monotone=True,
)
CAPACITOR = Device(
    "capacitor", PAIR, (PAIR,), _capacitor, _capacitance, _declared("C", "c"), linear=True, monotone=True
)
INDUCTOR = Device(
    "inductor",
    PAIR,
    (PAIR, ("current", None)),
    _inductor,
    _inductance,
    _declared("L", "l"),
    branch_currents=("current",),
    linear=True,
    monotone=True,
)
COUPLING = Device(
    "coupling of inductors",
    (),
    (("first", None), ("second", None)),
    _coupling,
    _mutual,
    {
        VALUE: Parameter(VALUE, "coupling coefficient", "", None, -1.0, 1.0),
        "first": Parameter("first", "inductance of the first inductor", "H"),
        "second": Parameter("second", "inductance of the second inductor", "H"),
    },
    linear=True,
)
"""`first` and `second` are the branch currents of the two inductors, and their laws."""
