"""The sheet of paper: a Matplotlib figure without axes in units of its own, saved whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..output import write_file
from .style import INCHES, PAPER, SETTINGS

_PIXELS = 160


@contextmanager
def sheet(path: Path) -> Iterator[Axes]:
    """Axes with equal scales to draw on in units; cut to what was drawn, then written as the path's ending says."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(facecolor=PAPER)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_aspect("equal")
        yield axes
        write_file(path, rendered(figure, path.suffix[1:].lower()))


def fit(axes: Axes, left: float, right: float, bottom: float, top: float, inches: float = INCHES) -> None:
    """Show this part of the plane, at so many inches a unit."""
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.get_figure().set_size_inches((right - left) * inches, (top - bottom) * inches)  # type: ignore[union-attr]


def rendered(figure: Figure, ending: str) -> bytes:
    """The figure as the bytes of an SVG or PNG file, the same bytes each time."""
    content = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if ending == "svg" else {"Software": None}
    figure.savefig(content, format=ending, dpi=_PIXELS, facecolor=PAPER, metadata=metadata)
    return content.getvalue()
