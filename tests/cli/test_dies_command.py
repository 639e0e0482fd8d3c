"""`tellegen dies`: the same dies by both engines, corners, what is refused."""

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
