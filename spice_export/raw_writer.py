"""Answers as a raw file, as ngspice writes its own and other viewers of waveforms read it.

One plot an answer, in order; numbers as native doubles, complex ones in pairs. ngspice manual, "Rawfile format".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np

from ..netlist.traces import Traces

PLOTS: Mapping[str, str] = MappingProxyType(
    {
        "op": "Operating Point",
        "tran": "Transient Analysis",
        "ac": "AC Analysis",
        "dc": "DC transfer characteristic",
        "noise": "Noise Spectral Density Curves",
        "totals": "Integrated Noise",
        "tf": "Transfer Function",
    }
)
"""What ngspice calls the plot of an analysis, by its keyword."""

_SCALES: Mapping[str, str] = MappingProxyType({"time": "time", "frequency": "frequency"})


def write_raw(answers: Iterable[tuple[str, Traces]], title: str = "") -> bytes:
    """The raw file of answers, each with the keyword of its analysis.

    Buses and arrays are written line by line. Of several axes the last, which is the fastest, is the plot's scale, and
    the points of all follow each other, as ngspice has nested sweeps. Linear in the size of the answers.
    """
    return b"".join(_plot(PLOTS.get(keyword, keyword), answer, title) for keyword, answer in answers)


def _plot(kind: str, answer: Traces, title: str) -> bytes:
    points = int(np.prod([len(axis) for axis in answer.axes.values()], dtype=int))
    columns = {name: np.ravel(values) for name, values in answer.scalars()}
    if answer.axes:
        name, axis = list(answer.axes.items())[-1]
        columns = {_scale(name): np.resize(np.asarray(axis), points), **columns}
    is_complex = any(np.iscomplexobj(column) for column in columns.values())
    table = np.array(list(columns.values()), dtype=np.complex128 if is_complex else np.float64).T
    header = [
        f"Title: {' '.join(title.split())}",
        f"Plotname: {kind}",
        f"Flags: {'complex' if is_complex else 'real'}",
        f"No. Variables: {len(columns)}",
        f"No. Points: {points}",
        "Variables:",
        *(f"\t{place}\t{name}\t{_type(name)}" for place, name in enumerate(columns)),
        "Binary:",
        "",
    ]
    return "\n".join(header).encode() + np.ascontiguousarray(table.reshape(points, len(columns))).tobytes()


def _scale(axis: str) -> str:
    """ngspice's name of an axis: swept sources are `v-sweep`, a swept temperature `temp-sweep`."""
    if axis in _SCALES:
        return axis
    return {"v": "v-sweep", "i": "i-sweep", "r": "res-sweep", "t": "temp-sweep"}.get(axis[0], axis)


def _type(name: str) -> str:
    if name in _SCALES:
        return _SCALES[name]
    return "current" if name[:2] in ("i(", "i-") else "voltage"
