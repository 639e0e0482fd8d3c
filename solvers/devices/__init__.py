"""Devices: each one pure JAX function of controls and parameters, one file a device.

device      what a device is
"""

from __future__ import annotations

from .device import Device as Device
from .device import Limit as Limit
from .device import NoiseSource as NoiseSource
from .device import Parameters as Parameters
from .device import Scalar as Scalar

DEVICES: dict[str, Device] = {}
