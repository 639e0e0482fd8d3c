"""Conductances for line widths, where there are numbers."""

from __future__ import annotations

import numpy as np

from ...netlist.element import Element


def conductance_or_none(element: Element) -> float | np.ndarray | None:
    """The conductance in siemens of a resistor whose card has a number; None for everything else."""
    if element.kind != "R":
        return None
    given = element.parameters.get("g")
    if given is None:
        given = element.value
        if isinstance(given, float) and given > 0:
            return 1.0 / given
        return 1.0 / given if isinstance(given, np.ndarray) and bool((given > 0).all()) else None
    return given if isinstance(given, (float, np.ndarray)) else None
