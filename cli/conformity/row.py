"""What is said of one deck, and the table of all of them as CSV."""

from __future__ import annotations

import csv
import enum
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from ..exits import Misuse


class Status(enum.StrEnum):
    """How a deck ended, from good to bad as a person looks for it."""

    agrees = "agrees"
    refused = "refused"
    """Our reader or engine does not take it, and says which line or element it is."""
    ngspice_failed = "ngspice-failed"
    """ngspice has no answer, so there is nothing to agree with."""
    timeout = "timeout"
    """One of the two programs took too long."""
    failed = "failed"
    """Our engine took it and found no answer, or its process died."""
    differs = "differs"


@dataclass(frozen=True)
class Row:
    """A deck's line of the table.

    `file` is its path inside the folder. `analysis` and what follows speak of the worst of all its analyses: the signal
    that differs most for its scale, by how much in volts or amperes, and as a share of the scale. Seconds are of all.
    """

    file: str
    status: Status
    why: str = ""
    analysis: str = ""
    absolute: float | None = None
    relative: float | None = None
    signal: str = ""
    seconds_tellegen: float | None = None
    seconds_ngspice: float | None = None


COLUMNS = tuple(field.name for field in fields(Row))
_NUMBERS = ("absolute", "relative", "seconds_tellegen", "seconds_ngspice")


def as_csv(rows: Iterable[Row]) -> str:
    """The table with its heading; an empty cell where there is nothing to say."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow([_cell(getattr(row, name)) for name in COLUMNS])
    return text.getvalue()


def read_rows(path: Path) -> dict[str, Row]:
    """The rows of a table by file; none where there is no table yet.

    Raises:
        Misuse: the file is another table, which would be lost.
    """
    if not path.is_file():
        return {}
    found: dict[str, Row] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        lines = csv.DictReader(stream)
        if lines.fieldnames is not None and tuple(lines.fieldnames) != COLUMNS:
            raise Misuse(f"{path} is no table that conform has written; name another file")
        for line in lines:
            row = _row(line)
            if row is not None:
                found[row.file] = row
    return found


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)


def _row(line: Mapping[str, str | None]) -> Row | None:
    try:
        numbers = {name: float(line[name] or "") if line.get(name) else None for name in _NUMBERS}
        texts = {name: line[name] or "" for name in ("file", "why", "analysis", "signal")}
        return Row(status=Status(line["status"] or ""), **texts, **numbers)  # type: ignore[arg-type]
    except (KeyError, ValueError):
        return None
