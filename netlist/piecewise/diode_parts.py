"""One piecewise-linear diode as ideal parts, and how their currents sum to its own.

    anode ─┬─ on_resistance ─ ideal diode ─ drop ─────────────────┬─ middle ─┬─ limit (current source) ─┬─ cathode
           ├─ leakage ────────────────────────────────────────────┤          └─ ideal diode, back ──────┘
           └─ zener ─ ideal diode, back ─ zener_resistance ───────┘

The limiter passes any current up to `limit`: its diode is a short that carries limit − i, and opens where that is 0.
The first ideal diode keeps the device's own name.
"""

from __future__ import annotations

from ..element import Element
from .diode import PiecewiseDiode
from .parts import Builder, Parts, multiplicity


def diode_parts(device: Element, diode: PiecewiseDiode) -> Parts:
    """The parts of a scalar device, or of an array with one range; `m` times `area` of them stand in parallel."""
    builder = Builder(device, device.model, multiplicity(device, ("m", "area")))
    anode, cathode = device.nodes
    middle = cathode if diode.limit is None else builder.node("middle")
    current = [(1.0, builder.chain("forward", device.name, (anode, middle), diode.drop, diode.on_resistance))]
    if diode.leakage is not None:
        current.append((1.0, builder.add("r", "leakage", (anode, middle), diode.leakage / builder.times)))
    if diode.zener is not None:
        back = builder.named("d", "zener")
        current.append((-1.0, builder.chain("zener", back, (middle, anode), diode.zener, diode.zener_resistance)))
    if diode.limit is not None:
        # the limiter is in series with all the rest, so that its current is the device's
        source = builder.add("i", "limit", (middle, cathode), diode.limit * builder.times)
        back = builder.add("d", "limit", (cathode, middle), None)
        current = [(1.0, source), (-1.0, back)]
    return builder.parts(current)
