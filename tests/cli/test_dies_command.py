"""`tellegen dies`: the same dies by both engines, at rest and in time, corners, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

DECK = """* a clamp that spreads
V1 a 0 3
R1 a b 1k
D1 b 0 dm
.model dm D(is=1e-12 n=1.5)
*@ mismatch R1 sigma=0.1
*@ output v(b)
"""


@pytest.fixture
def clamp(tmp_path: Path) -> Path:
    path = tmp_path / "clamp.cir"
    path.write_text(DECK, encoding="utf-8")
    return path


def _table(path: Path) -> np.ndarray:
    return np.loadtxt(path, delimiter=",", skiprows=1)


def test_both_engines_solve_the_same_dies(clamp: Path, invoke: Callable[..., Result]) -> None:
    for engine in ("nodal", "ngspice"):
        out = clamp.parent / f"{engine}.csv"
        result = invoke("dies", clamp, "--dies", "6", "--seed", "3", "--engine", engine, "-o", out)
        assert result.exit_code == 0, result.output
        assert "v(b)" in result.output
    ours, theirs = (_table(clamp.parent / f"{engine}.csv") for engine in ("nodal", "ngspice"))
    assert ours.shape == (6, 2)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert np.ptp(ours[:, 1]) > 1e-4


def test_corners_are_the_ends_of_the_spread(clamp: Path, invoke: Callable[..., Result]) -> None:
    out = clamp.parent / "corners.csv"
    result = invoke("dies", clamp, "--corners", "3", "-o", out)
    assert result.exit_code == 0, result.output
    voltages = _table(out)[:, 1]
    thermal = 1.5 * 1.38064852e-23 * 300.15 / 1.6021766208e-19
    currents = 1e-12 * np.expm1(voltages / thermal) + 1e-12 * voltages
    np.testing.assert_allclose((3.0 - voltages) / currents, [700.0, 1300.0], rtol=1e-6)


def test_what_cannot_be_done_is_said(clamp: Path, tmp_path: Path, invoke: Callable[..., Result]) -> None:
    plain = tmp_path / "plain.cir"
    plain.write_text(DECK.replace("*@ mismatch R1 sigma=0.1\n", ""), encoding="utf-8")
    result = invoke("dies", plain)
    assert result.exit_code == 2
    assert "spreads from die to die" in result.output
    result = invoke("dies", clamp, "--engine", "nodule")
    assert result.exit_code == 2
    assert "nodal" in result.output


IN_TIME = """* a lowpass that spreads, from 0 V on
V1 a 0 pulse(0 3 0 1n 1n 1 2)
R1 a b 1k
C1 b 0 100n
D1 b 0 dm
.model dm D(is=1e-12 n=1.5)
*@ mismatch R1 sigma=0.1
*@ output v(b)
.tran 1u 200u uic
.measure tran rise when v(b)=0.3 rise=1
.measure tran top max v(b)
.measure tran charge integ i(v1) from=0 to=200u
"""


@pytest.fixture
def lowpass(tmp_path: Path) -> Path:
    path = tmp_path / "lowpass.cir"
    path.write_text(IN_TIME, encoding="utf-8")
    return path


def test_both_engines_follow_the_same_dies_and_measure_them(lowpass: Path, invoke: Callable[..., Result]) -> None:
    for engine in ("nodal", "ngspice"):
        out, picture = lowpass.parent / f"{engine}.csv", lowpass.parent / f"{engine}.svg"
        result = invoke("dies", lowpass, "--dies", "5", "--engine", engine, "-o", out, "--plot", picture)
        assert result.exit_code == 0, result.output
        assert "v(b) at the end" in result.output
        assert out.read_text().startswith("die,rise,top,charge,v(b) at the end\n")
        assert picture.stat().st_size > 1000
    ours, theirs = (_table(lowpass.parent / f"{engine}.csv") for engine in ("nodal", "ngspice"))
    assert ours.shape == (5, 5)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3)
    assert np.ptp(ours[:, 1]) > 1e-6


def test_corners_in_time_rise_with_their_resistances(lowpass: Path, invoke: Callable[..., Result]) -> None:
    lowpass.write_text(IN_TIME.replace("D1 b 0 dm\n", ""), encoding="utf-8")
    out = lowpass.parent / "corners.csv"
    result = invoke("dies", lowpass, "--corners", "3", "-o", out)
    assert result.exit_code == 0, result.output
    np.testing.assert_allclose(_table(out)[:, 1], np.array([0.7e-4, 1.3e-4]) * np.log(3.0 / 2.7), rtol=1e-3)


def test_a_measure_without_a_value_is_told_of(lowpass: Path, invoke: Callable[..., Result]) -> None:
    lowpass.write_text(IN_TIME.replace("v(b)=0.3", "v(b)=2.5"), encoding="utf-8")
    result = invoke("dies", lowpass, "--dies", "3")
    assert result.exit_code == 1
    assert "the measure rise has no value on 3 of 3 dies; die 0:" in result.output
    assert "v(b) at the end" in result.output


def test_dies_at_rest_are_drawn_as_histograms(clamp: Path, invoke: Callable[..., Result]) -> None:
    picture = clamp.parent / "dies.png"
    assert invoke("dies", clamp, "--dies", "8", "--plot", picture).exit_code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    result = invoke("dies", clamp, "--plot", clamp.parent / "dies.gif")
    assert result.exit_code == 2
    assert "does not end in .svg or .png" in result.output
