"""The voltages of a node field among signals over samples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .bus import bus_slice


def field_voltages(signals: Mapping[str, np.ndarray], node: str) -> np.ndarray:
    """The voltages of a node field over the samples: (samples,) for a node, (samples, width) for a bus; ground is (1,).

    Linear in the number of samples.
    """
    if node == "0":
        return np.zeros(1)
    if f"v({node})" in signals:
        return signals[f"v({node})"]
    bus = bus_slice(node)
    if bus is not None:
        return signals[f"v({bus.name})"][:, bus.start : bus.stop + 1]
    name, _, index = node.rstrip("]").rpartition("[")
    return signals[f"v({name})"][:, int(index)]
