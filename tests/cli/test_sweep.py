"""`tellegen sweep`: a grid of runs, a table and pictures; what is done already is not done again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tellegen.cli.exits import Misuse
from tellegen.cli.grid import points
from tellegen.cli.sweep_plot import draw

DECK = """* a divider
Vx in 0 1
R1 in out g=1m
R2 out 0 2k
*@ trainable r1 min=1u max=10m
*@ input vx
*@ output v(out)
"""
EXPERIMENT = """netlist = "divider.cir"
[data]
name = "table"
rows = [[1.0, 0.25], [2.0, 0.5]]
test_fraction = 0
[encoding]
scale = "none"
[rule]
name = "adjoint"
[optimiser]
rate = 1e-5
[training]
epochs = 2
batch = 2
"""


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    (tmp_path / "divider.cir").write_text(DECK)
    file = tmp_path / "divider.toml"
    file.write_text(EXPERIMENT)
    return file


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "sweep.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_sweep_leaves_table_and_pictures_and_goes_on_where_it_stopped(invoke, experiment, tmp_path) -> None:
    folder, common = tmp_path / "sweep", ("--set", "hardware.measurement_range=2.5", "--seeds", "3")
    first = invoke("sweep", experiment, "--over", "hardware.measurement_bits=4", "--out", folder, *common)
    assert first.exit_code == 0, first.output
    assert "1/1 hardware.measurement_bits=4,seed=3" in first.stderr
    whole = (folder / "hardware.measurement_bits=4,seed=3" / "metrics.csv").read_bytes()

    both = invoke("sweep", experiment, "--over", "hardware.measurement_bits=4,12", "--out", folder, *common)
    assert both.exit_code == 0, both.output
    assert "1/2" not in both.stderr
    assert "2/2 hardware.measurement_bits=12,seed=3" in both.stderr
    assert (folder / "hardware.measurement_bits=4,seed=3" / "metrics.csv").read_bytes() == whole
    rows = table(folder)
    assert [(row["hardware.measurement_bits"], row["seed"]) for row in rows] == [("4", "3"), ("12", "3")]
    assert all(0 <= float(row["test_error"]) <= 1 and float(row["seconds"]) > 0 for row in rows)
    assert (folder / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert "hardware.measurement_bits" in (folder / "sweep.svg").read_text()

    other = invoke(
        "sweep", experiment, "--over", "hardware.measurement_bits=4", "--out", folder, *common, "--set", "rule.beta=2"
    )
    assert other.exit_code == 2
    assert "was trained with other settings (rule); sweep into another folder" in other.stderr


def test_the_grid_is_every_combination_with_every_seed() -> None:
    grid = points(["a.b=1,2", "c=x"], "5,0,5")
    assert [(each.settings["a.b"], each.settings["c"], each.seed) for each in grid] == [
        ("1", "x", 5), ("1", "x", 0), ("2", "x", 5), ("2", "x", 0),
    ]  # fmt: skip
    assert grid[0].folder == "a.b=1,c=x,seed=5"


@pytest.mark.parametrize(
    ("over", "seeds", "message"),
    [
        (["a"], "0", "is no axis; write --over name=1,2,3"),
        (["a="], "0", "is no axis"),
        (["a=1", "a=2"], "0", "give all its values at once"),
        (["a=1,1"], "0", "gives a value twice"),
        (["seed=1"], "0", "give seeds by --seeds"),
        (["a=1"], "x", "is no list of seeds"),
        (["a=1"], "", "is no list of seeds"),
    ],
)
def test_what_is_no_grid_is_refused(over: list[str], seeds: str, message: str) -> None:
    with pytest.raises(Misuse, match=message):
        points(over, seeds)


def test_every_setting_of_a_grid_has_its_panel() -> None:
    rows = [{"a": a, "b": b, "seed": "0", "test_error": "0.25"} for a in ("1", "1000") for b in ("up", "down")]
    pictures = draw(rows, ["a", "b"])
    text = pictures["svg"].decode()
    assert all(word in text for word in ("test accuracy, %", ">a<", ">b<", ">up<", ">1000<"))
    assert draw(rows, ["a", "b"]) == pictures


def test_an_experiment_that_trains_nothing_is_refused(invoke, experiment, tmp_path) -> None:
    out = ("--out", tmp_path / "sweep", "--set", "training.epochs=0")
    refused = invoke("sweep", experiment, "--over", "rule.beta=1", *out)
    assert refused.exit_code == 2
    assert "trains no epoch" in refused.stderr
    twice = invoke("sweep", experiment, "--over", "rule.beta=1", *out, "--set", "rule.beta=2")
    assert "rule.beta is given by --set and by --over" in twice.stderr
