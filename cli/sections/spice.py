"""Agreement with ngspice: what both programs say of the learned circuit, output by output."""

from __future__ import annotations

import numpy as np

from ..figure import ACCENT, MUTED, SECOND, drawing
from ..results import Results
from .section import Section, Tile, picture, table

NAME, TITLE = "spice", "Agreement with ngspice"
_WORST = 8


def section(results: Results) -> Section:
    """Both answers against each other, how far apart they are, and the outputs that differ most."""
    summary, columns = results.agreement, results.compared
    ours, theirs = columns["tellegen"], columns["ngspice"]
    difference = np.abs(ours - theirs)
    with drawing(NAME, 8.0, 3.1, "Outputs of Tellegen and ngspice") as sheet:
        left, right = sheet.figure.subplots(1, 2, width_ratios=(1, 1.2))
        ends = [float(min(ours.min(), theirs.min())), float(max(ours.max(), theirs.max()))]
        left.plot(ends, ends, color=MUTED, linewidth=0.8)
        left.plot(ours, theirs, "o", color=ACCENT, markersize=3, alpha=0.6, markeredgewidth=0)
        left.set_title("Every output of every sample, V")
        left.set_xlabel("Tellegen")
        left.set_ylabel("ngspice")
        floor = max(float(difference.max()) * 1e-9, 1e-18)
        right.hist(np.log10(np.maximum(difference, floor)), bins=30, color=SECOND)
        right.set_title("How far apart, V")
        right.xaxis.set_major_formatter(lambda power, _: f"1e{power:g}")
        right.grid(axis="x", visible=False)
    verdict, mood = ("agrees", "good") if summary.get("agrees") else ("disagrees", "bad")
    tile = Tile("ngspice", verdict, f"{summary.get('samples', '?')} samples", mood)
    return Section(NAME, TITLE, str(summary.get("sentence", "")), picture(sheet.svg) + _worst(columns), tiles=(tile,))


def _worst(columns: dict[str, np.ndarray]) -> str:
    """The outputs that differ most."""
    difference = np.abs(columns["tellegen"] - columns["ngspice"])
    order = np.argsort(-difference)[:_WORST]
    rows = [
        (
            f"{columns['sample'][i]:.0f}",
            str(columns["signal"][i]),
            f"{columns['tellegen'][i]:.9g}",
            f"{columns['ngspice'][i]:.9g}",
            f"{difference[i]:.2e}",
        )
        for i in order
    ]
    return table(("sample", "signal", "Tellegen, V", "ngspice, V", "difference, V"), rows)
