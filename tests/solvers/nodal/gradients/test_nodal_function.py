"""Circuits at rest as JAX functions: gradients through jit and vmap, starts, precision, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.typing import ArrayLike

import tellegen
from tellegen.netlist import CircuitError
from tellegen.solvers.nodal.gradients import NodalFunction, node_voltages

DECK = """a test
.param gain=2
v1 a 0 1
v2 c 0 0.5
r1 a b 1k
r2 c b 2k
d1 b 0 dm
m1 d b 0 0 mn w=10u l=1u
vdd p 0 3
rd p d 20k
e1 f 0 vol='gain*v(d)'
rf f 0 1k
.model dm d is=1e-15 rs=10
.model mn nmos vto=0.4 kp=100u lambda=0.05
"""
NAMES = ("r1", "r2", "model dm:is", "m1:w", "gain")


@pytest.fixture(scope="module")
def function() -> NodalFunction:
    return node_voltages(tellegen.parse(DECK), NAMES, ("v1", "v2"), ("v(f)", "v(b)", "p(rd)"))


def test_gradients_agree_with_central_differences(function: NodalFunction) -> None:
    inputs = np.random.default_rng(0).uniform(0.2, 1.5, (12, 2))
    target = np.random.default_rng(1).uniform(0.0, 3.0, 12)

    def loss(scales: ArrayLike, inputs: ArrayLike) -> jax.Array:
        found = function(scales * function.values, inputs)
        return jnp.mean((found[:, 0] - target) ** 2) + jnp.mean(jnp.tanh(found[:, 1])) + 1e4 * jnp.mean(found[:, 2])

    with jax.enable_x64(True):
        one = jnp.ones(len(NAMES))
        by_scales, by_inputs = jax.jit(jax.grad(loss, argnums=(0, 1)))(one, jnp.asarray(inputs))
        for k in range(len(NAMES)):
            step = 1e-4 * np.eye(len(NAMES))[k]
            slope = (loss(one + step, inputs) - loss(one - step, inputs)) / 2e-4
            assert by_scales[k] == pytest.approx(float(slope), rel=1e-6)
        step = np.zeros_like(inputs)
        step[3, 1] = 1e-4
        assert by_inputs[3, 1] == pytest.approx(float(loss(one, inputs + step) - loss(one, inputs - step)) / 2e-4, 1e-6)


def test_single_precision_keeps_the_solution_in_double(function: NodalFunction) -> None:
    inputs = jnp.asarray(np.random.default_rng(0).uniform(0.2, 1.5, (4, 2)), jnp.float32)

    def loss(values: jax.Array) -> jax.Array:
        return jnp.sum(function(values, inputs))

    found = jax.grad(loss)(jnp.asarray(function.values, jnp.float32))
    assert found.dtype == jnp.float32
    with jax.enable_x64(True):
        values = np.float32(function.values).astype(float)
        exact = jax.grad(lambda v: jnp.sum(function(v, jnp.asarray(np.asarray(inputs, float)))))(jnp.asarray(values))
    assert np.allclose(found, exact, rtol=1e-6)
    _, state = function.solve(jnp.asarray(values), inputs)
    joined = np.asarray(state.rounded, float) + np.asarray(state.rest, float)
    again = function.points.solve(values, np.asarray(inputs, float)).x
    assert np.abs(joined - again).max() < 1e-9  # what Newton's method leaves


def test_solutions_start_from_others_and_samples_map(function: NodalFunction) -> None:
    inputs = jnp.asarray(np.random.default_rng(0).uniform(0.2, 1.5, (4, 2)))
    values = jnp.asarray(function.values)
    found, state = function.solve(values, inputs)
    again, _ = function.solve(values * 1.001, inputs, state)
    fresh, _ = function.solve(values * 1.001, inputs)
    assert np.allclose(again, fresh, rtol=1e-6)
    mapped = jax.vmap(lambda scale: function(values * scale, inputs))(jnp.asarray([1.0, 1.001]))
    assert np.allclose(mapped, np.stack([found, fresh]), rtol=1e-6)


def test_parameters_by_name_and_no_inputs() -> None:
    function = node_voltages(tellegen.parse("a test\nv1 a 0 6\nr1 a b 1k\nr2 b 0 2k\n"), ["r1", "v1"], (), ["v(b)"])
    found = jax.grad(lambda p: function(p)[0])({"r1": 1e3, "v1": 6.0})
    assert found["v1"] == pytest.approx(2 / 3, rel=1e-6)
    assert found["r1"] == pytest.approx(-6 * 2e3 / 3e3**2, rel=1e-6)
    with pytest.raises(CircuitError, match="give a value of each of r1, v1"):
        function({"r1": 1e3})


def test_wrong_inputs_are_refused(function: NodalFunction) -> None:
    with pytest.raises(CircuitError, match=r"give \(samples, 2\), a column for each of v1, v2"):
        function(function.values, jnp.zeros((3, 1)))
    with pytest.raises(CircuitError, match="the input r1 is no V or I"):
        node_voltages(tellegen.parse(DECK), ["r2"], ["r1"])
    with pytest.raises(CircuitError, match="v1 is an input and a parameter"):
        node_voltages(tellegen.parse(DECK), ["v1"], ["v1"])


def test_a_sample_without_a_solution_says_so() -> None:
    function = node_voltages(tellegen.parse("a test\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n"), ["r2"], ["v1"])
    with pytest.raises(Exception, match="the parameter r2 is nan"):
        jax.block_until_ready(function(jnp.asarray([jnp.nan]), jnp.ones((1, 1))))
