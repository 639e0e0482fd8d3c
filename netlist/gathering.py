"""Scalar signals of an expanded circuit as those of the circuit itself: buses and arrays whole."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .buses import bus_widths
from .circuit import Circuit
from .expansion import line_names


def gathered(signals: Mapping[str, np.ndarray], circuit: Circuit) -> dict[str, np.ndarray]:
    """`v(h)` (…, width) for the lines `v(h[0])` …, `i(rw)` (…, *shape) for `i(rw[0,0])` …; all others as they are.

    A bus or an array of which a line is missing stays in lines. Linear in the number of signals.
    """
    flat = circuit.flatten()
    arrays = [element for element in flat.elements if element.ranges]
    widths = bus_widths(flat)
    if not widths and not arrays:
        return dict(signals)
    wholes = {f"v({net})": ([f"v({net}[{k}])" for k in range(width)], (width,)) for net, width in widths.items()}
    wholes |= {f"i({each.name})": ([f"i({name})" for name in line_names(each)], each.shape) for each in arrays}
    found = dict(signals)
    for name, (lines, shape) in wholes.items():
        if all(line in found for line in lines):
            together = np.stack([found.pop(line) for line in lines], axis=-1)
            found[name] = together.reshape(*together.shape[:-1], *shape)
    return found
