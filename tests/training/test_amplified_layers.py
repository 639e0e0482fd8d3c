"""Training by layers with amplifiers between them: true gradients in volts, the plain network's path bit for bit."""

import functools
from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen import deep_resistive_network, operating_point, parse, save
from tellegen.cli.verification import verified
from tellegen.netlist.builders.cards import directive
from tellegen.netlist.errors import CircuitError
from tellegen.training import train
from tellegen.training.layered import LayeredShape, layered_trainer
from tellegen.training.parameters import Parameters
from tellegen.training.resistive.model import Model
from tellegen.training.rules import Batch, Equilibrium
from tellegen.training.trainer import Settings

SIZES = [6, 7, 6, 3]
BEFORE = (0, 1, 2)
"""Amplifiers on the way from the input to each layer of units."""


def networks(gain: float):
    """The network with amplifiers, and the plain one whose inputs are gain² times as large for the same outputs."""
    rng = np.random.default_rng(0)
    weights = [rng.uniform(0.2, 1, shape) for shape in pairwise(SIZES)]
    biases = {f"ib{k}": rng.uniform(-0.3, 0.3, size) for k, size in enumerate(SIZES[1:], 1)}
    larger = {name: gain ** (2 - before) * bias for (name, bias), before in zip(biases.items(), BEFORE, strict=True)}
    return (
        deep_resistive_network(SIZES, conductances=weights, gain=gain).with_values(biases),
        deep_resistive_network(SIZES, conductances=weights).with_values(larger),
    )


def samples(count: int):
    rng = np.random.default_rng(1)
    return rng.uniform(-1, 1, (count, 6)), np.eye(3)[rng.integers(0, 3, count)]


def settings(count: int, **fields) -> Settings:
    return Settings(**{"batch": count, "steps": 1, "scale": 2.0, "tolerance": 1e-13, **fields})


def moved(circuit, settings: Settings, rates, inputs, targets):
    """Element values before and after an epoch, the summed loss, and how many samples were misread."""
    shape = LayeredShape.of(circuit)
    state = shape.state({}, settings.batch, settings.precision)
    order = np.arange(len(inputs))
    after, loss, errors = layered_trainer(shape, settings).epoch(state, inputs, targets, order, rates)
    return shape.values(state), shape.values(after), loss, errors


def gradient(circuit, inputs, targets, **fields):
    """The mean gradient by element name, from a step too small to meet a range."""
    rate = 1e-3
    rates = dict.fromkeys(LayeredShape.of(circuit).learned, rate)
    before, after, loss, _ = moved(circuit, settings(len(inputs), **fields), rates, inputs, targets)
    return {name: (before[name] - after[name]) / rate for name in before}, loss


def loss_in_volts(circuit, inputs, targets) -> float:
    """The mean of ½‖o − y‖² by the exact solver of any circuit."""
    outputs = [operating_point(circuit.with_values({"vin": 2.0 * each}))["v(out)"] for each in inputs]
    return 0.5 * float(np.mean(np.sum((np.array(outputs) - targets) ** 2, axis=1)))


@functools.cache
def central_differences():
    """Slopes of the loss in volts at two places of every element that learns: (name, index, slope)."""
    circuit, _ = networks(3.0)
    inputs, targets = samples(2)
    rng, step, found = np.random.default_rng(2), 1e-5, []
    for name in sorted(LayeredShape.of(circuit).learned):
        own = np.array(circuit[name].parameters["g"] if name.startswith("rw") else circuit[name].value)
        for _ in range(2):
            index = tuple(rng.integers(0, n) for n in own.shape)
            sides = []
            for sign in (1, -1):
                changed = own.copy()
                changed[index] += sign * step
                sides.append(loss_in_volts(circuit.with_values({name: changed}), inputs, targets))
            found.append((name, index, (sides[0] - sides[1]) / (2 * step)))
    return found


@pytest.mark.parametrize(
    ("rule", "fields", "tolerance"),
    [
        ("implicit", {}, 1e-6),
        ("equilibrium", {"beta": 1e-3, "sweeps": 60}, 1e-4),
        ("backpropagation", {"sweeps": 60}, 1e-6),
    ],
)
def test_every_rule_follows_the_gradient_of_the_loss_in_volts(rule, fields, tolerance):
    circuit, _ = networks(3.0)
    inputs, targets = samples(2)
    found, loss = gradient(circuit, inputs, targets, rule=rule, **fields)
    assert loss == pytest.approx(2 * loss_in_volts(circuit, inputs, targets), rel=1e-9)
    assert {name for name, _, _ in central_differences()} == set(found)
    for name, index, slope in central_differences():
        assert found[name][index] == pytest.approx(slope, abs=tolerance * np.abs(found[name]).max())


def test_equilibrium_propagation_far_from_the_limit_agrees_with_the_generic_engine():
    gain, beta, sweeps = 3.0, 0.4, 150
    circuit, plain = networks(gain)
    inputs, targets = samples(2)
    found, _ = gradient(circuit, inputs, targets, beta=beta, sweeps=sweeps)
    parameters = Parameters.of(plain)
    model = Model.of(plain, parameters)
    start = {
        each.target: plain[each.target].parameters.get("g", plain[each.target].value) for each in parameters.coordinates
    }
    with jax.enable_x64(True):
        batch = Batch(jnp.asarray(2.0 * gain**2 * inputs), jnp.asarray(targets), model.rest(2))
        u = {name: jnp.asarray(value) for name, value in parameters.coordinates_of(start).items()}
        generic = jax.jit(lambda u: Equilibrium(model, beta=beta, sweeps=sweeps)(u, batch).gradients)(u)
    for name, slopes in found.items():
        # dL/di of the amplified network: a bias is a larger one in the plain network
        factor = gain ** (2 - BEFORE[int(name[-1]) - 1]) if name.startswith("ib") else 1.0
        wanted = factor * np.asarray(generic[name])
        np.testing.assert_allclose(slopes, wanted, atol=1e-9 * np.abs(wanted).max())


@pytest.mark.parametrize("rule", ["equilibrium", "backpropagation"])
def test_gains_that_are_powers_of_two_change_no_bit_of_what_is_learned(rule):
    gain = 16.0
    circuit, plain = networks(gain)
    inputs, targets = samples(12)
    common = {"batch": 4, "steps": 3, "rule": rule, "beta": 0.3, "sweeps": 5, "precision": "float32"}
    rates = {f"rw{k}": 0.02 * k for k in (1, 2, 3)} | {f"ib{k}": 0.01 * k for k in (1, 2, 3)}
    factors = {f"ib{k}": gain ** (2 - before) for k, before in enumerate(BEFORE, 1)}
    smaller = {name: rate / factors.get(name, 1.0) ** 2 for name, rate in rates.items()}
    before, mine, loss, errors = moved(circuit, settings(0, **common), smaller, inputs, targets)
    _, theirs, other, mistakes = moved(plain, settings(0, **common | {"scale": 2.0 * gain**2}), rates, inputs, targets)
    assert (loss, errors) == (pytest.approx(other, rel=1e-15), mistakes)
    for name, values in mine.items():
        np.testing.assert_array_equal(values * factors.get(name, 1.0), theirs[name])
        assert np.abs(values - before[name]).max() > 0


def test_a_range_of_biases_is_in_amperes():
    circuit, _ = networks(4.0)
    kept = [each for each in circuit.directives if each.keyword != "trainable"]
    circuit = circuit.replace(directives=(*kept, directive("trainable", "ib*", min=-0.1, max=0.2)))
    inputs, targets = samples(2)
    rates = dict.fromkeys(("ib1", "ib2", "ib3"), 1e3)
    _, after, _, _ = moved(circuit, settings(2, beta=0.3, sweeps=5, precision="float32"), rates, inputs, targets)
    assert set(after) == {"ib1", "ib2", "ib3"}
    ends = np.concatenate(list(after.values()))
    assert (ends.min(), ends.max()) == (np.float32(-0.1), np.float32(0.2))
    assert np.sum((ends == ends.min()) | (ends == ends.max())) > 8


@pytest.mark.parametrize(
    ("found", "instead", "cause"),
    [
        ("*@ input vin", "*@ input vin\n*@ input rest", "the inputs are vin, rest instead of"),
        ("*@ output v(out[0:2])", "*@ output v(out[0:1])", r"the outputs are out\[0:1\] instead of the last layer"),
    ],
)
def test_inputs_and_outputs_are_the_whole_first_and_last_layer(found, instead, cause):
    deck = (
        "ends\n.param rest=1\nvin[0:1] in[0:1] 0 0\nrw[0:1,0:2] in[0:1] out[0:2] g=1\n"
        "*@ input vin\n*@ output v(out[0:2])\n*@ trainable rw min=0\n"
    )
    assert LayeredShape.of(parse(deck)).learned == {"rw"}
    with pytest.raises(CircuitError, match=cause):
        LayeredShape.of(parse(deck.replace(found, instead)))


EXPERIMENT = """netlist = "digits.cir"
[data]
name = "digits"
[encoding]
gain = 8.0
scale = "unit"
signed = true
[rule]
beta = 0.1
sweeps = 4
[optimiser]
decay = 0.95
[optimiser.rates]
rw1 = 0.002
rw2 = 0.006
rw3 = 0.018
ib1 = 8e-6
ib2 = 4e-4
ib3 = 0.018
[initial]
"rw*" = { kind = "fan_in" }
[training]
epochs = 6
batch = 4
"""


def test_digits_are_learned_from_a_few_volts_and_ngspice_agrees(tmp_path: Path):
    save(deep_resistive_network([128, 32, 32, 10], gain=4.0), tmp_path / "digits.cir")
    (tmp_path / "digits.toml").write_text(EXPERIMENT)
    run = train(tmp_path / "digits.toml", tmp_path / "run")
    assert run.about["engine"] == "layered"
    assert run.metrics[-1]["test_error"] < 0.25
    found = verified(run, 3, None, 1e-5)
    assert found.agreement.agrees
    outputs = found.samples.traces["v(out)"]
    np.testing.assert_allclose(outputs, run.predictions().outputs[:3], atol=1e-4 * np.ptp(outputs))
