"""Samples swept apart, each in its open part, against exact steady states and against JAX's sweeps of whole layers."""

import dataclasses

import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network
from tellegen.solvers.layered import LayeredNetwork, steady_state
from tellegen.training.layered import open_units
from tellegen.training.layered.fused import FusedTrainer
from tellegen.training.layered.scan import ScanTrainer
from tellegen.training.layered.shape import LayeredShape
from tellegen.training.trainer import Settings

SIZES = [12, 16, 20, 14, 3]
"""One depth for all, as the depth is part of the compiled epoch's type."""
SAMPLES = 40


@pytest.fixture(autouse=True)
def small_crossbars_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_units, "LARGE", 0)
    monkeypatch.setattr(open_units, "SHARE", 1.0)


@pytest.fixture
def shape() -> LayeredShape:
    rng = np.random.default_rng(0)
    circuit = deep_resistive_network(SIZES)
    network = LayeredNetwork.of(circuit)
    weights = [np.maximum(0, rng.uniform(-0.5, 1, w.shape)) for w in network.weights]
    biases = [rng.uniform(-0.3, 0.3, b.shape) for b in network.biases]
    return LayeredShape.of(circuit.with_values(network.values(weights, biases)))


@pytest.fixture
def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.uniform(0, 1, (SAMPLES, 6)), np.eye(3)[rng.integers(0, 3, SAMPLES)]


def settings_of(**fields) -> Settings:
    return Settings(**{"batch": 4, "steps": 10, "scale": 2.0, "signed": True, "precision": "float32", **fields})


def compare(shape: LayeredShape, data: tuple[np.ndarray, np.ndarray], settings: Settings, rate: float) -> int:
    """An epoch here and in JAX, from the same start; the steps that swept whole crossbars after all."""
    start = shape.state({}, settings.batch, "float32")
    rates = dict.fromkeys(shape.learned, rate)
    fused, scan = FusedTrainer(shape, settings), ScanTrainer(shape, settings)
    (mine, my_loss, my_wrong), (theirs, their_loss, their_wrong) = (
        engine.epoch(start, *data, np.arange(SAMPLES), rates) for engine in (fused, scan)
    )
    for key in ("weights", "biases", "free"):
        for one, other in zip(mine[key], theirs[key], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    assert my_loss == pytest.approx(their_loss, rel=1e-5)
    assert my_wrong == their_wrong
    assert all(np.abs(moved - own).max() > 1e-4 for moved, own in zip(mine["weights"], start["weights"], strict=True))
    return fused.whole_steps


# A strong nudge carries hidden voltages farther than the free phase's last sweep let expect.
@pytest.mark.parametrize(("beta", "whole"), [(0.05, False), (0.5, True)])
@pytest.mark.parametrize("carry", [True, False])
def test_equilibrium_propagation_takes_the_same_steps(shape, data, beta: float, whole: bool, carry: bool) -> None:
    settings = settings_of(beta=beta, sweeps=5, nudged_sweeps=4, carry=carry)
    count = compare(shape, data, settings, 0.2)
    assert count > 0 if whole else count < 5


def test_backpropagation_takes_the_same_steps(shape, data) -> None:
    settings = settings_of(rule="backpropagation", sweeps=3, nudged_sweeps=4)
    assert compare(shape, data, settings, 1.0) < 5


# Of this shape 24 to 29 % are open after two sweeps and 18 to 22 % after three, and never nothing.
@pytest.mark.parametrize("share", [0.0, 0.2, 0.26])
@pytest.mark.parametrize("rule", ["equilibrium", "backpropagation"])
def test_the_sweeps_taken_are_the_same_whenever_the_open_parts_become_small(
    shape, data, rule: str, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_units, "SHARE", share)
    settings = settings_of(rule=rule, beta=0.05, sweeps=3, nudged_sweeps=4, carry=False)
    assert compare(shape, data, settings, 0.2) < (1 if share == 0.0 else 5)


def test_a_step_is_the_local_rule_at_exact_steady_states(shape, data) -> None:
    inputs, targets = data[0][:4], data[1][:4]
    settings = settings_of(steps=1, beta=0.1, sweeps=60)
    trainer = FusedTrainer(shape, settings)
    moved, _, _ = trainer.epoch(
        shape.state({}, 4, "float32"), inputs, targets, np.arange(4), dict.fromkeys(shape.learned, 0.05)
    )
    assert trainer.whole_steps == 0
    network, volts = shape.network, np.concatenate([inputs, -inputs], axis=1) * 2.0
    states = [
        (volts, *map(np.asarray, steady_state(network, volts, beta=sign * 0.1, target=targets).voltages))
        for sign in (1, -1)
    ]
    for layer, own in enumerate(network.weights):
        squares = [(s[layer][:, :, None] - s[layer + 1][:, None, :]) ** 2 for s in states]
        stepped = own - 0.05 * np.mean(squares[0] - squares[1], axis=0) / 2 / (2 * 0.1)
        np.testing.assert_allclose(moved["weights"][layer], np.clip(stepped, *shape.ranges[layer]), atol=5e-6)


def test_negative_conductances_small_crossbars_and_large_batches_are_swept_whole(
    shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = shape.state({}, 4, "float32")
    assert open_units.may_open(shape, state, 5, 4)
    assert not open_units.may_open(shape, state, open_units.OPENING, 4)
    assert not open_units.may_open(shape, state, 5, 1000)
    negative = dataclasses.replace(shape, ranges=((-1.0, 1.0), *shape.ranges[1:]))
    assert not open_units.may_open(negative, state, 5, 4)
    monkeypatch.setattr(open_units, "LARGE", 1000)
    assert not open_units.may_open(shape, state, 5, 4)
