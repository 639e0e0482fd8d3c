"""An operating point as a table for a person, or as JSON or CSV for a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from .table import render
from .units import unit_of

if TYPE_CHECKING:
    from ..netlist import Traces

_PREFIXES = ("f", "p", "n", "µ", "m", "", "k", "M", "G", "T")
_SHOWN = 24


def engineering(value: float, unit: str, digits: int = 5) -> str:
    """A number with the prefix that leaves one to three digits before the point: `1.2345 mA`."""
    if value == 0 or not np.isfinite(value) or abs(value) < 1e-15:
        return f"{value:.{digits}g} {unit}"
    rounded = abs(float(f"{value:.{digits - 1}e}"))
    power = int(np.clip(np.floor(np.log10(rounded) / 3), -5, 4))
    return f"{value / 1000.0**power:.{digits}g} {_PREFIXES[power + 5]}{unit}"


def as_json(traces: Traces) -> str:
    """`{"v(node)": volts, …, "i(element)": amperes, …}`, one entry a scalar signal, currents with SPICE's sign."""
    return json.dumps({name: float(value) for name, value in traces.scalars()}, indent=1, allow_nan=False)


def as_csv(traces: Traces) -> str:
    """A header and one row a scalar signal: its name and its value in volts or amperes, to the last digit."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("signal", "value", "unit"))
    rows.writerows((name, repr(float(value)), unit_of(name)) for name, value in traces.scalars())
    return text.getvalue()


def _rows(traces: Traces) -> Iterator[tuple[str, str]]:
    """Name and value of each line of the table; a long bus or array is one line with its range of values."""
    for name, signal in traces.signals.items():
        values, unit = np.asarray(signal), unit_of(name)
        if values.size > _SHOWN:
            low, high = engineering(float(values.min()), unit), engineering(float(values.max()), unit)
            shape = ",".join(f"0:{size - 1}" for size in values.shape)
            yield f"{name[:-1]}[{shape}])", f"{low} … {high}"
            continue
        for index in np.ndindex(values.shape):
            line = f"{name[:-1]}[{','.join(map(str, index))}])" if index else name
            yield line, engineering(float(values[index]), unit)


def as_table(traces: Traces) -> str:
    """Two columns and a line on how the answer was made. Long arrays are one row with their smallest and largest."""
    table = render(("signal", "value"), _rows(traces), numbers=(1,))
    about = ", ".join(f"{key} {_brief(value)}" for key, value in traces.about.items() if value not in (None, "", ()))
    return f"{table}\n\n{about}" if about else table


def _brief(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
