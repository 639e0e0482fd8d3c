"""Losses that watch a circuit for a while, and losses of one's own: closed forms, whole runs, refusals."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import ExperimentError, parse
from tellegen.solvers.dynamics import DynamicalSystem, Grid
from tellegen.training import train
from tellegen.training.dynamics.circumstances import Circumstances
from tellegen.training.dynamics.losses import settling, squared
from tellegen.training.dynamics.simulation import Transient, Wiring
from tellegen.training.netlist_values import netlist_value

NETLIST = """* a filter whose rate learns: v(x) = u(1-exp(-k*t))
.param k=1
V1 u 0 0
G1 u x u x {k}
C1 x 0 1
.ic v(x)=0
.tran 0.01 1 uic
*@ trainable k min=0.1 max=20
*@ input v1
*@ output v(x)
"""
EXPERIMENT = """netlist = "net.cir"
[data]
name = "table"
file = "points.csv"
[encoding]
scale = "none"
[rule]
name = "backpropagation"
[optimiser]
name = "adam"
rate = 0.05
decay = 0.95
[training]
epochs = 60
steps = 1
batch = 60
evaluate_every = 60
[dynamics]
method = "rk4"
precision = "float64"
"""


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    u = np.linspace(-1, 1, 80)
    np.savetxt(tmp_path / "points.csv", np.column_stack([u, 0.5 * u]), delimiter=",", header="u,x", comments="")
    (tmp_path / "net.cir").write_text(NETLIST)
    (tmp_path / "net.toml").write_text(EXPERIMENT)
    return tmp_path / "net.toml"


def test_settling_is_the_mean_over_the_window() -> None:
    with jax.enable_x64(True):
        circuit = parse(NETLIST)
        system = DynamicalSystem.of(circuit, ["k"])
        watching = Transient(system, Wiring.of(circuit), Grid(1.0, 200), "rk4", window=0.25)
        inputs, around = jnp.asarray([[1.0, -0.5]]), Circumstances(None, jax.random.PRNGKey(0))
        waves = watching({"k": jnp.asarray(3.0)}, inputs, around)
        times = 1.0 - np.arange(50) / 200
        expected = (1 - np.exp(-3.0 * times))[:, None] * np.asarray(inputs)
        np.testing.assert_allclose(waves, expected, atol=1e-9)
        wanted = jnp.asarray([[0.9, -0.4]])
        assert float(settling(waves, wanted)) == pytest.approx(np.mean((expected - np.asarray(wanted)) ** 2), rel=1e-7)
        np.testing.assert_allclose(settling(waves[:1], wanted), squared(waves[:1], wanted))


def best(window: float) -> float:
    """The k whose response is nearest to a half over the window: by search."""
    k, times = np.linspace(0.1, 5, 20_000)[:, None], 1.0 - np.arange(round(100 * window)) / 100
    return float(k[np.argmin(np.mean((1 - np.exp(-k * times) - 0.5) ** 2, axis=1)), 0])


@pytest.mark.parametrize("window", [0.01, 0.8])
def test_it_learns_what_is_best_while_it_is_watched(experiment: Path, window: float) -> None:
    settings = {"loss.name": "settling", "loss.window": str(window)}
    run = train(experiment, experiment.parent / "run", settings)
    assert netlist_value(run.circuit, "k") == pytest.approx(best(window), rel=0.01)
    assert run.predictions().outputs.shape == (20, 1)


def test_a_loss_of_one_s_own_is_lowered(experiment: Path) -> None:
    def thirds(outputs: jax.Array, targets: jax.Array) -> jax.Array:
        return jnp.mean((3 * outputs - 4 * targets) ** 2)

    run = train(experiment, experiment.parent / "run", {"loss.name": "own"}, loss=thirds)
    assert netlist_value(run.circuit, "k") == pytest.approx(np.log(3), rel=0.01)
    assert run.metrics[-1]["test_loss"] == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize(
    ("settings", "own", "message"),
    [
        ({"loss.name": "own"}, None, r'name = "own" and train\(…, loss=…\) go together'),
        ({}, squared, "go together; give both, or neither"),
        (
            {"loss.name": "settling", "dynamics.gradient": "adjoint"},
            None,
            "settling watches a while, so there is no adj",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(experiment: Path, settings, own, message) -> None:
    with pytest.raises(ExperimentError, match=message):
        train(experiment, experiment.parent / "run", settings, loss=own)
