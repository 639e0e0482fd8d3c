"""`tellegen ladder`: a network climbs from ideal diodes to real ones, every rung beside ngspice."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

import tellegen

Invoke = Callable[..., Result]

CIRCUITS = Path(tellegen.__file__).parent / "circuits"
SETTINGS = {"rule.sweeps": "0", "training.epochs": "2", "training.batch": "28"}


def _command(out: Path, *more: str) -> list[str]:
    settings = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]
    return ["ladder", "circuits/iris.toml", "-o", str(out), "--epochs", "1", "--samples", "3", *settings, *more]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = tmp_path_factory.mktemp("ladder")
    shutil.copytree(CIRCUITS, there / "circuits")
    return there


def test_every_rung_is_measured_in_both_and_kept(folder: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke) -> None:
    monkeypatch.chdir(folder)
    result = invoke(*_command(folder / "out", "--rung", "mos_diode", "--rung", "d1n4148"))
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader((folder / "out" / "ladder.csv").read_text().splitlines()))
    assert [(row["diodes"], row["design"]) for row in rows] == [
        ("ideal", "trained"),
        ("mos_diode", "carried over"),
        ("mos_diode", "trained"),
        ("d1n4148", "carried over"),
        ("d1n4148", "trained"),
    ]
    assert all(row["tellegen_accuracy"] == row["ngspice_accuracy"] for row in rows)
    assert all(float(row["difference_volts"]) < 1e-6 for row in rows)
    tied = tellegen.load(folder / "out" / "mos_diode" / "learned.cir")
    assert tied["mdexc1"].nodes[:2] == tied["mdexc1"].nodes[1::-1]
    learned = tellegen.load(folder / "out" / "d1n4148" / "learned.cir")
    assert learned["dexc1"].model == "d1n4148"
    assert not learned.ideal_models
    assert (folder / "out" / "ladder.svg").stat().st_size > 1000
    before = (folder / "out" / "d1n4148" / "checkpoint.npz").read_bytes()
    again = invoke(*_command(folder / "out", "--rung", "mos_diode", "--rung", "d1n4148"))
    assert again.exit_code == 0, again.output
    assert (folder / "out" / "d1n4148" / "checkpoint.npz").read_bytes() == before


def test_a_diode_that_the_library_lacks_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke) -> None:
    monkeypatch.chdir(folder)
    words = ["train", "circuits/iris.toml", "-o", "none", "--set", "diodes.model=d1n4184", "--set", "rule.sweeps=0"]
    result = invoke(*words)
    assert result.exit_code == 2
    assert "d1n4184' is no model of lib/diodes.cir; did you mean d1n4148?" in result.output
    assert not (folder / "none").exists()


def test_sweeps_are_refused_where_diodes_are_real(
    folder: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    monkeypatch.chdir(folder)
    result = invoke("train", "circuits/iris.toml", "-o", "none", "--set", "diodes.model=schottky")
    assert result.exit_code == 2
    assert "set [rule] sweeps = 0" in result.output
