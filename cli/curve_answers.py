"""Answers over axes, waveforms, sweeps and responses, as a table for a person, as JSON, CSV or NPZ for a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..netlist import Traces
from .answers import engineering
from .table import render
from .units import unit_of, unit_of_axis

_WORDS = {"time": "times", "frequency": "frequencies"}
_COLUMNS = ("first", "last", "lowest", "highest")


def curves(traces: Traces) -> dict[str, np.ndarray]:
    """Every axis and scalar signal by name, each over all points (points,), the last axis the fastest."""
    grids = np.meshgrid(*traces.axes.values(), indexing="ij") if traces.axes else []
    found = {name: np.ravel(grid) for name, grid in zip(traces.axes, grids, strict=True)}
    return found | {name: np.ravel(np.asarray(values)) for name, values in traces.scalars()}


def as_table(traces: Traces) -> str:
    """A row a signal: where it starts and ends, its lowest and highest value; and how the answer was made.

    Of a phasor it is the magnitude, and the phase in degrees where it starts and ends.
    """
    found = {name: curve for name, curve in curves(traces).items() if name not in traces.axes}
    phasors = any(np.iscomplexobj(curve) for curve in found.values())
    columns = ("signal", *_COLUMNS, *(("first phase", "last phase") if phasors else ()))
    table = render(columns, [_row(name, curve, phasors) for name, curve in found.items()], numbers=range(1, 7))
    return f"{table}\n\n{', '.join([*map(_span, traces.axes.items()), *_about(traces)])}"


def _row(name: str, curve: np.ndarray, phasors: bool) -> tuple[str, ...]:
    sizes = np.abs(curve) if np.iscomplexobj(curve) else curve
    cells = [engineering(float(each), unit_of(name)) for each in (sizes[0], sizes[-1], sizes.min(), sizes.max())]
    turned = np.degrees(np.angle(curve)) if np.iscomplexobj(curve) else None
    phases = ["", ""] if turned is None else [f"{turned[0]:.2f}°", f"{turned[-1]:.2f}°"]
    return (name, *cells, *(phases if phasors else ()))


def _span(axis: tuple[str, np.ndarray]) -> str:
    name, values = axis
    first, last = (engineering(float(each), unit_of_axis(name)) for each in (values[0], values[-1]))
    return f"{len(values)} {_WORDS.get(name, f'values of {name}')} from {first} to {last}"


def _about(traces: Traces) -> list[str]:
    known = (traces.about.get(key) for key in ("engine", "seconds"))
    return [f"{each:.3g} s" if isinstance(each, float) else str(each) for each in known if each is not None]


def as_mapping(traces: Traces) -> dict[str, Any]:
    """Lists by name: `{"time": […], "v(node)": […]}`, numbers at an operating point; a phasor is its two parts."""
    found: dict[str, Any] = {}
    for name, curve in curves(traces).items():
        values = curve if traces.axes else curve[0]
        if np.iscomplexobj(values):
            found[name] = {"real": np.real(values).tolist(), "imaginary": np.imag(values).tolist()}
        else:
            found[name] = values.tolist()
    return found


def as_json(traces: Traces) -> str:
    """`as_mapping` as JSON, in SI units."""
    return json.dumps(as_mapping(traces), allow_nan=False)


def as_csv(traces: Traces) -> str:
    """A column a signal behind those of the axes, two columns a phasor, a row a point, to the last digit."""
    found = dict(_columns(curves(traces)))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(found)
    rows.writerows([repr(float(each)) for each in row] for row in zip(*found.values(), strict=True))
    return text.getvalue()


def _columns(found: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    for name, curve in found.items():
        if np.iscomplexobj(curve):
            yield f"{name} real", np.real(curve)
            yield f"{name} imaginary", np.imag(curve)
        else:
            yield name, curve


def arrays(traces: Traces) -> dict[str, np.ndarray]:
    """The axes and scalar signals as arrays, complex for phasors, in the axes' shape."""
    return {name: np.asarray(axis) for name, axis in traces.axes.items()} | {
        name: np.asarray(values) for name, values in traces.scalars()
    }


def packed(found: dict[str, np.ndarray]) -> bytes:
    """Arrays by name as the content of an NPZ file."""
    content = io.BytesIO()
    np.savez_compressed(content, **found)  # type: ignore[arg-type]
    return content.getvalue()
