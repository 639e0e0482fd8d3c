"""Text and graph: a SPICE netlist goes in, a `Circuit` comes out, and back again without loss."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "parse": "parser",
    "load": "parser",
    "write": "writer",
    "save": "writer",
    "Written": "writer",
    "Circuit": "circuit",
    "Model": "circuit",
    "Function": "circuit",
    "Card": "circuit",
    "Directive": "circuit",
    "Subcircuit": "circuit",
    "Note": "circuit",
    "Element": "element",
    "Stimulus": "stimulus",
    "Trainable": "directives",
    "Finding": "checks",
    "conductance": "resistance",
    "bus_widths": "buses",
    "crossbar": "builders",
    "deep_resistive_network": "builders",
    "divider": "builders",
    "grid": "builders",
    "random_network": "builders",
    "Traces": "traces",
    "Location": "errors",
    "TellegenError": "errors",
    "NetlistError": "errors",
    "CircuitError": "errors",
    "NumericalError": "errors",
    "ExperimentError": "errors",
    "DataError": "errors",
    "SpiceError": "errors",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Import the file that defines a public name when it is first asked for (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return __all__
