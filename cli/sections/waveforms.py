"""Waveforms of the outputs: how the circuit comes to its answer, and where verified, ngspice's beside them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator

from ..figure import ACCENT, MUTED, SECOND, drawing
from ..results import Absent, Results
from .section import Section, picture

NAME, TITLE = "waveforms", "Waveforms"
SHOWN = 3
FEW = 4


def section(results: Results) -> Section:
    """A panel a sample; few outputs in two colours, many as a bundle. A second row sets ngspice beside them."""
    found = results.followed
    shown = min(SHOWN, found.waves.shape[2])
    try:
        both = results.waveforms
    except Absent:
        both = None
    with drawing(NAME, 8.0, 2.3 * (2 if both else 1) + 0.2, "Output voltages over time") as sheet:
        grid = sheet.figure.subplots(2 if both else 1, shown, squeeze=False, sharex=True, sharey="row")
        for sample, axes in enumerate(grid[0]):
            _bundle(axes, found.times, found.waves[:, :, sample], found.outputs)
            axes.set_title(f"sample {sample}")
        if both:
            for column, axes in enumerate(grid[1][: len(both["tellegen"])]):
                _beside(axes, both, column)
    caption = "Every output of the first held-out samples on one die, in volts over time."
    if both:
        caption += " Below: the output that differs most of each verified pair, Tellegen as a line, ngspice as dashes."
    lead = f"{len(found.outputs)} outputs over {EngFormatter('s')(float(found.times[-1]))}, from the learned netlist."
    return Section(NAME, TITLE, lead, picture(sheet.svg, caption))


def _bundle(axes: Axes, times: np.ndarray, waves: np.ndarray, names: tuple[str, ...]) -> None:
    few = waves.shape[1] <= FEW
    for place, wave in enumerate(waves.T):
        colour = (ACCENT, SECOND, MUTED, MUTED)[place % 4] if few else (ACCENT if wave[-1] > 0 else SECOND)
        (line,) = axes.plot(times, wave, color=colour, label=names[place] if few else None)
        if not few:
            line.set_alpha(0.35)
            line.set_linewidth(0.7)
    _time(axes)
    if few:
        axes.legend(loc="best")


def _beside(axes: Axes, both: dict[str, np.ndarray], column: int) -> None:
    here, there = both["tellegen"][column], both["ngspice"][column]
    worst = int(np.nan_to_num(np.abs(there - here), nan=np.inf).max(axis=1).argmax())
    axes.plot(both["times"], here[worst], color=SECOND, linewidth=2.2)
    axes.plot(both["times"], there[worst], color=ACCENT, linestyle=(0, (4, 2)), linewidth=1.2)
    axes.set_title(f"{both['signals'][worst]}, sample {both['samples'][column]}")
    _time(axes)


def _time(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(EngFormatter("s"))
    axes.margins(x=0)
