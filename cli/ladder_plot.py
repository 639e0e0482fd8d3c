"""The picture of a ladder: accuracy on each rung, with the ideal design carried over and trained anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from .picture import rendered, style

if TYPE_CHECKING:
    from .rung import Rung

_COLOURS = {"trained": "#2f6fde", "carried over": "#d9631e"}


def draw(rows: Sequence[Rung]) -> dict[str, bytes]:
    """The files' contents by suffix, `png` and `svg`: test accuracy as lines, that of ngspice's samples as rings."""
    rungs = list(dict.fromkeys(row.diodes for row in rows))
    with mpl.rc_context(style("ladder")):
        figure = Figure(figsize=(5.6, 3.2), constrained_layout=True)
        axes = figure.subplots()
        for design, colour in _COLOURS.items():
            chosen = [row for row in rows if row.design == design or row.diodes == rungs[0]]
            places = [rungs.index(row.diodes) for row in chosen]
            axes.plot(places, [100 * row.test_accuracy for row in chosen], "o-", color=colour, label=design)
            label = "in ngspice" if design == "trained" else None
            ngspice = [100 * row.ngspice for row in chosen]
            axes.plot(places, ngspice, "o", color=colour, markerfacecolor="none", markersize=10, label=label)
        axes.set_xticks(range(len(rungs)), [name.replace("_", " ") for name in rungs])
        axes.set_ylabel("test accuracy, %")
        axes.legend(frameon=False)
        return {ending: rendered(figure, ending) for ending in ("png", "svg")}
