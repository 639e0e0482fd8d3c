"""Circuits that compute and learn: from a SPICE netlist to trained values that ngspice confirms.

`load` and `parse` make a `Circuit`; `operating_point` makes `Traces` of it; `train` makes a better `Circuit`;
`deck` and `verify` take it to ngspice. Every name is imported when it is first used, so that `import tellegen` costs
next to nothing and touches no global setting of any library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import circuits as circuits
    from . import cli as cli
    from . import netlist as netlist
    from . import solvers as solvers
    from . import spice_export as spice_export
    from . import training as training
    from .netlist import (
        Circuit,
        Element,
        Finding,
        TellegenError,
        Traces,
        crossbar,
        deep_resistive_network,
        divider,
        grid,
        load,
        parse,
        random_network,
        save,
        write,
    )
    from .solvers import operating_point
    from .spice_export import deck, verify
    from .training import load_run, train

    __version__: str

__all__ = [
    "Circuit",
    "Element",
    "Finding",
    "TellegenError",
    "Traces",
    "__version__",
    "circuits",
    "cli",
    "crossbar",
    "deck",
    "deep_resistive_network",
    "divider",
    "grid",
    "load",
    "load_run",
    "netlist",
    "operating_point",
    "parse",
    "random_network",
    "save",
    "solvers",
    "spice_export",
    "train",
    "training",
    "verify",
    "write",
]

_PACKAGES = frozenset({"circuits", "cli", "netlist", "solvers", "spice_export", "training"})
_HOME = {
    **dict.fromkeys(
        (
            "Circuit",
            "Element",
            "Finding",
            "TellegenError",
            "Traces",
            "crossbar",
            "deep_resistive_network",
            "divider",
            "grid",
            "load",
            "parse",
            "random_network",
            "save",
            "write",
        ),
        "netlist",
    ),
    "operating_point": "solvers",
    **dict.fromkeys(("load_run", "train"), "training"),
    **dict.fromkeys(("deck", "verify"), "spice_export"),
}


def __getattr__(name: str) -> object:
    """Import a public name on its first use (PEP 562) and keep it."""
    if name in _PACKAGES:
        return importlib.import_module(f".{name}", __name__)
    if name == "__version__":
        value: object = importlib.import_module("importlib.metadata").version(__name__)
    elif name in _HOME:
        value = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
