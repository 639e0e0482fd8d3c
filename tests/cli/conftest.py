"""What the command's tests share: a way to call it, netlists with known answers, and one trained network."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tellegen.cli.application import app

ROOT = Path(__file__).resolve().parents[2]

DIVIDER = """* divider: v(out) = 2/3 V, i(v1) = -1/3 mA
V1 in 0 1
R1 in out {r1}
R2 out 0 2k
.param r1=1k
"""
STALLING = """* an ideal diode joins two free nodes: plain coordinate descent stalls at zero
R1 a x 1
R2 b 0 1
Va a 0 1
Vb b 0 0
D1 x y ideal
R3 y b 1
.model ideal D(is=1e-12 n=1e-4)
*@ ideal model=ideal
"""
CONTRADICTION = "* two sources disagree\nV1 a 0 1\nV2 a 0 2\nR1 a 0 1k\n"
SMOOTH = "* a real diode\nV1 a 0 1\nR1 a b 1k\nD1 b 0 dm\n.model dm D(is=1e-14)\n"
DECKS = {"divider": DIVIDER, "stalling": STALLING, "contradiction": CONTRADICTION, "smooth": SMOOTH}

Invoke = Callable[..., Result]


@pytest.fixture
def invoke() -> Invoke:
    """Call `tellegen` with these arguments."""
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def deck(tmp_path: Path) -> Callable[[str], Path]:
    """Write one of `DECKS` into the test's folder; its path."""

    def write(name: str) -> Path:
        path = tmp_path / f"{name}.cir"
        path.write_text(DECKS[name], encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def _trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of the digits experiment, verified; copied for whoever changes it."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    experiment = ROOT / "circuits" / "digits.toml"
    result = CliRunner().invoke(app, ["train", str(experiment), "--out", str(folder), "--set", "training.epochs=3"])
    assert result.exit_code == 0, result.output
    result = CliRunner().invoke(app, ["verify", str(folder), "--samples", "8", "--jobs", "2"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def trained(_trained: Path, tmp_path: Path) -> Path:
    """A copy of the trained run's folder."""
    return Path(shutil.copytree(_trained, tmp_path / "run"))


HALVING = """* learn to halve
Vx in 0 0
R1 in out 2k
R2 out 0 1k
*@ input vx
*@ output v(out)
*@ trainable r1 min=100
"""
TABLE = """netlist = "learn.cir"
[data]
name = "table"
rows = [[1, 0.5], [2, 1.0], [3, 1.5], [4, 2.0]]
test_fraction = 0.5
[rule]
beta = 1e-5
[optimiser]
rate = 1e5
[training]
epochs = 2
batch = 2
"""


@pytest.fixture(scope="session")
def _halving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A divider that learns voltages from a table, beside its run's folder."""
    folder = tmp_path_factory.mktemp("halving")
    (folder / "learn.cir").write_text(HALVING, encoding="utf-8")
    (folder / "learn.toml").write_text(TABLE, encoding="utf-8")
    result = CliRunner().invoke(app, ["train", str(folder / "learn.toml"), "--out", str(folder / "run")])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def halving(_halving: Path, tmp_path: Path) -> Path:
    """A copy of that run's folder, its experiment beside it."""
    return Path(shutil.copytree(_halving, tmp_path / "halving")) / "run"
