"""Values out of the range that the element table declares for them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..circuit import Circuit
from ..declaration import Parameter
from ..element import Element
from ..elements import KINDS
from .branches import branch_name
from .finding import Finding, finding


def values_out_of_range(circuit: Circuit) -> Iterator[Finding]:
    """An error for every quantity of an element that is not a number or not in its declared range."""
    for element in circuit.elements:
        kind = KINDS[element.kind]
        if kind.value is not None:
            yield from _outside(element, getattr(element.value, "dc", element.value), kind.value)
        for name, value in element.parameters.items():
            declared = kind.parameter(name)
            if declared is not None:
                yield from _outside(element, value, declared)


def _outside(element: Element, value: object, declared: Parameter) -> Iterator[Finding]:
    if isinstance(value, float):
        if not declared.allows(value) or value in (np.inf, -np.inf):
            yield _finding(element, declared, value, "")
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        wrong = np.flatnonzero(~_allowed(value, declared))
        if len(wrong):
            more = f" and {len(wrong) - 1} more of its values are too" if len(wrong) > 1 else ""
            name = branch_name(element, int(wrong[0]))
            yield _finding(element, declared, float(value.flat[wrong[0]]), more, name)


def _allowed(value: np.ndarray, declared: Parameter) -> np.ndarray:
    inside = np.isfinite(value) & (value >= declared.minimum) & (value <= declared.maximum)
    return inside & (value != declared.minimum) if declared.open_minimum else inside


def _finding(element: Element, declared: Parameter, value: float, more: str, name: str | None = None) -> Finding:
    unit = f" {declared.unit}" if declared.unit else ""
    wanted = declared.range if np.isfinite(declared.minimum) or np.isfinite(declared.maximum) else "a finite number"
    message = (
        f"the {declared.name} of {name or element.name} is {value:g}{unit}, out of range{more}; it must be {wanted}"
    )
    return finding("error", message, (element,))
