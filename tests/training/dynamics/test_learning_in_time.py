"""Whole runs in time: what they must learn in closed form, resuming, and which of the values met they keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tellegen.training import Event, Run, train
from tellegen.training.checkpoint import load_checkpoint
from tellegen.training.metrics import TIMES
from tellegen.training.netlist_values import netlist_value

FACTOR = 1 - np.exp(-1.0)
SPREAD = 0.5
NETLIST = f"""* a leaky integrator: v(x) after a second is k*u*(1-1/e), times what the die makes of its input
.param k=1
V1 u 0 0
G1 0 x u 0 {{k}}
R1 x 0 1
C1 x 0 1
.ic v(x)=0
.tran 0.05 1 uic
*@ trainable k min=0
*@ mismatch g1 sigma={SPREAD}
*@ input v1
*@ output v(x)
"""
EXPERIMENT = """netlist = "net.cir"
seed = 5
[data]
name = "table"
file = "points.csv"
test_fraction = 0.25
[encoding]
scale = "none"
[rule]
name = "backpropagation"
[optimiser]
name = "adam"
rate = 0.02
decay = 0.99
[training]
epochs = 200
steps = 1
batch = 300
evaluate_every = 200
[dynamics]
method = "rk4"
precision = "float64"
"""


def write_experiment(folder: Path) -> Path:
    """Points of x = 0.3·u beside the integrator that can learn them."""
    u = np.random.default_rng(1).uniform(-1, 1, 400)
    np.savetxt(folder / "points.csv", np.column_stack([u, 0.3 * u]), delimiter=",", header="u,x", comments="")
    (folder / "net.cir").write_text(NETLIST)
    (folder / "net.toml").write_text(EXPERIMENT)
    return folder / "net.toml"


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    return write_experiment(tmp_path)


@pytest.mark.parametrize(("mismatch", "shrunk"), [("none", 1.0), ("fresh", 1 / (1 + SPREAD**2))])
def test_it_learns_the_value_that_is_best_over_all_dies(experiment: Path, mismatch: str, shrunk: float):
    # The mean of (k·f·(1+σε)·u − y)² over dies is least where k·f = (y/u)/(1+σ²), and is then σ²/(1+σ²)·y².
    run = train(experiment, experiment.parent / "run", {"dynamics.mismatch": mismatch})
    assert netlist_value(run.circuit, "k") == pytest.approx(0.3 / FACTOR * shrunk, rel=0.002 if shrunk == 1 else 0.05)
    least = (1 - shrunk) * np.mean((0.3 * run.dataset.test_inputs) ** 2)
    assert run.metrics[-1]["test_loss"] == pytest.approx(least, rel=0.2, abs=1e-6)
    assert run.metrics[0]["train_loss"] > 0.02


def numbers(run: Run) -> list[dict[str, float]]:
    return [{key: value for key, value in row.items() if key not in TIMES} for row in run.metrics]


def test_an_interrupted_run_goes_on_as_if_nothing_had_been(experiment: Path):
    folder, settings = experiment.parent, {"training.epochs": "5", "training.evaluate_every": "1"}
    whole = train(experiment, folder / "whole", settings)

    def interrupting(event: Event) -> None:
        if event.stage == "train" and event.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(experiment, folder / "parts", settings, progress=interrupting)
    resumed = train(experiment, folder / "parts", settings, resume=True)
    assert numbers(whole) == numbers(resumed)
    with np.load(whole.folder / "checkpoint.npz") as a, np.load(resumed.folder / "checkpoint.npz") as b:
        assert sorted(a.files) == sorted(b.files)
        for key in a.files:
            assert a[key].tobytes() == b[key].tobytes(), key


@pytest.mark.parametrize(("gradient", "limit"), [("forward", 1e-12), ("adjoint", 1e-6)])
def test_every_way_to_the_gradient_learns_the_same(experiment: Path, gradient: str, limit: float):
    settings = {"training.epochs": "3", "optimiser.name": "sgd", "optimiser.rate": "1.0"}
    first, second = (
        train(experiment, experiment.parent / each, {**settings, "dynamics.gradient": each})
        for each in ("backpropagation", gradient)
    )
    expected = netlist_value(first.circuit, "k")
    assert abs(expected - 1) > 0.05
    assert netlist_value(second.circuit, "k") == pytest.approx(expected, rel=limit)


def test_the_values_that_did_best_on_the_validation_are_kept(experiment: Path):
    # From 1 in steps of about 0.2 and with momentum it runs past 0.47, so the best value met is not the last.
    settings = {
        "optimiser.rate": "0.2",
        "optimiser.decay": "1.0",
        "training.epochs": "6",
        "dynamics.validation": "100",
        "dynamics.mismatch": "none",
    }
    met: list[float] = []

    def listening(event: Event) -> None:
        if event.stage == "train":
            state = load_checkpoint(experiment.parent / "run" / "checkpoint.npz").state
            met.append(float(state["trainables"]["group 0"][0]))

    run = train(experiment, experiment.parent / "run", settings, progress=listening)
    distances = np.abs(np.array(met) - 0.3 / FACTOR)
    assert len(met) == 6
    assert distances.argmin() != 5
    assert netlist_value(run.circuit, "k") == pytest.approx(met[int(distances.argmin())], rel=1e-12)
