"""The experiments that come with Tellegen: each reads, fits its circuit and data, and the small ones learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tellegen.netlist import load
from tellegen.training import load_experiment, train
from tellegen.training.datasets import Dataset
from tellegen.training.encoding import Encoder
from tellegen.training.engines import engine_for
from tellegen.training.optimiser import rates
from tellegen.training.parameters import Parameters
from tellegen.training.settings import settings_of
from tellegen.training.wiring import check_wiring

CIRCUITS = Path(__file__).parents[2] / "circuits"
MNIST = ("drn_xs", "drn_1h", "drn_2h", "drn_3h", "drn_xl")
PAPER = {
    # gain, sweeps, β, epochs, weights' rates, biases' rates (Scellier 2024, Table 3; CASES of the reference code)
    "drn_xs": (100, 4, 1, 10, (0.006, 0.006), None),
    "drn_1h": (480, 4, 1, 50, (0.006, 0.006), None),
    "drn_2h": (2000, 5, 1, 50, (0.002, 0.006, 0.018), None),
    "drn_3h": (4000, 6, 2, 50, (0.005, 0.02, 0.08, 0.005), (0.0005, 0.002, 0.008, 0.0005)),
    "drn_xl": (800, 4, 1, 100, (0.006, 0.006), None),
}


def small_mnist() -> Dataset:
    """Two images of the right shape."""
    pixels, labels = np.zeros((8, 784), np.uint8), np.arange(8)
    return Dataset("mnist", pixels, labels, pixels, labels, 10, 255.0)


@pytest.mark.parametrize("name", MNIST)
def test_the_papers_settings(name: str) -> None:
    experiment = load_experiment(CIRCUITS / f"{name}.toml")
    gain, sweeps, beta, epochs, weights, biases = PAPER[name]
    assert (experiment.encoding.gain, experiment.encoding.signed) == (gain, True)
    assert (experiment.rule.name, experiment.rule.variant) == ("equilibrium", "centred")
    assert (experiment.rule.sweeps, experiment.rule.beta) == (sweeps, beta)
    assert (experiment.training.epochs, experiment.training.batch, experiment.optimiser.decay) == (epochs, 4, 0.99)
    targets = tuple(f"{kind}{layer}" for kind in ("rw", "ib") for layer in range(1, len(weights) + 1))
    found = rates(experiment.optimiser, targets, 0)
    assert tuple(found.values()) == (*weights, *(biases or weights))


@pytest.mark.parametrize("name", MNIST)
def test_the_papers_networks_fit_their_data_and_the_layered_engine(name: str) -> None:
    experiment = load_experiment(CIRCUITS / f"{name}.toml")
    circuit, dataset = load(CIRCUITS / experiment.netlist), small_mnist()
    encoder = Encoder.of(experiment.encoding, dataset)
    check_wiring(circuit, encoder, dataset, name)
    if name == "drn_xl":
        return
    parameters = Parameters.of(circuit)
    assert engine_for(experiment, circuit, parameters, settings_of(experiment, encoder, dataset)).name == "layered"


@pytest.mark.parametrize(
    ("name", "settings", "error"), [("digits", {}, 0.04), ("iris", {}, 0.07), ("divider", {}, 0.0)]
)
def test_the_small_experiments_learn(name: str, settings: dict[str, str], error: float, tmp_path: Path) -> None:
    run = train(CIRCUITS / f"{name}.toml", tmp_path / "run", settings)
    assert run.metrics[-1]["test_error"] <= error
    assert sum(row["seconds"] for row in run.metrics) < 60
    if name == "divider":
        assert run.circuit.parameters["r1"] == pytest.approx(6000.0, rel=1e-6)


@pytest.mark.parametrize("path", sorted(CIRCUITS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_experiment_reads_and_its_netlist_lies_beside_it(path: Path) -> None:
    experiment = load_experiment(path)
    assert (path.parent / experiment.netlist).is_file()
    assert experiment.title
