"""`tellegen simulate`: closed forms, SPICE's signs, every engine and format."""

from __future__ import annotations

import csv
import json
import math

import pytest

from tellegen.cli.engines import ENGINES

THERMAL = 1.380649e-23 * 300.15 / 1.602176634e-19
"""kT/q at 27 °C, volts."""


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_finds_the_divider(engine, invoke, deck) -> None:
    result = invoke("simulate", deck("divider"), "--engine", engine, "--format", "json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["v(in)"] == pytest.approx(1.0)
    assert answer["v(out)"] == pytest.approx(2 / 3, rel=1e-6)
    assert answer["i(v1)"] == pytest.approx(-1e-3 / 3, rel=1e-6)
    assert answer["i(r1)"] == pytest.approx(1e-3 / 3, rel=1e-6)


def test_the_automatic_choice_comes_first_and_the_cross_checks_last() -> None:
    names = list(ENGINES)
    assert (names[0], *names[-2:]) == ("qp", "cvxpy", "ngspice")
    assert {"coordinate_descent", "active_set", "interior_point"} < set(names)


def test_a_parameter_takes_a_spice_number(invoke, deck) -> None:
    result = invoke("simulate", deck("divider"), "--set", "R1=6k", "--format", "json")
    assert json.loads(result.stdout)["v(out)"] == pytest.approx(0.25)


def test_the_table_names_signals_units_and_the_method(invoke, deck) -> None:
    result = invoke("simulate", deck("divider"))
    assert "v(out)" in result.stdout
    assert "666.67 mV" in result.stdout
    assert "-333.33 µA" in result.stdout
    assert "residual" in result.stdout


def test_power_adds_watts_and_tellegen_s_sum(invoke, deck) -> None:
    result = invoke("simulate", deck("divider"), "--power", "--format", "json")
    answer = json.loads(result.stdout)
    assert answer["p(v1)"] == pytest.approx(-1e-3 / 3, rel=1e-6)
    assert answer["p(r1)"] + answer["p(r2)"] == pytest.approx(1e-3 / 3, rel=1e-6)
    table = invoke("simulate", deck("divider"), "--power").stdout
    assert "-333.33 µW" in table
    assert "dissipated_watts 0.000333" in table


@pytest.mark.parametrize("ending", ["json", "csv", "txt"])
def test_the_file_s_ending_chooses_the_format(ending, invoke, deck, tmp_path) -> None:
    target = tmp_path / f"answer.{ending}"
    result = invoke("simulate", deck("divider"), "-o", target)
    assert result.exit_code == 0
    assert result.stdout == ""
    text = target.read_text(encoding="utf-8")
    if ending == "json":
        assert json.loads(text)["v(out)"] == pytest.approx(2 / 3)
    elif ending == "csv":
        rows = {row["signal"]: float(row["value"]) for row in csv.DictReader(text.splitlines())}
        assert rows["v(out)"] == pytest.approx(2 / 3)
    else:
        assert "666.67 mV" in text


def test_a_circuit_without_an_answer_says_why(invoke, deck) -> None:
    result = invoke("simulate", deck("contradiction"))
    assert result.exit_code == 2
    assert "contradiction.cir:3: " in result.stderr
    assert "v2" in result.stderr
    assert "v1" in result.stderr


@pytest.mark.parametrize("engine", [[], ["--engine", "nodal"], ["--engine", "ngspice"]])
def test_a_real_diode_is_solved(engine, invoke, deck) -> None:
    answer = json.loads(invoke("simulate", deck("smooth"), "--format", "json", *engine).stdout)
    across = answer["v(b)"]
    # The diode's own equation, and gmin beside it.
    assert answer["i(d1)"] == pytest.approx(1e-14 * math.expm1(across / THERMAL) + 1e-12 * across, rel=1e-4)
    # Kirchhoff: the resistor's current is the diode's, and the supply delivers it.
    assert answer["i(r1)"] == pytest.approx((1.0 - answer["v(b)"]) / 1e3, rel=1e-6)
    assert answer["i(v1)"] == pytest.approx(-answer["i(r1)"], rel=1e-6)
