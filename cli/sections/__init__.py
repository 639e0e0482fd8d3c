"""The report's sections, one a file: each takes the `Results` of a run and returns a `Section` of HTML.

A section whose data is not there raises `Absent`; the page then says what is missing and which command makes it.
"""

from __future__ import annotations

from . import (
    cells,
    circuit,
    conductances,
    confusion,
    fingerprint,
    learned,
    learning,
    making,
    power,
    spice,
    voltages,
    waveforms,
)
from .section import Section, Tile, picture, table

__all__ = [
    "Section",
    "Tile",
    "cells",
    "circuit",
    "conductances",
    "confusion",
    "fingerprint",
    "learned",
    "learning",
    "making",
    "picture",
    "power",
    "spice",
    "table",
    "voltages",
    "waveforms",
]
