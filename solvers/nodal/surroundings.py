"""What all devices share: the circuit's temperature, the temperature of parameters, and SPICE's gmin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...netlist.circuit import Circuit, Model
from ...netlist.element import Element
from ...netlist.parameters import NOMINAL_TEMPERATURE

ZERO_CELSIUS = 273.15
GMIN = 1e-12
"""SPICE's conductance across every junction, in siemens, where `.options gmin` says nothing else."""


@dataclass(frozen=True)
class Surroundings:
    """Temperatures in °C, the junctions' conductance in siemens."""

    temperature: float = NOMINAL_TEMPERATURE
    nominal: float = NOMINAL_TEMPERATURE
    gmin: float = GMIN

    @classmethod
    def of_circuit(cls, flat: Circuit) -> Surroundings:
        """As `.temp` and `.options temp= tnom= gmin=` say."""
        options: Any = flat.options
        temperature: Any = options.get("temp", NOMINAL_TEMPERATURE) if flat.temperature is None else flat.temperature
        return cls(
            float(temperature), float(options.get("tnom", NOMINAL_TEMPERATURE)), float(options.get("gmin", GMIN))
        )

    def of(self, element: Element, model: Model | None) -> dict[str, float]:
        """`temperature` and `nominal` of one instance in kelvin, `gmin` in siemens."""
        own: Any = element.parameters
        celsius = float(own["temp"]) if "temp" in own else self.temperature + float(own.get("dtemp", 0.0))
        nominal: Any = self.nominal if model is None else model.parameters.get("tnom", self.nominal)
        return {"temperature": celsius + ZERO_CELSIUS, "nominal": float(nominal) + ZERO_CELSIUS, "gmin": self.gmin}
