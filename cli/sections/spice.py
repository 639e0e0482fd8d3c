"""Agreement with ngspice: what both programs say of the learned circuit, output by output."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from ..figure import ACCENT, MUTED, SECOND, drawing
from ..results import Results
from .section import Section, Tile, picture, table

NAME, TITLE = "spice", "Agreement with ngspice"
_WORST = 6
_CLASS_COLUMNS = {
    "label": "class",
    "samples": "samples",
    "same": "same class in ngspice",
    "correct_predicted": "right in Tellegen",
    "correct_in_ngspice": "right in ngspice",
}


def section(results: Results) -> Section:
    """Both answers against each other: how far apart, where most, class by class, and why."""
    summary, columns = results.agreement, results.compared
    agrees = bool(summary.get("agrees"))
    note = f"{summary.get('samples', '?')} samples, {summary.get('relative', float('nan')):.1e} of the swing apart"
    tile = Tile("ngspice", "agrees" if agrees else "disagrees", note, "good" if agrees else "bad")
    body = picture(_figure(columns)) + _worst(columns) + _classes(summary) + _why(summary)
    return Section(NAME, TITLE, str(summary.get("sentence", "")), body, tiles=(tile,))


def _figure(columns: dict[str, np.ndarray]) -> str:
    ours, theirs = columns["tellegen"], columns["ngspice"]
    difference = np.abs(columns["difference"])
    with drawing(NAME, 8.0, 3.0, "Outputs of Tellegen and ngspice") as sheet:
        left, right = sheet.figure.subplots(1, 2, width_ratios=(1, 1.2))
        ends = [float(np.nanmin([ours, theirs])), float(np.nanmax([ours, theirs]))]
        left.plot(ends, ends, color=MUTED, linewidth=0.8)
        left.plot(ours, theirs, "o", color=ACCENT, markersize=3, alpha=0.6, markeredgewidth=0)
        left.set_title("Every output of every sample, V")
        left.set_xlabel("Tellegen")
        left.set_ylabel("ngspice")
        known = difference[np.isfinite(difference)]
        floor = max(float(known.max(initial=0.0)) * 1e-9, 1e-18)
        right.hist(np.log10(np.maximum(known, floor)), bins=30, color=SECOND)
        right.set_title("Outputs by how far apart they are, V")
        right.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        right.xaxis.set_major_formatter(lambda power, _: f"1e{power:.0f}")
        right.grid(axis="x", visible=False)
    return sheet.svg


def _worst(columns: dict[str, np.ndarray]) -> str:
    """The outputs that differ most."""
    order = np.argsort(-np.nan_to_num(np.abs(columns["difference"]), nan=np.inf))[:_WORST]
    rows = [
        (
            f"{columns['sample'][i]:.0f}",
            str(columns["signal"][i]),
            f"{columns['tellegen'][i]:.9g}",
            f"{columns['ngspice'][i]:.9g}",
            f"{columns['difference'][i]:.2e}",
        )
        for i in order
    ]
    return table(("sample", "signal", "Tellegen, V", "ngspice, V", "difference, V"), rows)


def _classes(summary: dict[str, Any]) -> str:
    """Class by class: how many samples, and for how many ngspice decides the same."""
    rows = [
        tuple("–" if row.get(key) is None else str(row[key]) for key in _CLASS_COLUMNS)
        for row in summary.get("classes", ())
    ]
    return f"<h3>Class by class</h3>{table(tuple(_CLASS_COLUMNS.values()), rows)}" if rows else ""


def _why(summary: dict[str, Any]) -> str:
    """Where the differences come from."""
    reasons = "".join(f"<li>{escape(str(reason))}</li>" for reason in summary.get("reasons", ()))
    return f"<h3>Why they differ</h3><ul class='why'>{reasons}</ul>" if reasons else ""
