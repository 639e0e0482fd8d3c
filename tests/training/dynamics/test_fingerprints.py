"""Switchable stars: their admittances against all states in time, and what training sees of them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import Circuit, CircuitError, Mismatch, parse
from tellegen.netlist.builders import star
from tellegen.solvers.dynamics import DynamicalSystem, Grid
from tellegen.solvers.ports import Circle, Star, host_voltage
from tellegen.training.dynamics.losses import flip_bias_of
from tellegen.training.dynamics.responses import soft_bit
from tellegen.training.dynamics.simulation import Flipped, Stars, Transient, Wiring
from tellegen.training.dynamics.trainer import Circumstances

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
