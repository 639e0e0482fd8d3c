"""An operating point as text: every value comes back from JSON and CSV exactly, the table is for reading."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from tellegen.cli.answers import as_csv, as_json, as_table, engineering
from tellegen.netlist import Traces


@pytest.fixture
def traces() -> Traces:
    signals = {
        "v(in)": np.array(1.0),
        "v(h)": np.array([0.1, -1 / 3, 2e-9]),
        "i(rw)": np.arange(30.0).reshape(5, 6),
        "i(v1)": np.array(-5e-4),
    }
    return Traces(signals, about={"method": "active set", "residual": 1.234e-15, "note": None})


def test_json_names_every_scalar_line_and_loses_no_digit(traces: Traces) -> None:
    answer = json.loads(as_json(traces))
    assert answer["v(h[1])"] == -1 / 3
    assert answer["i(rw[4,5])"] == 29.0
    assert answer["i(v1)"] == -5e-4
    assert len(answer) == 1 + 3 + 30 + 1


def test_json_refuses_what_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="JSON"):
        as_json(Traces({"v(a)": np.array(np.nan)}))


def test_csv_says_the_unit_and_loses_no_digit(traces: Traces) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(traces))))
    found = {row["signal"]: (float(row["value"]), row["unit"]) for row in rows}
    assert found["v(h[1])"] == (-1 / 3, "V")
    assert found["i(rw[0,1])"] == (1.0, "A")
    assert len(found) == 35


def test_table_shows_short_buses_line_by_line_and_long_arrays_by_their_range(traces: Traces) -> None:
    table = as_table(traces)
    assert "v(h[1])" in table
    assert "-333.33 mV" in table
    assert "i(rw[0:4,0:5])" in table
    assert "0 A … 29 A" in table
    assert "method active set, residual 1.23e-15" in table
    assert "None" not in table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 V"),
        (1.0, "1 V"),
        (-1.5e-3, "-1.5 mV"),
        (2.5e4, "25 kV"),
        (1e-9, "1 nV"),
        (3.3e-6, "3.3 µV"),
        (1.25e-18, "1.25e-18 V"),
        (1e-15, "1 fV"),
        (-0.9999998e-3, "-1 mV"),
        (5e15, "5000 TV"),
        (float("inf"), "inf V"),
    ],
)
def test_engineering_notation(value: float, text: str) -> None:
    assert engineering(value, "V") == text
