"""The cards and directives that several builders write."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from ..circuit import Directive, Model
from ..element import Element
from ..errors import CircuitError

IDEAL = Model("ideal", "d", MappingProxyType({"is": 1e-12, "n": 1e-4}))
"""The model card of diodes that are ideal here, and nearly ideal in a SPICE that reads the card."""

IDEAL_DIRECTIVE = Directive("ideal", (), MappingProxyType({"model": "ideal"}))

Range = float | tuple[float, float]


def directive(keyword: str, *selectors: str, **options: object) -> Directive:
    """A `*@` line."""
    return Directive(keyword, selectors, MappingProxyType(options))


def resistor(name: str, first: str, second: str, conductance: float) -> Element:
    """A resistor written by its conductance in siemens."""
    return Element(name, (first, second), parameters=MappingProxyType({"g": conductance}))


def draw_values(given: Range, count: int, random: np.random.Generator) -> np.ndarray:
    """`count` equal values, or values drawn log-uniformly from a range (least, greatest)."""
    if not isinstance(given, tuple):
        return np.full(count, float(given))
    least, greatest = given
    if not 0 < least <= greatest:
        raise CircuitError(f"the range of conductances is {least:g} to {greatest:g}; give 0 < least <= greatest")
    return np.exp(random.uniform(np.log(least), np.log(greatest), count))


def at_least(what: str, number: int, least: int) -> None:
    """Refuse a size that makes no circuit."""
    if number < least:
        raise CircuitError(f"{what} is {number}; give at least {least}")
