"""Power beside an operating point: what every element takes, what that sums to, and how soon the circuit settles."""

from __future__ import annotations

import numpy as np

from ..netlist import Circuit, TellegenError, Traces
from ..solvers.power import power
from ..solvers.time_constants import time_constants


def with_power(circuit: Circuit, traces: Traces) -> Traces:
    """The traces with `p(element)` in watts, negative where it delivers, and the sums in `about`.

    With capacitors in the circuit, `about` has the slowest time constant in seconds too, or why there is none.
    """
    found = power(circuit, traces)
    watts = {f"p({name})": np.asarray(taken[0]) for name, taken in found.taken.items()}
    about = {
        **traces.about,
        "dissipated_watts": float(found.dissipated[0]),
        "delivered_watts": float(found.delivered[0]),
        "power_imbalance": found.imbalance,
    }
    if circuit.flatten().of_kind("C"):
        try:
            about["slowest_seconds"] = time_constants(circuit).slowest
        except TellegenError as error:
            about["slowest_seconds"] = f"unknown ({error})"
    return Traces({**traces.signals, **watts}, traces.axes, about)
