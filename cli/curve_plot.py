"""Pictures of answers over an axis: waveforms over time, sweeps, responses as magnitude and phase over frequency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from ..netlist import Traces
from .curve_answers import curves
from .output import write_file
from .picture import picture_file, rendered, style
from .units import unit_of, unit_of_axis

MOST = 12
"""Signals in a picture whose deck does not say which to show."""
_COLOURS = ("#d9631e", "#2f6fde", "#2f9e62", "#8b5cf6", "#c026a3", "#0e7490", "#a16207", "#64748b")
_HEIGHT = 3.4


def plot(answers: Sequence[Traces], path: Path, outputs: Sequence[str]) -> None:
    """Draw each answer over its fastest axis, one below the other: the outputs, or else the first voltages.

    Raises:
        Misuse: an ending that is no picture's.
    """
    picture_file(path)
    panels = [panel for answer in answers for panel in _panels(answer, outputs)]
    with mpl.rc_context(style("waveforms")):
        figure = Figure(figsize=(6.4, _HEIGHT * max(1, len(panels))), constrained_layout=True)
        for axes, (answer, found, unit) in zip(figure.subplots(len(panels), squeeze=False)[:, 0], panels, strict=True):
            _draw(axes, answer, found, unit)
        write_file(path, rendered(figure, path.suffix.lower()[1:]))


def _panels(answer: Traces, outputs: Sequence[str]) -> list[tuple[Traces, dict[str, np.ndarray], str]]:
    """What is drawn of an answer: its curves in one panel, or magnitudes and phases of phasors in two."""
    found = {name: curve for name, curve in curves(answer).items() if name not in answer.axes}
    wanted = [name if "(" in name else f"v({name})" for name in outputs]
    names = [name for name in wanted if name in found] or [name for name in found if name[0] == "v"] or list(found)
    chosen = {name: found[name] for name in names[:MOST]}
    if not any(np.iscomplexobj(curve) for curve in chosen.values()):
        return [(answer, chosen, unit_of(next(iter(chosen))) if chosen else "V")]
    sizes = {name: 20.0 * np.log10(np.maximum(np.abs(curve), 1e-30)) for name, curve in chosen.items()}
    phases = {name: np.degrees(np.unwrap(np.angle(curve))) for name, curve in chosen.items()}
    return [(answer, sizes, "dB"), (answer, phases, "°")]


def _draw(axes: Axes, answer: Traces, found: Mapping[str, np.ndarray], unit: str) -> None:
    name, axis = list(answer.axes.items())[-1]
    for place, (signal, curve) in enumerate(found.items()):
        rows = curve.reshape(-1, len(axis))
        for number, row in enumerate(rows):
            label = signal if number == 0 else None
            axes.plot(axis, row, color=_COLOURS[place % len(_COLOURS)], linewidth=1.5, label=label)
    axes.xaxis.set_major_formatter(EngFormatter(unit_of_axis(name)))
    if name == "frequency" and axis[0] > 0.0:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(EngFormatter(unit_of_axis(name)))
    axes.yaxis.set_major_formatter(EngFormatter(unit))
    axes.margins(x=0)
    if found:
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
