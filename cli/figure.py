"""Figures as inline SVG that follows the page: drawn in token colours, which become CSS variables.

Matplotlib does not know custom properties, so every token is a colour nobody would draw with, replaced in the text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

INK, MUTED, GRID = "#010203", "#010204", "#010205"
ACCENT, SECOND, GOOD, BAD = "#010206", "#010207", "#010208", "#010209"
_TOKENS = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    ACCENT: "accent",
    SECOND: "second",
    GOOD: "good",
    BAD: "bad",
}
# Both end in mid tones and begin transparent, so they read on white and on black.
SEQUENTIAL = LinearSegmentedColormap.from_list("conductance", [(0.95, 0.50, 0.15, 0.0), (0.93, 0.45, 0.13, 1.0)])
DIVERGING = LinearSegmentedColormap.from_list(
    "signed", [(0.15, 0.42, 0.90, 1.0), (0.3, 0.55, 0.95, 0.0), (0.95, 0.50, 0.15, 0.0), (0.92, 0.42, 0.10, 1.0)]
)
_SCALE = 1.5
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 8.0,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "axes.titlecolor": INK,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.minor.size": 0.0,
    "ytick.minor.size": 0.0,
    "xtick.major.size": 0.0,
    "ytick.major.size": 0.0,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.wspace": 0.05,
    "figure.constrained_layout.hspace": 0.05,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
}


@dataclass
class Drawing:
    """A figure while it is drawn, and its SVG afterwards."""

    figure: Figure
    svg: str = field(default="")


@contextmanager
def drawing(name: str, width: float, height: float, label: str) -> Iterator[Drawing]:
    """A figure of `width` by `height` inches in the page's style; `label` is what a screen reader says."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        result = Drawing(Figure(figsize=(width, height)))
        yield result
        text = io.StringIO()
        result.figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None}, transparent=True, dpi=160)
    result.svg = _themed(text.getvalue(), name, label)


def _themed(svg: str, name: str, label: str) -> str:
    """The `<svg>` element alone, identifiers made unique on the page, token colours made variables."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", svg)
    for token, variable in _TOKENS.items():
        svg = svg.replace(token, f"var(--{variable})")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    width = re.search(r'viewBox="0 0 ([0-9.]+)', svg)
    style = f"max-width:{float(width.group(1)) * _SCALE:.0f}px" if width else ""
    return re.sub(
        r'<svg ([^>]*?)width="[^"]*"', rf'<svg role="img" aria-label="{label}" style="{style}" \g<1>', svg, count=1
    ).replace(' height="', ' data-height="', 1)


def bare(axes: Axes) -> None:
    """No ticks, no frame, no grid: for pictures."""
    axes.grid(False)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
