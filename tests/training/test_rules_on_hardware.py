"""The limits of hardware: what they do to readings and updates, drawn from the seed, and learning within them."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import parse, save
from tellegen.netlist.builders import disordered_network
from tellegen.netlist.errors import ExperimentError
from tellegen.training import train
from tellegen.training.experiment import Optimiser
from tellegen.training.hardware import Hardware
from tellegen.training.hardware.devices import Devices
from tellegen.training.hardware.meter import exact, meter_of
from tellegen.training.optimiser import Stepper
from tellegen.training.parameters import Parameters

CIRCUIT = parse("""* a crossbar with a range, and one without
Vin[0:9] in[0:9] 0 0
Rw[0:9,0:99] in[0:9] h[0:99] g=0.5
Ib[0:99] 0 h[0:99] 0
*@ trainable rw min=0 max=1
*@ trainable ib min=-1 max=1
*@ input vin
*@ output v(h[0:99])
""")
PARAMETERS = Parameters.of(CIRCUIT)


def devices(seed: int = 0, **limits: object) -> Devices:
    return Devices.of(Stepper.of(Optimiser(), PARAMETERS), Hardware(**limits), seed)  # type: ignore[arg-type]


def moved(at: float, asked: float, seed: int = 0, **limits: object) -> np.ndarray:
    """How far the crossbar's devices move that stand at `at` and are asked to move by `asked`."""
    with jax.enable_x64(True):
        coordinates = {"rw": jnp.full((10, 100), at), "ib": jnp.zeros(100)}
        gradients = {"rw": jnp.full((10, 100), -asked), "ib": jnp.zeros(100)}
        rates = {"rw": jnp.asarray(1.0), "ib": jnp.asarray(1.0)}
        after, _ = devices(seed, **limits).step(coordinates, gradients, [], rates, jax.random.PRNGKey(seed))
        return np.asarray(after["rw"]) - at


def test_noise_and_codes_of_a_meter_have_their_textbook_size() -> None:
    with jax.enable_x64(True):
        key = jax.random.PRNGKey(1)
        volts = jnp.asarray(np.random.default_rng(0).uniform(-0.9, 0.9, (200, 201)))
        noise = np.asarray(meter_of(Hardware(measurement_noise=0.01))(volts, key) - volts)[:, :-1]
        assert noise.std() == pytest.approx(0.01, rel=0.02)
        assert abs(noise.mean()) < 3 * 0.01 / np.sqrt(noise.size)
        coarse = meter_of(Hardware(measurement_bits=6, measurement_range=1.0))(volts, None)[:, :-1]
        step = 2.0 / 2**6
        off = np.asarray(coarse) - np.asarray(volts)[:, :-1]
        assert np.abs(off).max() <= step / 2
        assert off.std() == pytest.approx(step / np.sqrt(12), rel=0.02)
        ends = meter_of(Hardware(measurement_bits=3, measurement_range=2.0))(jnp.array([-9.0, 9.0, 0.2, 5.0]), None)
        np.testing.assert_array_equal(ends, [-2.0, 1.5, 0.0, 0.0])
    assert meter_of(Hardware()) is exact


def test_asymmetry_saturation_threshold_and_noise_of_updates() -> None:
    np.testing.assert_allclose(moved(0.5, 0.1), 0.1)
    np.testing.assert_allclose(moved(0.5, 0.1, update_asymmetry=0.2), 0.12)
    np.testing.assert_allclose(moved(0.5, -0.1, update_asymmetry=0.2), -0.08)
    np.testing.assert_allclose(moved(0.75, 0.1, update_saturation=1.0), 0.025)
    np.testing.assert_allclose(moved(0.75, -0.1, update_saturation=1.0), -0.075)
    np.testing.assert_allclose(moved(0.5, 0.0099, update_threshold=0.01), 0.0, atol=1e-15)
    np.testing.assert_allclose(moved(0.5, 0.0101, update_threshold=0.01), 0.0101)
    noisy = moved(0.5, 0.01, update_noise=0.3)
    assert noisy.std() == pytest.approx(0.003, rel=0.1)
    assert noisy.mean() == pytest.approx(0.01, rel=0.05)


def test_levels_lose_small_steps_unless_they_round_at_random() -> None:
    np.testing.assert_allclose(moved(0.5, 0.04, conductance_levels=11), 0.0, atol=1e-15)
    np.testing.assert_allclose(moved(0.5, 0.06, conductance_levels=11), 0.1)
    random = moved(0.5, 0.04, conductance_levels=11, level_rounding="stochastic")
    np.testing.assert_allclose(np.unique(random.round(12)), [0.0, 0.1])
    assert random.mean() == pytest.approx(0.04, abs=3 * 0.1 * np.sqrt(0.24 / random.size))


def test_stuck_devices_are_the_seed_s_and_never_move() -> None:
    first, again, other = (devices(seed, stuck_fraction=0.3, stuck_at="maximum") for seed in (0, 0, 1))
    assert sum(int(each.sum()) for each in first.stuck.values()) == round(0.3 * 1100)
    np.testing.assert_array_equal(first.stuck["rw"], again.stuck["rw"])
    assert (first.stuck["rw"] != other.stuck["rw"]).any()
    placed = first.place({"rw": np.full((10, 100), 0.5), "ib": np.zeros(100)})
    np.testing.assert_array_equal(placed["rw"], np.where(first.stuck["rw"], 1.0, 0.5))
    still = moved(0.5, 0.1, stuck_fraction=0.3) == 0
    np.testing.assert_array_equal(still, devices(stuck_fraction=0.3).stuck["rw"])


def test_limits_without_what_they_are_counted_in_are_refused() -> None:
    with pytest.raises(ExperimentError, match="measurement_bits need a range; write measurement_range in volts"):
        meter_of(Hardware(measurement_bits=4))
    with pytest.raises(ExperimentError, match=r"must be 0 \(any value\), or 2 or more"):
        devices(conductance_levels=1)
    unbounded = Parameters.of(parse("* r\nV1 a 0 1\nR1 a b g=1\nR2 b 0 1\n*@ trainable r1 min=0\n"))
    with pytest.raises(ExperimentError, match="counts in parts of a range, and r1 has none"):
        Devices.of(Stepper.of(Optimiser(), unbounded), Hardware(update_threshold=0.1), 0)


SMALL = """netlist = "small.cir"
[data]
name = "table"
rows = [[1.0, 0.3], [-1.0, -0.3]]
test_fraction = 0
[encoding]
scale = "none"
[rule]
name = "coupled"
[loss]
tolerance = 0.05
[optimiser]
rate = 1000.0
[training]
epochs = 40
batch = 2
"""
LIMITS = {
    "hardware.measurement_bits": "12",
    "hardware.measurement_range": "1.5",
    "hardware.measurement_noise": "1e-4",
    "hardware.update_asymmetry": "0.2",
    "hardware.update_saturation": "0.5",
    "hardware.conductance_levels": "4096",
    "hardware.stuck_fraction": "0.1",
    "rule.eta": "0.5",
}


def test_a_small_network_learns_within_limits_and_resumes_bit_for_bit(tmp_path: Path) -> None:
    save(disordered_network(1, 1, hidden=2, resistors=8, seed=1), tmp_path / "small.cir")
    file = tmp_path / "small.toml"
    file.write_text(SMALL)
    whole = train(file, tmp_path / "whole", LIMITS)
    assert whole.metrics[-1]["test_error"] == 0.0
    assert whole.metrics[-1]["train_loss"] < 0.05 * whole.metrics[0]["train_loss"]
    train(file, tmp_path / "parts", {**LIMITS, "training.epochs": "10"})
    parts = train(file, tmp_path / "parts", LIMITS, resume=True)
    assert [row["train_loss"] for row in parts.metrics] == [row["train_loss"] for row in whole.metrics]
