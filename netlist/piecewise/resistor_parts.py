"""One piecewise-linear resistor as ideal parts: a resistor for its base segment, and an ideal diode for every knee.

A knee where the curve gets steeper puts a branch beside all that is there so far, and one where it gets flatter a cell
in series with it; `r` is the difference of the conductances, or of the resistances, of both segments:

    ──┬── so far ────────────────────────┬──          ── so far ──┬── current source at the knee ──┬──
      └── r ── ideal diode ── voltage ───┘                        ├── ideal diode, back ───────────┤
                                                                  └── r ───────────────────────────┘

The cell is a short up to the knee's current: its diode carries what the source has too much. Without `r` (a vertical or
a flat segment) the branch is that of an ideal diode, and the cell lets nothing more pass. Below the base both are
turned round. The base keeps the resistor's own name.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..element import Element
from .curve import Curve, Knee
from .parts import Builder, Parts, multiplicity
from .resistor import PiecewiseResistor

IDEAL = "ideal#resistor"
"""The model of the ideal diodes in resistors."""


def resistor_parts(device: Element, resistor: PiecewiseResistor) -> Parts:
    """The parts of a scalar resistor, or of an array with one range; `m` of them stand in parallel."""
    if resistor.curve is not None:
        return _Cascade(device, resistor.curve).parts()
    builder = Builder(device, IDEAL, multiplicity(device, ("m",)))
    first, second = device.nodes
    inner, outer = builder.node("below1_end"), builder.node("above1_end")
    builder.elements.append(replace(device, nodes=(inner, outer)))
    _cell(builder, "above1", (outer, second), resistor.limit or 0.0, 0.0)
    # the current that leaves the second node is limited as well
    _cell(builder, "below1", (inner, first), resistor.limit or 0.0, 0.0)
    return builder.parts([(1.0, device.name)])


def _cell(builder: Builder, role: str, ends: tuple[str, str], amperes: float, ohms: float) -> list[tuple[float, str]]:
    """A short for a current of up to `amperes` from one end to the other, and a resistor for what is beyond."""
    start, stop = ends
    current = [(-1.0, builder.add("d", role, (stop, start), None))]
    if amperes:
        current.append((1.0, builder.add("i", role, (start, stop), amperes * builder.times)))
    if ohms:
        current.append((1.0, builder.add("r", role, (start, stop), ohms / builder.times)))
    return current


class _Cascade:
    """Puts a curve together from its base outwards."""

    def __init__(self, device: Element, curve: Curve):
        self.curve = curve
        self.builder = Builder(device, IDEAL, multiplicity(device, ("m",)))
        self.start, self.stop = device.nodes
        above, below = list(curve.above()), list(curve.below())
        self.knees = [(f"above{k}", knee, 1.0) for k, knee in enumerate(above, 1)]
        self.knees += [(f"below{k}", knee, -1.0) for k, knee in enumerate(below, 1)]
        self.cells = sum(_gets_flatter(knee) for _, knee, _ in self.knees)
        self.current: list[tuple[float, str]] = []

    def parts(self) -> Parts:
        at = self.end("base")
        self.base(at)
        for role, knee, sense in self.knees:
            if not _gets_flatter(knee):
                ends = (self.start, at) if sense > 0 else (at, self.start)
                ohms = 0.0 if knee.outer == math.inf else 1.0 / (knee.outer - knee.inner)
                name = self.builder.named("d", role)
                self.current.append((sense, self.builder.chain(role, name, ends, sense * knee.volts, ohms)))
                continue
            self.cells -= 1
            inner, at = at, self.end(role)
            ends = (inner, at) if sense > 0 else (at, inner)
            ohms = 0.0 if knee.outer == 0.0 else 1.0 / knee.outer - 1.0 / knee.inner
            passed = _cell(self.builder, role, ends, sense * knee.amperes, ohms)
            self.current = [(sense * sign, name) for sign, name in passed]
        return self.builder.parts(self.current)

    def end(self, role: str) -> str:
        """Where what is there so far ends: at the resistor's second node, or at a new one if cells are to come."""
        return self.builder.node(f"{role}_end") if self.cells else self.stop

    def base(self, stop: str) -> None:
        """The segment to begin with: a resistor, with a source where its line misses the origin; or a current."""
        segment, builder = self.curve.base(), self.builder
        slope, amperes = self.curve.slopes()[segment], self.curve.amperes[segment]
        if not slope:
            if amperes:
                name = builder.add("i", "base", (self.start, stop), amperes * builder.times)
                self.current.append((1.0, name))
            return
        volts = self.curve.offset(segment)
        after = builder.node("base_foot") if volts else stop
        resistor = builder.element(builder.device.name, (self.start, after), 1.0 / slope / builder.times)
        builder.elements.append(resistor)
        self.current.append((1.0, resistor.name))
        if volts:
            builder.add("v", "base", (after, stop), volts)


def _gets_flatter(knee: Knee) -> bool:
    return knee.outer < knee.inner
