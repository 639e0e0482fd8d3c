"""A table of numbers, in the experiment itself or in a CSV file beside it: inputs first, then targets or a class."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ...netlist.errors import DataError
from .dataset import Dataset, from_one_piece


def table(rows: np.ndarray, name: str, *, targets: int, classes: int, fraction: float, seed: int) -> Dataset:
    """Rows as samples: the last `targets` columns are values, or the last column a label when there are `classes`."""
    columns = 1 if classes else targets
    if rows.ndim != 2 or rows.shape[1] <= columns:
        raise DataError(f"{name}: rows of {rows.shape[-1]} numbers have no inputs before {columns} target columns")
    inputs, last = rows[:, :-columns], rows[:, -columns:]
    if classes:
        last = _labels(last[:, 0], name, classes)
    full_scale = float(np.abs(inputs).max()) or 1.0
    return from_one_piece(name, inputs, last, classes, fraction, seed, full_scale)


def _labels(column: np.ndarray, name: str, classes: int) -> np.ndarray:
    wrong = column[(column != np.round(column)) | (column < 0) | (column >= classes)]
    if wrong.size:
        raise DataError(f"{name}: the last column must be a class from 0 to {classes - 1}, but has {wrong[0]:g}")
    return column.astype(np.int64)


def inline_rows(rows: tuple[tuple[float, ...], ...], name: str) -> np.ndarray:
    """Rows of an experiment as an array; all of the same length."""
    lengths = {len(row) for row in rows}
    if len(lengths) != 1:
        raise DataError(f"{name}: [data] rows need the same number of columns, but have {sorted(lengths)}")
    return np.array(rows, float)


def csv_rows(path: Path) -> np.ndarray:
    """Rows of a CSV file; a first line that is not numbers is a header."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = [(number, line) for number, line in enumerate(csv.reader(file), 1) if any(map(str.strip, line))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        advice = "[data] file must name a CSV file beside the experiment"
        raise DataError(f"{path}: cannot be read ({error}); {advice}") from None
    rows = []
    for position, (number, line) in enumerate(lines):
        try:
            rows.append(tuple(map(float, line)))
        except ValueError:
            if position:
                raise DataError(f"{path}:{number}: {','.join(line)} is not a row of numbers") from None
    if not rows:
        raise DataError(f"{path}: has no rows of numbers")
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        raise DataError(f"{path}: rows need the same number of columns, but have {sorted(widths)}")
    return np.array(rows)
