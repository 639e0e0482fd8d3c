"""Experiments: strict reading, overrides, and writing that reads back equal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellegen.netlist.errors import ExperimentError
from tellegen.training import load_experiment
from tellegen.training.experiment_file import experiment_text, split_key

TEXT = """netlist = "net.cir"
seed = 3

[data]
name = "table"
rows = [[0.0, 1e-3], [1.0, 2.0]]

[rule]
beta = 2

[optimiser.rates]
"rw*" = 0.5
ib1 = 1e-17

[initial]
"rw*" = { kind = "uniform", low = -0.1, high = 0.1 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.toml"
    path.write_text(TEXT)
    return path


def test_values_and_defaults(file: Path) -> None:
    experiment = load_experiment(file)
    assert experiment.folder == file.parent
    assert experiment.rule.beta == 2.0
    assert isinstance(experiment.rule.beta, float)
    assert experiment.rule.variant == "centred"
    assert experiment.data.rows == ((0.0, 1e-3), (1.0, 2.0))
    assert experiment.optimiser.rates == {"rw*": 0.5, "ib1": 1e-17}
    assert experiment.initial["rw*"].low == -0.1


def test_writing_reads_back_equal(file: Path) -> None:
    experiment = load_experiment(file, {"title": '"quotes \\" and ü"', "rule.tolerance": "3.3e-9"})
    file.write_text(experiment_text(experiment), encoding="utf-8")
    assert load_experiment(file) == experiment
    assert experiment.title == 'quotes " and ü'


@pytest.mark.parametrize(
    ("key", "value", "check"),
    [
        ("rule.beta", "0.25", lambda e: e.rule.beta == 0.25),
        ("rule.variant", "positive", lambda e: e.rule.variant == "positive"),
        ("training.shuffle", "false", lambda e: e.training.shuffle is False),
        ('optimiser.rates."rw*"', "0.125", lambda e: e.optimiser.rates["rw*"] == 0.125),
        ("netlist", "other.cir", lambda e: e.netlist == "other.cir"),
    ],
)
def test_overrides(file: Path, key: str, value: str, check) -> None:
    assert check(load_experiment(file, {key: value}))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("rule.bta", "1", r"--set rule\.bta: .*has no setting bta; did you mean beta\?"),
        ("rules.beta", "1", r"has no setting rules; did you mean rule\?"),
        ("rule.beta", "-1", r"\[rule\] beta must be above 0, but is -1"),
        ("rule.beta", "nan", r"\[rule\] beta must be above 0, but is nan"),
        ("rule.beta", "much", r'\[rule\] beta must be a number, but is "much"'),
        ("rule.beta", "true", r"\[rule\] beta must be a number, but is true"),
        ("rule.name", "equilibrum", r"cannot be \"equilibrum\"; did you mean equilibrium\?"),
        ("rule", "1", r"must be a table of settings, but is 1"),
        ("rule.beta.low", "1", r"beta is a value, not a table"),
        ("training.epochs", "1.5", r"\[training\] epochs must be a whole number, but is 1\.5"),
        ("training.shuffle", "1", r"\[training\] shuffle must be true or false, but is 1"),
        ("netlist", "7", r"netlist must be text in quotes, but is 7"),
        ("data.rows", "[1]", r"\[data\] rows must be a list, but is 1"),
        ("optimiser.rates", "[1]", r"\[optimiser\] rates must be a table, but is \[1\]"),
        ("optimiser.rates.x", "-1", r"\[optimiser\] rates\.x must be at least 0, but is -1"),
        ("rule..beta", "1", r"is not the name of a setting"),
    ],
)
def test_wrong_overrides(file: Path, key: str, value: str, message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        load_experiment(file, {key: value})


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("beta = 2", "beta = 0", r"net\.toml:9: \[rule\] beta must be above 0, but is 0"),
        ("beta = 2", "betta = 2", r"net\.toml:9: \[rule\] has no setting betta; did you mean beta\?"),
        ("[rule]", "[ruel]", r"net\.toml:8: the experiment has no setting ruel; did you mean rule\?"),
        ("ib1 = 1e-17", 'ib1 = "x"', r"net\.toml:13: .*ib1 must be a number"),
        ('name = "table"\n', "", r"net\.toml:4: \[data\] needs the setting name"),
        ('netlist = "net.cir"', "", r"net\.toml: the experiment needs the setting netlist"),
        ("seed = 3", "seed = -3", r"net\.toml:2: seed must be at least 0"),
        ("seed = 3", "seed = ", r"net\.toml: is not TOML"),
    ],
)
def test_errors_name_file_line_and_key(file: Path, before: str, after: str, message: str) -> None:
    file.write_text(TEXT.replace(before, after, 1))
    with pytest.raises(ExperimentError, match=message):
        load_experiment(file)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"cannot be read .* give the path of an experiment file"):
        load_experiment(tmp_path / "missing.toml")


def test_keys_with_dots_in_quotes() -> None:
    assert split_key('optimiser.rates."x1.r2"') == ("optimiser", "rates", "x1.r2")
