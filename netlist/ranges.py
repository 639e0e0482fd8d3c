"""Values against their declared ranges."""

from __future__ import annotations

import numpy as np

from .declaration import Parameter
from .errors import Location, NetlistError
from .numbers import format_number


def check_value(value: object, declaration: Parameter, name: str, location: Location | None) -> None:
    """Raise NetlistError for a number out of its declared range; expressions are checked when they have a value."""
    if isinstance(value, np.ndarray):
        _check_array(value, declaration, name, location)
    elif isinstance(value, float) and not declaration.allows(value):
        raise NetlistError(f"{name}: {_cause(value, declaration)}; {_cure(value, declaration)}", location)


def _check_array(array: np.ndarray, declaration: Parameter, name: str, location: Location | None) -> None:
    if not array.size:
        return
    low, high = float(array.min()), float(array.max())
    if declaration.allows(low) and declaration.allows(high) and np.isfinite(low) and np.isfinite(high):
        return
    good = np.isfinite(array) & (array >= declaration.minimum) & (array <= declaration.maximum)
    if declaration.open_minimum:
        good &= array != declaration.minimum
    index = tuple(int(part) for part in np.argwhere(~good)[0])
    value = float(array[index])
    where = f"{name}[{','.join(map(str, index))}]"
    raise NetlistError(f"{where}: {_cause(value, declaration)}; {_cure(value, declaration)}", location)


def _cause(value: float, declaration: Parameter) -> str:
    shown = format_number(value) if np.isfinite(value) else str(value)
    unit = f" {declaration.unit}" if declaration.unit else ""
    return f"the {declaration.description.partition(',')[0]} is {shown}{unit}"


def _cure(value: float, declaration: Parameter) -> str:
    if declaration.name == "resistance" and value == 0.0:
        return "join its nodes, or put a voltage source of 0 V between them"
    if not np.isfinite(value):
        return "write a finite number"
    return f"write a value {declaration.range}"
