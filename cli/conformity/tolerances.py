"""How far apart two answers may be, and how exactly both programs make them.

A difference is judged as a share of a scale. The scale of a value is the value itself, that of a waveform its swing;
but values that are next to nothing are judged as if they were larger, for no program computes those to many digits:

    analysis    tolerance    scale: the largest of
    op, dc      1e-6         |value|; 1 V or 1 µA; a millionth of the largest voltage or current
    ac          1e-6         |value|; a thousandth of its largest at any frequency; a millionth of any signal's largest
    tran        1e-3         swing; a hundredth of the largest |value|; 1 mV or 1 µA; a thousandth of the largest swing

so that at an operating point differences of 1 µV and of 1 pA always pass. In op, dc and ac currents are given what
twice gmin carries at the largest voltage, besides: 2 pA a volt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LEAST: Mapping[str, float] = MappingProxyType({"v": 1.0, "i": 1e-6})
"""Volt and ampere: the least scale of a value at an operating point or in a sweep."""

LEAST_SWING: Mapping[str, float] = MappingProxyType({"v": 1e-3, "i": 1e-6})
"""Volt and ampere: the least scale of a waveform."""

TIGHT: Mapping[str, object] = MappingProxyType(
    {
        "reltol": 1e-6,
        "abstol": 1e-15,
        "vntol": 1e-9,
        "chgtol": 1e-18,
        "trtol": 1.0,
        "itl1": 1000.0,
        "itl2": 500.0,
        "itl4": 100.0,
    }
)
"""ngspice's options, in place of the deck's own of these names."""

OURS: Mapping[str, object] = MappingProxyType({"reltol": 1e-6, "abstol": 1e-12, "vntol": 1e-9})
"""Our own engine's."""

SHARP: Mapping[str, object] = MappingProxyType({**TIGHT, "reltol": 1e-9, "vntol": 1e-12})
"""ngspice's options where it solves for values: an iteration that stops at a millionth may be wrong by it."""

LOOSER: Mapping[str, object] = MappingProxyType(
    {**TIGHT, "reltol": 1e-5, "abstol": 1e-12, "vntol": 1e-8, "chgtol": 1e-15, "trtol": 7.0}
)
"""ngspice's options in transients that it breaks off with the tight ones: where a step becomes too small for it."""

OWN: Mapping[str, object] = MappingProxyType({**LOOSER, "reltol": 1e-3, "vntol": 1e-6, "chgtol": 1e-14})
"""ngspice's own tolerances, its last resort."""


@dataclass(frozen=True)
class Tolerances:
    """The largest difference, as a share of the scale, by analysis."""

    op: float = 1e-6
    dc: float = 1e-6
    ac: float = 1e-6
    tran: float = 1e-3

    def of(self, keyword: str) -> float:
        """The tolerance of an analysis."""
        return {"op": self.op, "dc": self.dc, "ac": self.ac, "tran": self.tran}[keyword]
