"""Which device a model is: by its type, its level, and what it says of substrate and oxide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...netlist.circuit import Model
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ...netlist.model_parameters import LEVELS
from .bipolar import LATERAL_NPN, NPN, PNP, VERTICAL_PNP
from .constants import INTRINSIC
from .device import Device
from .diode import DIODE
from .junction_fet import N_CHANNEL as NJF
from .junction_fet import P_CHANNEL as PJF
from .mosfet import N_CHANNEL as NMOS
from .mosfet import N_CHANNEL_WITHOUT_OXIDE as NMOS_WITHOUT_OXIDE
from .mosfet import P_CHANNEL as PMOS
from .mosfet import P_CHANNEL_WITHOUT_OXIDE as PMOS_WITHOUT_OXIDE
from .mosfet_temperature import LENGTH

DEVICES: Mapping[str, Device] = {
    "d": DIODE,
    "npn": NPN,
    "pnp": PNP,
    "nmos": NMOS,
    "pmos": PMOS,
    "njf": NJF,
    "pjf": PJF,
}
"""By model type."""

_ELSEWHERE = "tellegen simulate --engine ngspice runs it"
_WITHOUT_OXIDE = {"nmos": NMOS_WITHOUT_OXIDE, "pmos": PMOS_WITHOUT_OXIDE}
_BY_SUBSTRATE = {("npn", 1.0): NPN, ("npn", -1.0): LATERAL_NPN, ("pnp", 1.0): VERTICAL_PNP, ("pnp", -1.0): PNP}


def device_of(element: Element, model: Model) -> Device:
    """The device of a semiconductor's card.

    Raises:
        CircuitError: a type or a level that has none here, a node too many or too few, or physics that is left out.
    """
    device = DEVICES.get(model.type)
    if device is None:
        known = ", ".join(DEVICES)
        cause = f"the model {model.name} is of type {model.type}, which has no device here ({known} have one)"
        raise CircuitError(f"{element.name}: {cause}; {_ELSEWHERE}", element.location)
    _refuse_level(element, model)
    _refuse_nodes(element, model, device)
    _refuse_physics(element, model)
    if model.type in _WITHOUT_OXIDE:
        _refuse_process(element, model)
    if model.type in _WITHOUT_OXIDE and not model.parameters.get("tox"):
        return _WITHOUT_OXIDE[model.type]
    return _BY_SUBSTRATE.get((model.type, model.parameters.get("subs")), device)  # type: ignore[arg-type]


def remarks(model: Model) -> tuple[str, ...]:
    """What the device of a model leaves out without being wrong at rest, in one sentence each."""
    phase = model.parameters.get("ptf", 0.0)
    if model.type not in ("npn", "pnp") or phase == 0.0:
        return ()
    return (f"the model {model.name} has an excess phase, ptf={phase:g}°, which is left out",)


def _refuse_level(element: Element, model: Model) -> None:
    levels, level = LEVELS.get(model.type, frozenset({1.0})), model.parameters.get("level", 1.0)
    if level not in levels:
        named = " and ".join(f"{each:g}" for each in sorted(levels))
        said = f"{level:g}" if isinstance(level, float) else str(level)
        cause = f"the model {model.name} is a {model.type} of level {said}; here is level {named} alone"
        raise CircuitError(f"{element.name}: {cause}; {_ELSEWHERE}", model.location or element.location)


def _refuse_nodes(element: Element, model: Model, device: Device) -> None:
    most = len(device.terminals)
    least = most - 1 if model.type in ("npn", "pnp") else most
    if not least <= len(element.nodes) <= most:
        cause = f"{element.name} has {len(element.nodes)} nodes where a {device.name} has {', '.join(device.terminals)}"
        raise CircuitError(f"{cause}; name each of them", element.location)


def _refuse_physics(element: Element, model: Model) -> None:
    if "thermal" in element.parameters:
        cause = f"{element.name} heats itself (thermal), which has no device here"
        raise CircuitError(f"{cause}; leave the word out, or {_ELSEWHERE}", element.location)
    if model.type in ("npn", "pnp") and "rco" in model.parameters:
        cause = f"the model {model.name} has an epitaxial layer (rco), which has no device here"
        raise CircuitError(f"{element.name}: {cause}; leave rco out, or {_ELSEWHERE}", model.location)
    if model.type in ("npn", "pnp") and model.parameters.get("subs", 1.0) not in (1.0, -1.0):
        raise CircuitError(f"{element.name}: the model {model.name} has subs other than 1 and -1", model.location)


def _refuse_process(element: Element, model: Model) -> None:
    """A channel without length and a substrate without doping have no physics."""
    read: Mapping[str, Any] = model.parameters
    length, diffusion = element.parameters.get("l", LENGTH), read.get("ld", 0.0)
    if length <= 2.0 * diffusion:  # type: ignore[operator]
        cause = f"{element.name} is {length:g} m long, and ld={diffusion:g} of its model {model.name} takes all of it"
        raise CircuitError(f"{cause}; write an l above {2.0 * diffusion:g}", element.location)
    if read.get("tox") and read.get("nsub", INTRINSIC) * 1e6 <= INTRINSIC:
        cause = f"the model {model.name} has nsub={read['nsub']:g} a cm³, less than silicon has without doping"
        raise CircuitError(f"{element.name}: {cause}; write one above {INTRINSIC * 1e-6:g}", model.location)
