"""Devices: each one pure JAX function of controls and parameters, one file a device.

In: controls (voltages, branch currents) and a netlist's parameters. Out: currents and charges by node, noise.

device         what a device is
passive        resistor, capacitor, inductor, coupling; controlled: sources, and what voltages and currents control
behavioural    expressions; switch
diode          and how it depends on temperature and size: diode_temperature, likewise
bipolar        Gummel and Poon
mosfet         level 1; meyer: its gate's capacitances
junction_fet
registry       which of these a model is
junction, silicon, noise, constants    what semiconductors share
declared, sums                         parameters as the netlist declares them; flows added up by node
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .device import Device as Device
from .device import Limit as Limit
from .device import NoiseSource as NoiseSource
from .device import Parameters as Parameters
from .device import Scalar as Scalar

if TYPE_CHECKING:
    from .registry import DEVICES as DEVICES
    from .registry import device_of as device_of
    from .registry import remarks as remarks

_IN_REGISTRY = frozenset({"DEVICES", "device_of", "remarks"})


def __getattr__(name: str) -> Any:
    """Import the semiconductors, and JAX with them, when one is first asked for (PEP 562)."""
    if name not in _IN_REGISTRY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(".registry", __name__), name)
