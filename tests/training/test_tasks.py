"""The circuits that come with a task learn it: to what was published of such networks, or past what a line can do.

Each is trained as it is committed, from the values of its netlist, for as long as it takes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tellegen.training import Run, load_experiment, train

CIRCUITS = Path(__file__).parents[2] / "circuits"


def learned(name: str, folder: Path, epochs: int, **settings: str) -> Run:
    """The experiment for that many epochs, looked at in the end only."""
    chosen = {"training.epochs": str(epochs), "training.evaluate_every": str(epochs)}
    return train(CIRCUITS / f"{name}.toml", folder, chosen | settings)


def straight(name: str) -> float:
    """The mean loss ½(output − target)² of the best affine function of an experiment's inputs."""
    data = load_experiment(CIRCUITS / f"{name}.toml").data
    rows = np.array(data.rows)
    inputs = np.column_stack([rows[:, : -data.targets], np.ones(len(rows))])
    _, residual, _, _ = np.linalg.lstsq(inputs, rows[:, -data.targets :], rcond=None)
    return 0.5 * float(np.sum(residual)) / len(rows)


def least_squares(run: Run) -> float:
    """The part of the test set that the best affine map of the inputs to indicators of the classes misreads."""
    data = run.dataset
    train_inputs, test_inputs = (
        np.column_stack([np.reshape(each, (len(each), -1)), np.ones(len(each))])
        for each in (data.train_inputs, data.test_inputs)
    )
    weights, *_ = np.linalg.lstsq(train_inputs, np.eye(data.classes)[data.train_targets], rcond=None)
    return float(np.mean((test_inputs @ weights).argmax(axis=1) != data.test_targets))


def test_a_laboratory_s_network_reads_irises(tmp_path: Path) -> None:
    """More than 95 % with class means as targets (Dillavou et al., Phys. Rev. Applied 18:014040, 2022)."""
    run = learned("laboratory_iris", tmp_path, epochs=60)
    assert run.metrics[-1]["test_error"] < 0.05
    assert run.metrics[-1]["train_error"] < 0.05
    answers = run.predictions()
    assert answers.means is not None
    distances = np.linalg.norm(answers.outputs[:, None] - answers.means, axis=2)
    np.testing.assert_array_equal(answers.predicted, distances.argmin(axis=1))


@pytest.mark.parametrize("name", ["laboratory_xor", "laboratory_regression"])
def test_diodes_do_what_no_straight_line_can(name: str, tmp_path: Path) -> None:
    """Exclusive or and a curve, as the laboratory's transistors do (Dillavou et al., PNAS 121:e2319718121, 2024)."""
    run = learned(name, tmp_path, epochs=10)
    assert straight(name) > 0.009
    assert run.metrics[-1]["test_error"] == 0.0
    assert run.metrics[-1]["train_loss"] < 0.1 * straight(name)


@pytest.mark.parametrize("name", ["allostery", "regression"])
def test_linear_tasks_are_learned_a_thousandfold(name: str, tmp_path: Path) -> None:
    run = learned(name, tmp_path, epochs=20)
    assert run.metrics[-1]["test_error"] == 0.0
    assert run.metrics[-1]["train_loss"] < 1e-3 * run.metrics[0]["train_loss"]


@pytest.mark.parametrize(("name", "epochs", "error"), [("disordered_iris", 80, 0.05), ("two_moons", 30, 0.03)])
def test_disordered_diode_networks_tell_classes_apart(name: str, epochs: int, error: float, tmp_path: Path) -> None:
    """Past what a linear readout of the inputs does."""
    run = learned(name, tmp_path, epochs)
    assert run.metrics[-1]["test_error"] <= error < least_squares(run)
