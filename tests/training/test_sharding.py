"""A batch over several devices: the step that one device takes, and plain words where it cannot be shared.

JAX fixes its devices at the start, so a process with four virtual ones runs this file and prints what it found.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys

import jax
import numpy as np
import pytest

from tellegen.netlist import parse
from tellegen.netlist.builders import deep_resistive_network
from tellegen.netlist.errors import ExperimentError
from tellegen.training.experiment import Data, Experiment, Rule
from tellegen.training.generic import GenericTrainer
from tellegen.training.hardware import Hardware
from tellegen.training.layered import LayeredShape, layered_trainer
from tellegen.training.parameters import Parameters
from tellegen.training.sharding import Sharding
from tellegen.training.trainer import Settings

DEVICES = 4
NETLIST = """* two diodes among resistors that learn, read noisily
V1 a 0 1
V2 b 0 1
R1 a p 1k
R2 b q 1k
R3 p q 1k
D1 p 0 ideal
D2 0 q ideal
R4 p out 1k
R5 q out 1k
R6 out 0 1k
.model ideal D(is=1e-12 n=1e-4)
*@ ideal model=ideal
*@ trainable r* min=100 max=100k scale=log
*@ input v1 v2
*@ output v(out)
"""
EXPERIMENT = Experiment(
    "net.cir",
    data=Data("table"),
    rule=Rule(sweeps=20),
    hardware=Hardware(measurement_noise=1e-4),
)


def layered_step(devices: int) -> list[np.ndarray]:
    """The values and the voltages after two steps of centred equilibrium propagation, in double precision."""
    random = np.random.default_rng(1)
    shape = LayeredShape.of(deep_resistive_network([6, 5, 3]))
    values = {
        name: random.uniform(0.1, 1.0, np.shape(value))
        for name, value in shape.values(shape.state({}, 8, "float64")).items()
    }
    settings = Settings(batch=8, steps=2, beta=0.5, precision="float64", devices=devices)
    trainer = layered_trainer(shape, settings)
    trainer.compile("float64")
    inputs, targets = random.uniform(-1, 1, (16, 6)), np.eye(3)[random.integers(0, 3, 16)]
    rates = dict.fromkeys(shape.learned, 0.1)
    state, loss, errors = trainer.epoch(shape.state(values, 8, "float64"), inputs, targets, np.arange(16), rates)
    return [*state["weights"], *state["biases"], *state["free"], np.array([loss, errors])]


def generic_step(devices: int) -> list[np.ndarray]:
    """The coordinates and the voltages after two steps on any circuit, with noise in every reading."""
    circuit = parse(NETLIST)
    parameters = Parameters.of(circuit)
    settings = Settings(batch=8, steps=2, variant="positive", beta=1e-4, sweeps=20, devices=devices)
    trainer = GenericTrainer.of(EXPERIMENT, circuit, parameters, settings)
    random = np.random.default_rng(2)
    inputs, targets = random.normal(size=(16, 2)), random.normal(size=(16, 1))
    state = trainer.state({target: np.full((), 1e3) for target in parameters.targets})
    state, loss, errors = trainer.epoch(state, inputs, targets, np.arange(16), dict.fromkeys(parameters.targets, 0.05))
    return [*state["coordinates"].values(), *state["free"], np.array([loss, errors])]


def told() -> dict[str, object]:
    """What the process with several devices reports: the largest relative differences, and each device's part."""
    differences = {}
    for name, found in (("layered", layered_step), ("generic", generic_step)):
        pairs = zip(found(1), found(DEVICES), strict=True)
        differences[name] = max(float(np.max(np.abs(a - b)) / np.max(np.abs(a))) for a, b in pairs)
    split = Sharding.of(DEVICES, 8).split(jax.numpy.zeros((3, 8, 2)), axis=1)
    whole = Sharding.of(DEVICES, 8).copied(jax.numpy.zeros((5, 2)))
    shapes = [[piece.data.shape for piece in each.addressable_shards] for each in (split, whole)]
    return {"differences": differences, "shapes": shapes}


@functools.cache
def several_devices() -> dict:
    """`told` from a process of its own."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={DEVICES}"
    environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_device_has_its_part_of_a_batch_and_all_of_the_values() -> None:
    assert several_devices()["shapes"] == [[[3, 2, 2]] * DEVICES, [[5, 2]] * DEVICES]


@pytest.mark.parametrize("engine", ["layered", "generic"])
def test_several_devices_take_the_steps_of_one(engine: str) -> None:
    assert several_devices()["differences"][engine] < 1e-12


def test_what_cannot_be_shared_is_refused_in_words() -> None:
    here = len(jax.devices())
    with pytest.raises(ExperimentError, match=rf"devices is {here + 1}, but JAX has {here} \(\w+\); set fewer, or"):
        Sharding.of(here + 1, 8)


def test_a_batch_that_is_no_multiple_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "devices", lambda: [object()] * 4)
    with pytest.raises(ExperimentError, match=r"batch is 6, which 4 devices cannot share evenly; .* such as 8"):
        Sharding.of(4, 6)


if __name__ == "__main__":
    print(json.dumps(told()))
