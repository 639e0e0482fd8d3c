"""The numbers a network runs with, apart from its structure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..netlist.errors import CircuitError


@dataclass(frozen=True, eq=False)
class Load:
    """What is attached to the load nodes for a while, to nudge them: a conductance to ground and an injected current.

    `conductance` in siemens, which may be negative while the node's sum stays positive, and `current` in amperes into
    the node; each one number or one a load node. Nudging by ½β(v − y)² is `Load(beta, beta * y)`.
    """

    conductance: Any = 0.0
    current: Any = 0.0


@dataclass(frozen=True, eq=False)
class Values:
    """Flat float64 arrays in the order of a network's branches: siemens, volts, amperes, and the loads' two."""

    conductance: np.ndarray
    voltage: np.ndarray
    current: np.ndarray
    load_conductance: np.ndarray
    load_current: np.ndarray


def one_per_node(value: Any, count: int, what: str) -> np.ndarray:
    """A load's numbers as a flat array.

    Raises:
        CircuitError: a wrong shape or a number that is not finite.
    """
    array = np.asarray(value, dtype=np.float64)
    if array.size not in (1, count) or not np.all(np.isfinite(array)):
        raise CircuitError(
            f"the load's {what} must be one finite number, or {count} of them; its shape is {array.shape}"
        )
    return np.broadcast_to(array.ravel(), (count,))
