"""The fused backpropagation against JAX's differentiation of the same sweeps."""

import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network
from tellegen.solvers.layered import LayeredNetwork
from tellegen.training.layered.fused import FusedTrainer
from tellegen.training.layered.scan import ScanTrainer
from tellegen.training.layered.shape import LayeredShape
from tellegen.training.trainer import Settings


def make_shape(sizes: list[int]) -> LayeredShape:
    rng = np.random.default_rng(0)
    circuit = deep_resistive_network(sizes)
    network = LayeredNetwork.of(circuit)
    weights = [np.maximum(0, rng.uniform(-0.5, 1, w.shape)) for w in network.weights]
    biases = [rng.uniform(-0.3, 0.3, b.shape) for b in network.biases]
    return LayeredShape.of(circuit.with_values(network.values(weights, biases)))


def test_the_fused_epoch_follows_the_gradient_of_the_sweeps() -> None:
    # Deep enough that a layer has hidden crossbars on both sides; its depth is part of what is compiled, so one only.
    shape = make_shape([12, 6, 9, 5, 4, 3])
    rng = np.random.default_rng(1)
    inputs, targets = rng.uniform(0, 1, (12, 6)), np.eye(3)[rng.integers(0, 3, 12)]
    # Few free sweeps: the state still moves in those that are differentiated, and every one of them counts.
    settings = Settings(
        batch=4, steps=3, rule="backpropagation", sweeps=2, nudged_sweeps=4, scale=2.0, signed=True, precision="float32"
    )
    start = shape.state({}, 4, "float32")
    rates = dict.fromkeys(shape.learned, 1.0)
    results = [
        engine(shape, settings).epoch(start, inputs, targets, np.arange(12), rates)
        for engine in (FusedTrainer, ScanTrainer)
    ]
    (fused, fused_loss, fused_wrong), (scan, scan_loss, scan_wrong) = results
    for key in ("weights", "biases", "free"):
        for mine, reference in zip(fused[key], scan[key], strict=True):
            np.testing.assert_allclose(mine, reference, atol=5e-6)
    assert fused_loss == pytest.approx(scan_loss, rel=1e-5)
    assert fused_wrong == scan_wrong
    for moved, own in zip(fused["weights"], start["weights"], strict=True):
        assert np.abs(moved - own).max() > 1e-3
