"""`metrics.csv`: a header, then one row an epoch; losses and errors are means and fractions over samples."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from ..netlist.errors import ExperimentError
from .files import write_text

COLUMNS = (
    "epoch",
    "step",
    "seconds",
    "compile_seconds",
    "train_seconds",
    "test_seconds",
    "train_loss",
    "train_error",
    "test_loss",
    "test_error",
)
MORE = ("unsettled",)
"""Columns that some engines have: the share of samples whose phases had not come to rest."""
WHOLE = frozenset({"epoch", "step"})
TIMES = frozenset({"seconds", "compile_seconds", "train_seconds", "test_seconds"})

Row = dict[str, float]


def write_metrics(path: Path, rows: Iterable[Mapping[str, float]]) -> None:
    """Write all rows; floats with every digit, so that reading gives the same numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rows = list(rows)
    columns = (*COLUMNS, *(key for key in MORE if any(key in row for row in rows)))
    writer.writerow(columns)
    for row in rows:
        writer.writerow([int(row[key]) if key in WHOLE else repr(float(row.get(key, np.nan))) for key in columns])
    write_text(path, text.getvalue())


def read_metrics(path: Path) -> list[Row]:
    """The rows of a run. Raises `ExperimentError` for a file that is missing or is not such a table."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        columns = (*COLUMNS, *(key for key in MORE if rows and key in rows[0]))
        return [{key: int(row[key]) if key in WHOLE else float(row[key]) for key in columns} for row in rows]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ExperimentError(
            f"{path}: is not the metrics of a run ({error}); train again into an empty folder"
        ) from None
