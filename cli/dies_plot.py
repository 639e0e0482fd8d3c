"""The picture of dies at rest: how a signal spreads, a histogram each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from .curve_plot import MOST
from .output import write_file
from .picture import picture_file, rendered, style
from .units import unit_of


def histograms(signals: Mapping[str, np.ndarray], path: Path) -> None:
    """Draw the first signals over the dies, one below the other. Raises `Misuse` for an ending that is no picture's."""
    picture_file(path)
    chosen = dict(list(signals.items())[:MOST])
    with mpl.rc_context(style("dies")):
        figure = Figure(figsize=(6.4, 2.2 * max(1, len(chosen))), constrained_layout=True)
        panels = figure.subplots(max(1, len(chosen)), squeeze=False)[:, 0]
        for axes, (name, values) in zip(panels, chosen.items(), strict=False):
            known = values[np.isfinite(values)]
            axes.hist(known, bins=max(5, round(np.sqrt(len(known)))), color="#2f6fde")
            axes.xaxis.set_major_formatter(EngFormatter(unit_of(name)))
            axes.yaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_title(name, loc="left", fontsize=9.0)
            axes.set_ylabel("dies")
        write_file(path, rendered(figure, path.suffix.lower()[1:]))
