"""Trainables as coordinates: ranges, logarithms, levels, start values and steps that never leave a range."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist import parse
from tellegen.netlist.errors import CircuitError, ExperimentError
from tellegen.training.experiment import Initial, Optimiser
from tellegen.training.initialisation import initial_values
from tellegen.training.optimiser import Stepper, rates
from tellegen.training.parameters import Coordinate, Parameters, apply

DECK = """* a bit of everything
.param r1=1k
V1 in 0 1
R1 in a {r1}
R2 a 0 2k
Rw[0:3,0:1] x[0:3] y[0:1] g=1m
I1 0 a 1u
DIRECTIVES
*@ input v1
*@ output v(a)
"""


def parameters_of(directives: str) -> Parameters:
    return Parameters.of(parse(DECK.replace("DIRECTIVES", directives)))


def test_bounds_are_in_the_unit_of_the_card() -> None:
    found = parameters_of(
        "*@ trainable r1 min=100 max=10k scale=log\n*@ trainable r2 min=1k\n*@ trainable rw min=0\n*@ trainable i1"
    )
    assert found.targets == ("r1", "r2", "rw", "i1")
    assert found["r1"].is_parameter
    assert (found["r1"].low, found["r1"].high) == (pytest.approx(np.log(100)), pytest.approx(np.log(1e4)))
    assert (found["r2"].minimum, found["r2"].maximum) == (1e3, np.inf)
    assert found["rw"].shape == (4, 2)
    assert (found["i1"].low, found["i1"].high) == (-np.inf, np.inf)


@pytest.mark.parametrize(
    ("directives", "message"),
    [
        ("", "has nothing to train"),
        ("*@ trainable r2", r"trainable r2 is a resistance, which must stay positive; write a min= above 0 ohm"),
        ("*@ trainable rw min=-1", r"trainable rw is a conductance, which cannot be negative"),
        ("*@ trainable rw", r"trainable rw is a conductance, which cannot be negative"),
        ("*@ trainable r1 scale=log", r"has scale=log, which needs a min= above 0"),
        ("*@ trainable r1 min=1 bits=3", r"has levels, which need a min=, a max="),
        ("*@ trainable i1 min=2 max=1", "min"),
    ],
)
def test_ranges_that_make_no_sense(directives: str, message: str) -> None:
    with pytest.raises((CircuitError, Exception), match=message):
        parameters_of(directives)


@given(st.floats(-1e6, 1e6), st.sampled_from([(False, 0), (True, 0), (False, 5), (True, 16)]))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_no_coordinate_leaves_its_range(u: float, form: tuple[bool, int]) -> None:
    logarithmic, levels = form
    bare = Coordinate("r", False, (), 0.3, 7.1, logarithmic)
    grid = tuple(np.linspace(bare.low, bare.high, levels)) if levels else ()
    coordinate = Coordinate("r", False, (), 0.3, 7.1, logarithmic, grid)
    value = float(coordinate.value(np.asarray(coordinate.project(u))))
    assert 0.3 <= value <= 7.1
    back = float(coordinate.value(coordinate.coordinate(value)))
    assert back == pytest.approx(value, rel=1e-14)


def test_levels_are_equally_spaced_or_as_listed() -> None:
    found = parameters_of("*@ trainable r1 min=1 max=1000 scale=log levels=4\n*@ trainable r2 min=100 max=400 bits=2")
    assert found["r1"].value(np.log([1.0, 2.9, 3.5, 40.0, 1000.0])) == pytest.approx([1, 1, 10, 100, 1000])
    assert found["r2"].value(np.array([100.0, 149.0, 151.0, 390.0])).tolist() == [100.0, 100.0, 200.0, 400.0]
    assert found.rounding({"r1": np.asarray(np.log(20.0)), "r2": np.asarray(130.0)})["r2"] == pytest.approx(30.0)


def test_values_go_back_into_the_circuit() -> None:
    circuit = parse(DECK.replace("DIRECTIVES", "*@ trainable r1 r2 min=1\n*@ trainable rw min=0"))
    values = {"r1": np.asarray(5.0), "r2": np.asarray(7.0), "rw": np.arange(8.0).reshape(4, 2)}
    learned = apply(circuit, values)
    assert learned.flatten()["r1"].value == 5.0
    assert learned["r2"].value == 7.0
    np.testing.assert_array_equal(learned["rw"].parameters["g"], values["rw"])


def test_start_values_are_drawn_by_kind_and_clipped() -> None:
    circuit = parse(
        DECK.replace("DIRECTIVES", "*@ trainable r1 r2 min=100 max=5k\n*@ trainable rw min=0\n*@ trainable i1")
    )
    parameters = Parameters.of(circuit)
    rules = {
        "*": Initial(kind="uniform", low=200.0, high=9000.0),
        "rw": Initial(kind="fan_in"),
        "i1": Initial(kind="constant", value=2e-6),
        "r1": Initial(),
    }
    found = initial_values(rules, parameters, circuit, seed=4)
    assert found["r1"] == 1000.0
    assert 200 <= found["r2"] <= 5000
    assert found["i1"] == 2e-6
    assert ((found["rw"] >= 0) & (found["rw"] <= 0.5)).all()
    again, other = (initial_values(rules, parameters, circuit, seed=seed) for seed in (4, 5))
    np.testing.assert_array_equal(found["rw"], again["rw"])
    assert not np.array_equal(found["rw"], other["rw"])


def test_fan_in_leaves_about_half_of_a_crossbar_open() -> None:
    circuit = parse(
        "* a crossbar\nV1 in 0 1\nRw[0:399,0:49] x[0:399] y[0:49] g=1m\n"
        "*@ trainable rw min=0\n*@ input v1\n*@ output v(y[0])\n"
    )
    values = initial_values({"rw": Initial(kind="fan_in")}, Parameters.of(circuit), circuit, seed=0)["rw"]
    assert np.mean(values == 0) == pytest.approx(0.5, abs=0.02)
    assert values.max() == pytest.approx(1 / np.sqrt(400), rel=1e-2)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"rx*": Initial()}, r"\[initial\] rx\* names nothing that is trainable"),
        ({"r2": Initial(kind="constant", value=7.0)}, r"r2 starts at 7, outside its range 100 to 5000"),
        ({"r2": Initial(kind="fan_in")}, r"fan_in needs a crossbar"),
        ({"r2": Initial(kind="log_uniform", low=0.0)}, r"log_uniform needs 0 < low"),
    ],
)
def test_start_values_that_make_no_sense(rules: dict[str, Initial], message: str) -> None:
    circuit = parse(DECK.replace("DIRECTIVES", "*@ trainable r2 min=100 max=5k"))
    with pytest.raises(ExperimentError, match=message):
        initial_values(rules, Parameters.of(circuit), circuit, seed=0)


def test_rates_decay_and_the_last_selector_decides() -> None:
    settings = Optimiser(rate=1.0, rates={"rw*": 0.5, "*2": 0.25}, decay=0.9)
    assert rates(settings, ("rw1", "rw2", "ib1"), 2) == pytest.approx({"rw1": 0.405, "rw2": 0.2025, "ib1": 0.81})
    with pytest.raises(ExperimentError, match=r"rates rx names nothing that is trainable"):
        rates(Optimiser(rates={"rx": 1.0}), ("rw1", "ib1"), 0)


def reference_adam(gradients: list[float], rate: float) -> float:
    """Kingma and Ba (2015), Algorithm 1."""
    u = m = v = 0.0
    for step, gradient in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        u -= rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    return u


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sgd", -0.1 * (1 + 2 - 0.5)),
        ("momentum", -0.1 * (1 + (2 + 0.9) + (-0.5 + 0.9 * 2.9))),
        ("adam", reference_adam([1.0, 2.0, -0.5], 0.1)),
    ],
)
def test_steps_are_the_textbooks(name: str, expected: float) -> None:
    parameters = Parameters((Coordinate("i1", False, (), -np.inf, np.inf, False),))
    stepper = Stepper.of(Optimiser(name=name), parameters)
    with jax.enable_x64(True):
        u = {"i1": jnp.asarray(0.0)}
        memory = stepper.start(u)
        for gradient in (1.0, 2.0, -0.5):
            u, memory = stepper.step(u, {"i1": jnp.asarray(gradient)}, memory, {"i1": 0.1})
        assert float(u["i1"]) == pytest.approx(expected, rel=1e-9)


def test_every_step_ends_inside_the_range() -> None:
    parameters = Parameters((Coordinate("r", False, (3,), 1.0, 2.0, False),))
    stepper = Stepper.of(Optimiser(name="sgd"), parameters)
    with jax.enable_x64(True):
        u, _ = stepper.step({"r": jnp.full(3, 1.5)}, {"r": jnp.array([-9.0, 0.0, 9.0])}, [], {"r": 1.0})
        assert np.asarray(u["r"]).tolist() == [2.0, 1.5, 1.0]
