"""Waveforms as a table for a person, as JSON, CSV or NPZ for a program, and as a picture."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from ..netlist import Traces
from .answers import engineering, unit_of
from .exits import Misuse
from .output import write_file
from .table import render

ENDINGS = (".svg", ".png")
MOST = 12
"""Waveforms in a picture whose deck does not say what its outputs are."""
_COLOURS = ("#d9631e", "#2f6fde", "#2f9e62", "#8b5cf6", "#c026a3", "#0e7490", "#a16207", "#64748b")
_STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e7",
    "axes.edgecolor": "#9aa3af",
    "xtick.color": "#4b5563",
    "ytick.color": "#4b5563",
    "axes.labelcolor": "#4b5563",
    "svg.fonttype": "none",
    "svg.hashsalt": "waveforms",
}


def waveforms(traces: Traces) -> dict[str, np.ndarray]:
    """Every scalar waveform by name (times,)."""
    return {name: np.asarray(values, dtype=float) for name, values in traces.scalars()}


def as_table(traces: Traces) -> str:
    """A row a waveform: where it starts and ends, its lowest and highest value; and how the answer was made."""
    rows = [
        (name, *(engineering(float(each), unit_of(name)) for each in (wave[0], wave[-1], wave.min(), wave.max())))
        for name, wave in waveforms(traces).items()
    ]
    times = traces.axes["time"]
    table = render(("signal", "first", "last", "lowest", "highest"), rows, numbers=(1, 2, 3, 4))
    span = f"{len(times)} times from {engineering(float(times[0]), 's')} to {engineering(float(times[-1]), 's')}"
    known = (traces.about.get(key) for key in ("engine", "seconds"))
    about = [f"{each:.3g} s" if isinstance(each, float) else str(each) for each in known if each is not None]
    return f"{table}\n\n{', '.join([span, *about])}"


def as_json(traces: Traces) -> str:
    """`{"time": […], "v(node)": […], …}`, in seconds, volts and amperes."""
    found = {"time": traces.axes["time"], **waveforms(traces)}
    return json.dumps({name: wave.tolist() for name, wave in found.items()}, allow_nan=False)


def as_csv(traces: Traces) -> str:
    """A column a waveform behind that of the time, a row a time, every number to the last digit."""
    found = {"time": traces.axes["time"], **waveforms(traces)}
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(found)
    rows.writerows([repr(float(each)) for each in row] for row in zip(*found.values(), strict=True))
    return text.getvalue()


def as_npz(traces: Traces) -> bytes:
    """The same as arrays by name."""
    packed = io.BytesIO()
    arrays: Mapping[str, Any] = {"time": traces.axes["time"], **waveforms(traces)}
    np.savez_compressed(packed, **arrays)
    return packed.getvalue()


def picture_file(path: Path) -> Path:
    """The path itself when its ending is a picture's; asked before any work that would be lost."""
    if path.suffix.lower() not in ENDINGS:
        raise Misuse(f"{path} does not end in {' or '.join(ENDINGS)}; choose one of these")
    return path


def plot(traces: Traces, path: Path, outputs: Sequence[str]) -> None:
    """Draw the outputs, or else the first voltages, over time.

    Raises:
        Misuse: an ending that is no picture's.
    """
    picture_file(path)
    found, times = waveforms(traces), traces.axes["time"]
    wanted = [name if "(" in name else f"v({name})" for name in outputs]
    chosen = [name for name in wanted if name in found] or [name for name in found if name[0] == "v"][:MOST]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(6.4, 3.4), constrained_layout=True)
        axes = figure.subplots()
        for place, name in enumerate(chosen):
            axes.plot(times, found[name], color=_COLOURS[place % len(_COLOURS)], linewidth=1.5, label=name)
        axes.xaxis.set_major_formatter(EngFormatter("s"))
        axes.yaxis.set_major_formatter(EngFormatter("V"))
        axes.margins(x=0)
        if len(chosen) <= MOST:
            axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        content, kind = io.BytesIO(), path.suffix.lower()[1:]
        figure.savefig(content, format=kind, dpi=160, metadata={"svg": {"Date": None}, "png": {"Software": None}}[kind])
    write_file(path, content.getvalue())
