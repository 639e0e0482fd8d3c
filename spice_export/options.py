"""The tolerances ngspice runs with: tight by default, the deck's own where it has them, all of them reported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..netlist.circuit import Model
from ..netlist.errors import SpiceError
from ..netlist.numbers import format_number

TIGHT: Mapping[str, object] = MappingProxyType(
    {"reltol": 1e-6, "vntol": 1e-9, "abstol": 1e-12, "gmin": 1e-12, "itl1": 500.0, "itl2": 200.0}
)
"""Relative, voltage (V) and current (A) tolerances of the Newton iteration, its limits of steps, and ngspice's own
default gmin (S), which it puts across the junctions of D, Q, M and J, never from a node to ground."""

SHARP: Mapping[str, object] = MappingProxyType({"reltol": 1e-9, "vntol": 1e-12})
"""Tolerances for D models with n below `NEARLY_IDEAL`. Their current grows e-fold in n·kT/q, 2.6 µV for n=1e-4: with
the tight tolerances it may be wrong by several per cent. B-source diodes do not converge with these: the rounding of
the voltage over them, times their conductance, is more."""

NEARLY_IDEAL = 0.1

_WORD = re.compile(r"[a-z_][a-z0-9_]*")


def options_in_force(diode_models: Iterable[Model], *choices: Mapping[str, object] | None) -> Mapping[str, object]:
    """The tight options, sharp where a model on a D card needs it, overridden by each choice in turn."""
    sharp = any(isinstance(n, float) and n < NEARLY_IDEAL for n in (each.parameters.get("n") for each in diode_models))
    merged = {**TIGHT, **(SHARP if sharp else {})}
    for choice in choices:
        merged.update({key.lower(): value for key, value in (choice or {}).items()})
    return MappingProxyType(merged)


def option_line(options: Mapping[str, object]) -> str:
    """The `.options` card. Raises SpiceError for an option that is neither a number, a word nor a flag."""
    return " ".join([".options", *(_option(key, value) for key, value in options.items())])


def _option(key: str, value: object) -> str:
    if not _WORD.fullmatch(key):
        raise SpiceError(f"the option {key!r} cannot be passed on; write a name of letters and digits")
    if value is None or value is True:
        return key
    if isinstance(value, (int, float)):
        return f"{key}={format_number(float(value))}"
    if isinstance(value, str) and _WORD.fullmatch(value.lower()):
        return f"{key}={value.lower()}"
    raise SpiceError(f"the option {key} is {value!r}; give it a number or a word")
