"""A grid that moves: an SVG whose cells change colour by themselves (SMIL), without a script."""

from __future__ import annotations

from html import escape

import numpy as np
from matplotlib.colors import to_hex

from ..drawing.tones import SIGNED

SECONDS = 4.0
REST = 0.2
"""The share of the time for which the last picture stands."""
_SIDE, _ACROSS = 14, 300


def moving(frames: np.ndarray, low: float, high: float, label: str) -> str:
    """Frames (frames, rows, columns) of values between `low` and `high`, over and over.

    A reader without animation sees the last frame.
    """
    count, rows, columns = frames.shape
    share = np.clip((frames - low) / (high - low or 1.0), 0.0, 1.0)
    colours = [[[to_hex(SIGNED(value)) for value in row] for row in frame] for frame in share]
    times = ";".join(f"{each:.3g}" for each in (*np.linspace(0.0, 1.0 - REST, count), 1.0))
    cells = []
    for row in range(rows):
        for column in range(columns):
            series = [frame[row][column] for frame in colours]
            place = f'x="{column * _SIDE}" y="{row * _SIDE}" width="{_SIDE - 1}" height="{_SIDE - 1}" rx="2"'
            cells.append(
                f'<rect {place} fill="{series[-1]}"><animate attributeName="fill" dur="{SECONDS:g}s" '
                f'repeatCount="indefinite" keyTimes="{times}" values="{";".join([*series, series[-1]])}"/></rect>'
            )
    wide, high_pixels = columns * _SIDE, rows * _SIDE
    style = f"max-width:{_ACROSS}px"
    head = f'<svg role="img" aria-label="{escape(label)}" style="{style}" viewBox="0 0 {wide} {high_pixels}">'
    return f"{head}{''.join(cells)}</svg>"
