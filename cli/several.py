"""The answers to all analyses of a deck, and what is measured in them, as one text or file.

One analysis alone stands as it is; several stand under their labels: `op`, `tran`, and `tran2` for the second.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..netlist import Traces
from ..spice_export.raw_writer import write_raw
from . import answers, curve_answers
from .answers import engineering
from .exits import Misuse
from .simulation import Carried
from .table import render


def as_table(found: Sequence[Carried]) -> str:
    """A table an analysis, under its card where there are several, and a table of what was measured."""
    blocks: list[str] = []
    for each in found:
        table = curve_answers.as_table(each.answer) if each.answer.axes else answers.as_table(each.answer)
        blocks.append(f"{each.text}\n{table}" if len(found) > 1 else table)
        if each.totals:
            rows = [(name, engineering(value, "V")) for name, value in each.totals.items()]
            blocks.append(render(("over the band", "root mean square"), rows, numbers=(1,)))
    values = _measures(found)
    if values:
        blocks.append(render(("measure", "value"), [(name, f"{value:.6g}") for name, value in values.items()]))
    return "\n\n".join(blocks)


def as_json(found: Sequence[Carried]) -> str:
    """Signals by name, lists over an axis; several analyses by their labels; `measures` where there are any."""
    parts: dict[str, Any] = {each.label: _mapping(each) for each in found}
    whole = parts if len(parts) > 1 else next(iter(parts.values()))
    values = _measures(found)
    text = {**whole, "measures": values} if values else whole
    indent = None if any(each.answer.axes for each in found) else 1
    return json.dumps(text, allow_nan=False, indent=indent)


def as_csv(found: Sequence[Carried]) -> str:
    """The table of one analysis.

    Raises:
        Misuse: there are several.
    """
    if len(found) > 1:
        labels = ", ".join(each.label for each in found)
        raise Misuse(f"csv holds one analysis, and the deck asks for {labels}; choose by --analysis, or write .json")
    (each,) = found
    return curve_answers.as_csv(each.answer) if each.answer.axes else answers.as_csv(each.answer)


def as_npz(found: Sequence[Carried]) -> bytes:
    """Arrays by name, of several analyses behind their labels: `tran/v(out)`; measures as `measure/name`."""
    content: dict[str, np.ndarray] = {}
    for each in found:
        prefix = f"{each.label}/" if len(found) > 1 else ""
        content |= {f"{prefix}{name}": array for name, array in curve_answers.arrays(each.answer).items()}
    content |= {f"measure/{name}": np.asarray(value) for name, value in _measures(found).items()}
    return curve_answers.packed(content)


def as_raw(found: Sequence[Carried], title: str) -> bytes:
    """A plot an analysis, as SPICE writes them; behind that of noise one of what it comes to over the band."""
    plots: list[tuple[str, Traces]] = []
    for each in found:
        plots.append((each.card.keyword, each.answer))
        if each.totals:
            plots.append(("totals", Traces({name: np.asarray(value) for name, value in each.totals.items()})))
    return write_raw(plots, title)


def _mapping(each: Carried) -> dict[str, Any]:
    signals = curve_answers.as_mapping(each.answer)
    return {**signals, "totals": dict(each.totals)} if each.totals else signals


def _measures(found: Sequence[Carried]) -> dict[str, float]:
    return {name: value for each in found for name, value in each.measured.values.items()}
