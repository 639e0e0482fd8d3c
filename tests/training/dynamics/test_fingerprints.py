"""Switchable stars: their admittances against all states in time, and what training sees of them."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import Circuit, CircuitError, ExperimentError, Mismatch, parse, save
from tellegen.netlist.builders import star
from tellegen.solvers.dynamics import DynamicalSystem, Grid
from tellegen.solvers.ports import Circle, Star, host_voltage
from tellegen.training import train
from tellegen.training.dynamics.circumstances import Circumstances
from tellegen.training.dynamics.losses import flip_bias_of, watched_flip_bias_of
from tellegen.training.dynamics.responses import soft_bit
from tellegen.training.dynamics.simulation import Flipped, Transient, Wiring
from tellegen.training.dynamics.stars import Stars

BRANCHES, CHALLENGES, DIES = 3, 2, 2


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def circuit() -> Circuit:
    return star(BRANCHES, sections=2)


def system_of(circuit: Circuit) -> tuple[DynamicalSystem, np.ndarray]:
    mismatch = Mismatch.of(circuit)
    drawn = {each.target: "relative" for each in mismatch.spreads}
    free = [*(each.target for each in circuit.trainables), *circuit.input_parameters]
    return DynamicalSystem.of(circuit, free, drawn), mismatch.array(3, range(DIES))


def test_admittances_answer_as_all_states_in_time_do(circuit: Circuit):
    system, draws = system_of(circuit)
    wiring, stop = Wiring.of(circuit), 10e-9
    inputs = jnp.asarray(np.random.default_rng(0).integers(0, 2, (BRANCHES, DIES * CHALLENGES)), float)
    around = Circumstances(jnp.asarray(draws), jax.random.PRNGKey(0))
    coarse, fine = (Stars.of(system, wiring, Grid(stop=stop, steps=steps), CHALLENGES) for steps in (200, 400))
    transient = Flipped(Transient(system, wiring, Grid(stop=stop, steps=800), "rk4"), CHALLENGES)
    first, second, expected = (jax.jit(each.__call__)({}, inputs, around) for each in (coarse, fine, transient))
    assert second.shape == (1 + BRANCHES, DIES * CHALLENGES)
    assert float(jnp.max(jnp.abs(expected))) > 0.5
    errors = [float(jnp.max(jnp.abs(each - expected))) for each in (first, second)]
    assert errors[0] < 1e-3
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4.0, abs=0.15)


def test_the_gradient_of_the_flip_bias_is_the_difference_quotient(circuit: Circuit):
    system, draws = system_of(circuit)
    stars = Stars.of(system, Wiring.of(circuit), Grid(stop=10e-9, steps=60), CHALLENGES)
    inputs = jnp.asarray(np.random.default_rng(1).integers(0, 2, (BRANCHES, DIES * CHALLENGES)), float)
    around = Circumstances(jnp.asarray(draws), jax.random.PRNGKey(0))
    bias = flip_bias_of(soft_bit, CHALLENGES)

    @jax.jit
    def loss(relative: dict[str, jax.Array]) -> jax.Array:
        parameters = {name: nominal[name] * factor for name, factor in relative.items()}
        return bias(stars(parameters, inputs, around), jnp.zeros((0, inputs.shape[1])))

    nominal = {each.target: float(circuit.parameters[each.target]) for each in circuit.trainables}  # type: ignore[arg-type]
    ones = {name: jnp.asarray(1.0) for name in nominal}
    slopes = jax.jit(jax.grad(loss))(ones)
    assert max(abs(float(slope)) for slope in slopes.values()) > 1e-3
    for name in nominal:
        ends = [loss({**ones, name: jnp.asarray(1.0 + step)}) for step in (1e-5, -1e-5)]
        assert float(ends[0] - ends[1]) / 2e-5 == pytest.approx(float(slopes[name]), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ("G1 a x a x 1\nC1 x 0 1\nB1 x 0 i=v(x)^3", r"the current into .* is not linear in the states"),
        ("R1 a x 1\nC1 x 0 1", r"the one-port with v\(x\) reads none of the switches"),
        (
            "G1 a 0 x 0 {b0}\nG2 x 0 a 0 1\nC1 x 0 1\nI1 0 x 1",
            r"v\(x\) is driven by a source; only the host v\(a\) may be",
        ),
    ],
)
def test_what_is_no_star_is_refused(cards: str, message: str):
    system = DynamicalSystem.of(parse(f"a star\n.param b0=0\nCa a 0 1\n{cards}\n.end"), ["b0"])
    with pytest.raises(CircuitError, match=message):
        Star.of(system, "v(a)", ["b0"])


def test_a_host_must_be_a_state():
    system = DynamicalSystem.of(parse("a star\n.param b0=0\nCa a 0 1\nR1 a 0 1\n.end"), ["b0"])
    with pytest.raises(CircuitError, match=r"v\(b\) is no state of the circuit; a host is a node with a capacitor"):
        Star.of(system, "v(b)", ["b0"])


def test_a_switch_that_leaks_is_a_switch_between_two_admittances():
    deck = "a leaking switch\n.param b0=0\nCa a 0 1\nI1 0 a pwl(0 0 1 1)\nG1 a x a x {0.1+0.9*b0}\nCx x 0 2\n.end"
    system = DynamicalSystem.of(parse(deck), ["b0"])
    found = Star.of(system, "v(a)", ["b0"])
    assert found.leaks
    circle = Circle(50, 0.02)
    feels = jax.jit(lambda: found.admittances(circle, {}, None, np.dtype(float)))()
    weights = jnp.asarray(circle.weights(50))
    settings = jnp.asarray([[0], [1]])
    voltages = host_voltage(feels.drive[0], feels.own[0], feels.ports[:, 0], settings, weights)
    for g, voltage in zip((0.1, 1.0), voltages, strict=True):
        # The difference d of the two voltages follows d' = t − r·d, and together they hold the charge t²/2.
        rate = 1.5 * g
        difference = 1 / rate - (1 - np.exp(-rate)) / rate**2
        assert float(voltage) == pytest.approx((0.5 + 2 * difference) / 3, abs=1e-4)


@pytest.fixture(scope="module")
def small() -> Circuit:
    return star(2, sections=1)


def test_a_watched_response_is_read_before_and_after_the_readout(small: Circuit):
    system, draws = system_of(small)
    wiring, stop, steps = Wiring.of(small), 10e-9, 280
    inputs = jnp.asarray([[0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
    around = Circumstances(jnp.asarray(draws), jax.random.PRNGKey(0))
    watched = Stars.of(system, wiring, Grid(stop=stop, steps=steps), CHALLENGES).watching(0.1)
    found = jax.jit(watched.__call__)({}, inputs, around).reshape(15, 3, -1)
    for reading in (0, 14):
        at = steps + 2 * (reading - 7)
        transient = Transient(system, wiring, Grid(stop=stop * at / steps, steps=4 * at), "rk4")
        expected = jax.jit(Flipped(transient, CHALLENGES).__call__)({}, inputs, around)
        np.testing.assert_allclose(found[reading], expected, atol=5e-4)
    assert float(jnp.max(jnp.abs(found[0] - found[14]))) > 0.01
    with pytest.raises(CircuitError, match=r"a share of 0\.005 of 280 steps has none to be watched .* share of 0\.014"):
        Stars.of(system, wiring, Grid(stop=stop, steps=steps), CHALLENGES).watching(0.005)


def test_a_watched_flip_bias_is_counted_at_the_readout_and_slopes_in_the_window():
    readings, bits, dies, challenges = 3, 2, 2, 4
    voltages = 0.05 * np.random.default_rng(3).standard_normal((readings, 1 + bits, dies * challenges))
    window = np.array([0.5, 1.0, 0.5]) / 2.0  # Hann's, of three points between two zeros

    def shares(responses: np.ndarray) -> np.ndarray:
        changes = np.abs(responses[..., :1, :] - responses[..., 1:, :])
        return changes.reshape(*changes.shape[:-1], dies, challenges).mean(axis=-1)

    counted = shares((voltages[1] > 0).astype(float))
    loss = watched_flip_bias_of(challenges, readings)
    value, slope = jax.value_and_grad(loss)(jnp.asarray(voltages.reshape(-1, dies * challenges)), jnp.zeros((0, 8)))
    assert float(value) == pytest.approx(np.abs(counted - 0.5).mean())

    def towards(voltages: np.ndarray) -> float:
        watched = np.tensordot(window, shares(1 / (1 + np.exp(-30.0 * voltages))), 1)
        return float(np.mean(np.sign(counted - 0.5) * watched))

    assert (counted != 0.5).any()
    for place in np.ndindex(voltages.shape):
        step = np.zeros_like(voltages)
        step[place] = 1e-6
        expected = (towards(voltages + step) - towards(voltages - step)) / 2e-6
        assert float(slope.reshape(voltages.shape)[place]) == pytest.approx(expected, abs=1e-7)


EXPERIMENT = """netlist = "star.cir"
data = { name = "challenges", train = 4, test = 4, features = 2 }
encoding = { scale = "none" }
loss = { name = "flip_bias", watched = 0.2 }
rule = { name = "backpropagation" }
training = { epochs = 1, batch = 4 }
dynamics = { method = "ports", steps = 60, precision = "float64", challenges = 2 }
"""


@pytest.fixture
def experiment(small: Circuit, tmp_path: Path) -> Path:
    save(small, tmp_path / "star.cir")
    (tmp_path / "star.toml").write_text(EXPERIMENT, encoding="utf-8")
    return tmp_path / "star.toml"


def test_training_counts_where_it_watches(experiment: Path, tmp_path: Path):
    run = train(experiment, tmp_path / "run")
    in_eighths = 8 * run.metrics[-1]["train_loss"]  # two dies and two bits, each a share of two challenges less a half
    assert in_eighths == pytest.approx(round(in_eighths), abs=1e-12)


def test_what_is_followed_in_time_is_not_watched(experiment: Path, tmp_path: Path):
    message = r"\[loss\] watched is for \[dynamics\] method ports, not for heun; leave it out"
    with pytest.raises(ExperimentError, match=message):
        train(experiment, tmp_path / "run", {"dynamics.method": '"heun"'})
