"""Picture files: which endings they have, how pictures look, and a figure as a file's bytes, the same each time."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exits import Misuse

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENDINGS = (".svg", ".png")
_CHANGING: Mapping[str, str] = {"svg": "Date", "png": "Software"}
"""What would make a file another one each time it is written."""


def picture_file(path: Path) -> Path:
    """The path itself when its ending is a picture's; asked before any work that would be lost."""
    if path.suffix.lower() not in ENDINGS:
        raise Misuse(f"{path} does not end in {' or '.join(ENDINGS)}; choose one of these")
    return path


def style(salt: str) -> dict[Any, Any]:
    """Matplotlib's settings; the salt makes the names within an SVG the same each time."""
    return {
        "font.size": 9.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#d8dce2",
        "axes.edgecolor": "#9aa3af",
        "xtick.color": "#4b5563",
        "ytick.color": "#4b5563",
        "axes.labelcolor": "#4b5563",
        "svg.fonttype": "none",
        "svg.hashsalt": salt,
    }


def rendered(figure: Figure, ending: str) -> bytes:
    """The figure as the bytes of an `svg` or a `png` file."""
    content, metadata = io.BytesIO(), {_CHANGING[ending]: None}
    figure.savefig(content, format=ending, dpi=160, metadata=metadata)  # type: ignore[arg-type]
    return content.getvalue()
