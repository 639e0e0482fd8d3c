"""Targets that are the classes' mean outputs follow from the checkpoint alone: a resumed run has the same ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tellegen.training import Run, train
from tellegen.training.metrics import TIMES

NETLIST = """* two outputs that learn to tell two classes apart
V1 a 0 0
V2 b 0 0
R1 a p g=1m
R2 b p g=1m
R3 a q g=2m
R4 b q g=1m
R5 p q g=1m
R6 q 0 g=1m
*@ trainable r* min=10u max=10m scale=log
*@ input v1 v2
*@ output v(p) v(q)
"""
EXPERIMENT = """netlist = "net.cir"
seed = 3
[data]
name = "table"
file = "points.csv"
classes = 2
test_fraction = 0.25
[encoding]
scale = "none"
targets = "means"
[rule]
beta = 1e-4
[optimiser]
name = "adam"
rate = 0.05
[training]
epochs = 6
batch = 4
"""


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    """Two clouds of twenty points."""
    random = np.random.default_rng(1)
    labels = np.arange(40) % 2
    points = random.normal(size=(40, 2)) + 1.5 * np.column_stack([labels, -labels])
    np.savetxt(tmp_path / "points.csv", np.column_stack([points, labels]), delimiter=",", header="a,b,c", comments="")
    (tmp_path / "net.cir").write_text(NETLIST)
    (tmp_path / "net.toml").write_text(EXPERIMENT)
    return tmp_path / "net.toml"


def numbers(run: Run) -> list[dict[str, float]]:
    return [{key: value for key, value in row.items() if key not in TIMES} for row in run.metrics]


def test_a_resumed_run_is_the_same_run(experiment: Path, tmp_path: Path) -> None:
    whole = train(experiment, tmp_path / "whole")
    half = train(experiment, tmp_path / "parts", {"training.epochs": "3"}).predictions()
    resumed = train(experiment, tmp_path / "parts", resume=True)
    assert numbers(whole) == numbers(resumed)
    assert whole.circuit == resumed.circuit
    for name in ("checkpoint.npz", "predictions.npz"):
        with np.load(whole.folder / name) as a, np.load(resumed.folder / name) as b:
            assert sorted(a.files) == sorted(b.files)
            for key in a.files:
                assert (a[key].dtype, a[key].tobytes()) == (b[key].dtype, b[key].tobytes()), key
    means = whole.predictions().means
    assert means is not None
    assert half.means is not None
    assert np.abs(means - half.means).max() > 1e-3
