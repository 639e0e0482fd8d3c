"""The tolerances ngspice runs with: tight by default, the deck's own where it has them, all of them reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..netlist.errors import SpiceError
from ..netlist.numbers import format_number

TIGHT: Mapping[str, object] = MappingProxyType(
    {"reltol": 1e-6, "vntol": 1e-9, "abstol": 1e-12, "gmin": 1e-12, "itl1": 500.0, "itl2": 200.0}
)
"""Relative, voltage (V) and current (A) tolerances of the Newton iteration, its limits of steps, and ngspice's own
default gmin (S), which it puts across the junctions of D, Q, M and J, never from a node to ground."""

_WORD = re.compile(r"[a-z_][a-z0-9_]*")


def options_in_force(*choices: Mapping[str, object] | None) -> Mapping[str, object]:
    """The tight options overridden by each choice in turn."""
    merged = dict(TIGHT)
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
