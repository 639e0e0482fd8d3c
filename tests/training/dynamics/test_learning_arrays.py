"""Crossbars that learn in time by equilibrium propagation: slopes, runs, sidecars, hardware, ngspice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.cli.time_verification import verified_in_time
from tellegen.netlist import Circuit, CircuitError, ExperimentError, load, parse, save
from tellegen.netlist.builders import oscillator_crossbars
from tellegen.solvers.dynamics import DynamicalSystem, Grid
from tellegen.solvers.dynamics.content import CoContent
from tellegen.solvers.dynamics.descent import Descent
from tellegen.solvers.dynamics.integration.methods import METHODS
from tellegen.training import train
from tellegen.training.dynamics.circumstances import Circumstances
from tellegen.training.dynamics.equilibrium import EquilibriumPropagation
from tellegen.training.dynamics.losses import squared
from tellegen.training.dynamics.phases import Phase, Steps, Sweeps
from tellegen.training.dynamics.simulation import Wiring

LEARNING = ("xw1", "xw2", "xb1", "xb2")
CIRCUIT = oscillator_crossbars([4, 3, 2], spread=0.8, quadrature=1.0, stop=30.0, seed=5)
INPUTS = np.random.default_rng(1).uniform(size=(4, 3))
TARGETS = np.array([[0.3, 0.6, 0.7], [0.7, 0.4, 0.3]])
AROUND = Circumstances(None, jax.random.PRNGKey(0))


@pytest.fixture(scope="module")
def system() -> DynamicalSystem:
    return DynamicalSystem.of(CIRCUIT, LEARNING)


def couplings(circuit: Circuit, name: str) -> np.ndarray:
    value: Any = circuit[name].parameters["k"]
    return np.asarray(value)


def start() -> dict[str, np.ndarray]:
    random = np.random.default_rng(2)
    return {name: couplings(CIRCUIT, name) + 0.2 * random.normal(size=CIRCUIT[name].shape) for name in LEARNING}


def estimate(system: DynamicalSystem, phase: Phase, beta: float, settled: float = 1e-9):
    rule = EquilibriumPropagation(
        CoContent.of(system), Wiring.of(CIRCUIT), squared, phase, phase, (beta, -beta), 30.0, 0.5, settled,
        lambda y, key: y,
    )  # fmt: skip
    parameters = {name: jnp.asarray(value) for name, value in start().items()}
    return jax.jit(rule.__call__)(parameters, jnp.asarray(INPUTS), jnp.asarray(TARGETS), AROUND)


def test_slopes_of_arrays_are_central_differences_of_the_settled_loss(system: DynamicalSystem):
    with jax.enable_x64(True):
        descent = Descent.of(system)

        @jax.jit
        def loss(parameters):
            values = system.values(parameters, {"vx": INPUTS})
            y = descent.settle(lambda y: system.rate(30.0, y, values), jnp.zeros((5, 3)) + system.start(values), 300)
            return squared(system.read(30.0, y, values, Wiring.of(CIRCUIT).outputs), jnp.asarray(TARGETS))

        found = estimate(system, Sweeps(descent, 300, 30.0), 1e-3)
        assert int(found.unsettled) == 0
        assert float(found.loss) == pytest.approx(float(loss(start())), rel=1e-9)
        for name, value in start().items():
            expected = np.zeros(value.shape)
            for place in np.ndindex(value.shape):
                step = np.zeros(value.shape)
                step[place] = 1e-5
                expected[place] = (loss({**start(), name: value + step}) - loss({**start(), name: value - step})) / 2e-5
            slope = np.asarray(found.slopes[name])
            np.testing.assert_allclose(slope, expected, atol=1e-5 * np.abs(expected).max())


def test_settling_in_time_finds_the_same_slopes_and_too_few_steps_are_counted(system: DynamicalSystem):
    with jax.enable_x64(True):
        exact = estimate(system, Sweeps(Descent.of(system), 300, 30.0), 0.1)
        followed = estimate(system, Steps(METHODS["rk4"], Grid(stop=30.0, steps=600)), 0.1, 1e-6)
        short = estimate(system, Steps(METHODS["heun"], Grid(stop=0.2, steps=4)), 0.1)
    assert int(followed.unsettled) == 0
    assert int(short.unsettled) == 3
    for name in LEARNING:
        np.testing.assert_allclose(followed.slopes[name], exact.slopes[name], atol=1e-7)


TOML = """netlist = "layers.cir"
[data]
name = "iris"
[encoding]
scale = "range"
low = 0.3
high = 0.7
[rule]
name = "equilibrium"
beta = 1.0
[optimiser]
name = "adam"
rate = 0.02
[training]
epochs = 4
batch = 28
[dynamics]
method = "descent"
steps = 20
nudged_steps = 10
"""


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layers")
    save(oscillator_crossbars([4, 6, 3], spread=1.0, seed=3), folder / "layers.cir")
    (folder / "layers.toml").write_text(TOML)
    return folder / "layers.toml"


@pytest.fixture(scope="module")
def run(experiment: Path, tmp_path_factory: pytest.TempPathFactory):
    return train(experiment, tmp_path_factory.mktemp("run") / "whole")


def test_it_learns_and_tells_what_had_not_settled(run):
    first, last = run.metrics[0], run.metrics[-1]
    assert last["train_loss"] < 0.6 * first["train_loss"]
    assert all(0.0 <= row["unsettled"] < 0.5 for row in run.metrics)


def test_the_learned_netlist_has_its_arrays_beside_it(run):
    learned = load(run.folder / "learned.cir")
    with np.load(run.folder / "learned.npz") as arrays:
        assert arrays["xw1.k"].shape == (4, 6)
        np.testing.assert_array_equal(couplings(learned, "xw1"), arrays["xw1.k"])
    assert np.any(couplings(learned, "xb2"))


def test_a_resumed_run_ends_with_the_same_bits(experiment: Path, run, tmp_path: Path):
    train(experiment, tmp_path, {"training.epochs": "2"})
    resumed = train(experiment, tmp_path, resume=True)
    for name in LEARNING:
        np.testing.assert_array_equal(couplings(resumed.circuit, name), couplings(run.circuit, name))
    assert [row["unsettled"] for row in resumed.metrics] == [row["unsettled"] for row in run.metrics]


def test_ngspice_follows_the_learned_couplings(run):
    found = verified_in_time(run, 3, None, 1, 1e-3)
    assert found.agrees, found.summary()
    assert set(found.expected.signals) == {"v(o[0])", "v(o[1])", "v(o[2])"}


def test_devices_with_levels_and_a_coarse_meter(experiment: Path, tmp_path: Path):
    settings = {
        "training.epochs": "2",
        "hardware.conductance_levels": "65",
        "hardware.level_rounding": '"stochastic"',
        "hardware.measurement_bits": "4",
        "hardware.measurement_range": "1.0",
        "hardware.measurement_wraps": "true",
    }
    found = train(experiment, tmp_path, settings)
    for name in LEARNING:
        levels = (couplings(found.circuit, name) + 2.0) / (4.0 / 64)
        np.testing.assert_allclose(levels, np.round(levels), atol=1e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hardware.update_noise": "0.1"}, r"\[hardware\] update_noise is not for circuits in time"),
        ({"rule.name": '"backpropagation"'}, r'method "descent" is for the rule equilibrium, not for backpropagation'),
        ({"dynamics.method": '"heun"', "rule.name": '"backpropagation"', "hardware.measurement_noise": "0.1"},
         "the rule backpropagation computes its gradients in time and reads no voltages"),
    ],
)  # fmt: skip
def test_words_that_do_not_go_together_are_refused(experiment: Path, tmp_path: Path, settings, message: str):
    with pytest.raises(ExperimentError, match=message):
        train(experiment, tmp_path / "out", settings)


def test_levels_that_are_drawn_for_every_sample_are_refused_for_crossbars(experiment: Path, tmp_path: Path):
    deck = load(experiment.parent / "layers.cir")
    levels = replace(deck.directives[0], options={"min": -2.0, "max": 2.0, "bits": 3.0})
    save(deck.replace(directives=(levels, *deck.directives[1:])), tmp_path / "layers.cir")
    (tmp_path / "layers.toml").write_text(TOML + 'levels = "gumbel"\n')
    with pytest.raises(CircuitError, match="trainable xw1 is a crossbar, whose levels cannot be drawn"):
        train(tmp_path / "layers.toml", tmp_path / "out")


def test_a_value_by_an_expression_does_not_learn(tmp_path: Path):
    deck = "t\n.param q=1\n.subckt c a k=1\nBc a 0 i=k*sin(v(a))\n.ends\nXc[0:1] h[0:1] c k={q}\nCh[0:1] h[0:1] 0 1\n"
    with pytest.raises(CircuitError, match="xc cannot learn: its value is no number"):
        DynamicalSystem.of(parse(deck), ["xc"])


def test_instances_learn_in_time_alone(experiment: Path, tmp_path: Path):
    deck = load(experiment.parent / "layers.cir")
    save(deck.replace(analyses=()), tmp_path / "layers.cir")
    (tmp_path / "layers.toml").write_text(TOML)
    with pytest.raises(CircuitError, match="trainable xw1 is an instance, which learns in circuits in time"):
        train(tmp_path / "layers.toml", tmp_path / "out")
