"""Colours, sizes and settings of all drawings. Lengths are in units; a resistor's symbol is one unit long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAPER = "#ffffff"
INK = "#1e293b"
WIRE = "#475569"
MUTED = "#64748b"
FAINT = "#cbd5e1"
NODE = "#1d4ed8"
SOURCE = "#0f766e"
CURRENT = "#7c3aed"
DIODE = "#b45309"
FILL = "#f8fafc"

COLOURS: Mapping[str, str] = {
    "V": SOURCE,
    "E": SOURCE,
    "H": SOURCE,
    "I": CURRENT,
    "F": CURRENT,
    "G": CURRENT,
    "B": CURRENT,
    "D": DIODE,
}
"""The colour of a symbol by the element's letter; INK for the others."""

INCHES = 0.46
"""Inches a unit."""

TEXT = 8.0
SMALL = 7.0
WIDTH = 1.4
"""Font sizes and line width in points."""

SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tellegen",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
}
"""Matplotlib settings; text stays text in an SVG, so that it can be searched."""
