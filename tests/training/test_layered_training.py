"""The layered engines against naive steps, central differences and each other."""

import numba
import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network
from tellegen.netlist.errors import CircuitError, ExperimentError
from tellegen.solvers.layered import LayeredNetwork, steady_state
from tellegen.training.layered.fused import FusedTrainer
from tellegen.training.layered.scan import ScanTrainer
from tellegen.training.layered.shape import LayeredShape
from tellegen.training.trainer import Settings

SIZES = [12, 7, 6, 3]
DEEP = [12, 6, 9, 5, 3]
"""One depth for all that is compiled, as the depth is part of the compiled epoch's type."""


def make_shape(sizes=SIZES, seed=0) -> LayeredShape:
    rng = np.random.default_rng(seed)
    circuit = deep_resistive_network(sizes)
    network = LayeredNetwork.of(circuit)
    weights = [np.maximum(0, rng.uniform(-0.5, 1, w.shape)) for w in network.weights]
    biases = [rng.uniform(-0.3, 0.3, b.shape) for b in network.biases]
    return LayeredShape.of(circuit.with_values(network.values(weights, biases)))


def make_data(features=6, samples=8, outputs=3, seed=1):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 1, (samples, features)), np.eye(outputs)[rng.integers(0, outputs, samples)]


def rates_of(shape: LayeredShape, rate: float) -> dict[str, float]:
    return dict.fromkeys(shape.learned, rate)


def naive_step(shape: LayeredShape, inputs, targets, settings: Settings, rate: float):
    """One step of centred equilibrium propagation, resistor by resistor from exact steady states (Kendall 2020)."""
    network = shape.network
    volts = np.concatenate([inputs, -inputs], axis=1) * settings.scale
    nudged = {
        sign: [
            volts,
            *(np.asarray(v) for v in steady_state(network, volts, beta=sign * settings.beta, target=targets).voltages),
        ]
        for sign in (1, -1)
    }
    spread = 2 * settings.beta * len(inputs)
    weights, biases = [w.copy() for w in map(np.array, network.weights)], [np.array(b) for b in network.biases]
    for layer, weight in enumerate(weights):
        for j in range(weight.shape[0]):
            for k in range(weight.shape[1]):
                across = {s: nudged[s][layer][:, j] - nudged[s][layer + 1][:, k] for s in nudged}
                weight[j, k] -= rate * 0.5 * np.sum(across[1] ** 2 - across[-1] ** 2) / spread
        np.clip(weight, *shape.ranges[layer], out=weight)
        biases[layer] += rate * np.sum(nudged[1][layer + 1] - nudged[-1][layer + 1], axis=0) / spread
    return weights, biases


def test_the_fused_step_is_the_local_rule_resistor_by_resistor():
    shape = make_shape(DEEP)
    inputs, targets = make_data(samples=4)
    settings = Settings(batch=4, steps=1, beta=0.5, sweeps=60, scale=2.0, signed=True, precision="float32")
    trainer = FusedTrainer(shape, settings)
    state = shape.state({}, 4, "float32")
    moved, _, _ = trainer.epoch(state, inputs, targets, np.arange(4), rates_of(shape, 0.05))
    weights, biases = naive_step(shape, inputs, targets, settings, 0.05)
    for mine, naive in zip((*moved["weights"], *moved["biases"]), (*weights, *biases), strict=True):
        np.testing.assert_allclose(mine, naive, atol=2e-6)
    assert any(
        np.any(np.abs(mine - own) > 1e-4) for mine, own in zip(moved["weights"], shape.network.weights, strict=True)
    )


@pytest.mark.parametrize("variant", ["positive", "negative", "centred"])
def test_both_engines_follow_the_same_path(variant):
    shape = make_shape(DEEP)
    inputs, targets = make_data(samples=22)
    order = np.random.default_rng(2).permutation(22)
    settings = Settings(
        batch=4,
        steps=5,
        variant=variant,
        beta=0.3,
        sweeps=8,
        nudged_sweeps=6,
        scale=2.0,
        signed=True,
        precision="float32",
    )
    results = []
    for engine in (FusedTrainer, ScanTrainer):
        state = shape.state({}, 4, "float32")
        results.append(engine(shape, settings).epoch(state, inputs, targets, order, rates_of(shape, 0.02)))
    (fused, fused_loss, fused_errors), (scan, scan_loss, scan_errors) = results
    for key in ("weights", "biases", "free"):
        for a, b in zip(fused[key], scan[key], strict=True):
            np.testing.assert_allclose(a, b, atol=5e-5)
    assert fused_loss == pytest.approx(scan_loss, rel=1e-4)
    assert fused_errors == scan_errors


def loss_at(shape, weights, biases, inputs, targets, scale):
    volts = np.concatenate([inputs, -inputs], axis=1) * scale
    output = np.asarray(
        steady_state(shape.network, volts, weights=weights, biases=biases, tolerance=1e-14).voltages[-1]
    )
    return 0.5 * np.mean(np.sum((output - targets) ** 2, axis=1))


def gradient_by(shape, inputs, targets, rule, **fields):
    """The mean gradient an engine follows: the difference a step of rate one makes, without the clipping."""
    settings = Settings(
        batch=len(inputs), steps=1, rule=rule, scale=2.0, signed=True, tolerance=1e-13, precision="float64", **fields
    )
    free = LayeredShape(shape.network, ((-np.inf, np.inf),) * len(shape.ranges), shape.bias_ranges, shape.learned)
    state = shape.state({}, len(inputs), "float64")
    moved, _, _ = ScanTrainer(free, settings).epoch(
        state, inputs, targets, np.arange(len(inputs)), rates_of(shape, 1.0)
    )
    return [a - b for key in ("weights", "biases") for a, b in zip(state[key], moved[key], strict=True)]


def test_implicit_differentiation_agrees_with_central_differences():
    shape = make_shape()
    inputs, targets = make_data(samples=4)
    found = gradient_by(shape, inputs, targets, "implicit")
    values = [*map(np.array, shape.network.weights), *map(np.array, shape.network.biases)]
    rng, step, layers = np.random.default_rng(3), 1e-5, len(shape.network.sizes)
    for number, value in enumerate(values):
        for _ in range(4):
            index = tuple(rng.integers(0, n) for n in value.shape)
            sides = []
            for sign in (1, -1):
                moved = [array.copy() for array in values]
                moved[number][index] += sign * step
                sides.append(loss_at(shape, moved[:layers], moved[layers:], inputs, targets, 2.0))
            assert found[number][index] == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-5, abs=1e-8)


def test_equilibrium_propagation_meets_the_gradient_with_the_order_of_its_variant():
    shape = make_shape()
    inputs, targets = make_data(samples=4)
    exact = np.concatenate([g.ravel() for g in gradient_by(shape, inputs, targets, "implicit")])
    for variant, order in (("centred", 2), ("positive", 1), ("negative", 1)):
        errors = []
        for beta in (0.02, 0.01):
            found = gradient_by(shape, inputs, targets, "equilibrium", variant=variant, beta=beta)
            errors.append(np.max(np.abs(np.concatenate([g.ravel() for g in found]) - exact)))
        assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15)


def test_truncated_backpropagation_reaches_the_implicit_gradient_as_sweeps_grow():
    shape = make_shape()
    inputs, targets = make_data(samples=4)
    exact = np.concatenate([g.ravel() for g in gradient_by(shape, inputs, targets, "implicit")])
    errors = []
    for sweeps in (2, 8, 60):
        found = gradient_by(shape, inputs, targets, "backpropagation", sweeps=sweeps)
        errors.append(np.max(np.abs(np.concatenate([g.ravel() for g in found]) - exact)))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-9


@pytest.mark.parametrize("engine", [FusedTrainer, ScanTrainer])
def test_conductances_stay_in_their_range_after_large_steps(engine):
    shape = make_shape(DEEP)
    narrow = LayeredShape(shape.network, ((0.1, 0.8),) * 4, ((-0.2, 0.2),) * 4, shape.learned)
    inputs, targets = make_data(samples=8)
    settings = Settings(batch=4, steps=2, beta=0.3, sweeps=5, scale=2.0, signed=True, precision="float32")
    state = narrow.state({}, 4, "float32")
    moved, _, _ = engine(narrow, settings).epoch(state, inputs, targets, np.arange(8), rates_of(shape, 10.0))
    for weight in moved["weights"]:
        assert weight.min() >= np.float32(0.1)
        assert weight.max() <= np.float32(0.8)
    for bias in moved["biases"]:
        assert np.abs(bias).max() <= np.float32(0.2)


def test_bytes_and_floats_of_the_same_voltages_train_alike():
    shape = make_shape(DEEP)
    pixels = np.random.default_rng(5).integers(0, 256, (8, 6), dtype=np.uint8)
    _, targets = make_data(samples=8)
    common = {"batch": 4, "steps": 2, "beta": 0.3, "sweeps": 5, "signed": True, "precision": "float32"}
    results = [
        FusedTrainer(shape, Settings(scale=scale, **common)).epoch(
            shape.state({}, 4, "float32"), inputs, targets, np.arange(8), rates_of(shape, 0.02)
        )
        for inputs, scale in ((pixels, 2 / 255), (pixels / 255, 2.0))
    ]
    for a, b in zip(results[0][0]["weights"], results[1][0]["weights"], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_an_epoch_leaves_the_state_it_was_given_and_gives_the_same_bits_on_any_number_of_threads():
    shape = make_shape([12, 300, 500, 300, 3])
    inputs, targets = make_data(samples=8)
    settings = Settings(batch=4, steps=2, beta=0.3, sweeps=5, scale=2.0, signed=True, precision="float32")
    trainer = FusedTrainer(shape, settings)
    state = shape.state({}, 4, "float32")
    kept = [w.copy() for w in state["weights"]]
    runs, threads = [], numba.get_num_threads()
    for count in {1, min(2, threads), threads}:
        numba.set_num_threads(count)
        runs += [trainer.epoch(state, inputs, targets, np.arange(8), rates_of(shape, 0.02))[0] for _ in range(2)]
    numba.set_num_threads(threads)
    for before, after in zip(kept, state["weights"], strict=True):
        np.testing.assert_array_equal(before, after)
    for run in runs[1:]:
        for key in ("weights", "biases", "free"):
            for a, b in zip(runs[0][key], run[key], strict=True):
                np.testing.assert_array_equal(a, b)


def test_crossbars_wide_enough_for_chunks_and_vectors_train_like_the_scan():
    shape = make_shape([12, 300, 500, 270, 3])
    inputs, targets = make_data(samples=10)
    settings = Settings(batch=5, steps=2, beta=0.3, sweeps=5, scale=2.0, signed=True, precision="float32")
    state = shape.state({}, 5, "float32")
    fused, scan = (
        engine(shape, settings).epoch(state, inputs, targets, np.arange(10), rates_of(shape, 0.02))[0]
        for engine in (FusedTrainer, ScanTrainer)
    )
    for key in ("weights", "biases", "free"):
        for a, b in zip(fused[key], scan[key], strict=True):
            np.testing.assert_allclose(a, b, atol=5e-6)


def test_what_the_engines_cannot_train_is_refused_with_the_reason():
    shape = make_shape()
    with pytest.raises(ExperimentError, match="not by implicit"):
        FusedTrainer(shape, Settings(batch=4, steps=1, rule="implicit", sweeps=4, precision="float32"))
    with pytest.raises(ExperimentError, match="number of sweeps"):
        ScanTrainer(shape, Settings(batch=4, steps=1, rule="backpropagation"))
    with pytest.raises(CircuitError, match="nothing to train"):
        LayeredShape.of(
            deep_resistive_network([4, 2, 2]).replace(
                directives=tuple(d for d in deep_resistive_network([4, 2, 2]).directives if d.keyword != "trainable")
            )
        )
