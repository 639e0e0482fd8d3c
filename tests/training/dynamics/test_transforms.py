"""Trainables between the optimiser and the circuit: inverses, ranges, distributions, gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist import CircuitError
from tellegen.netlist.directives import Trainable
from tellegen.training.dynamics.transforms import Bounded, Draw, Free, Rounded, Sampled, transform_of


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


DRAW = Draw(jax.random.PRNGKey(0), 1, 1.0)


@settings(deadline=None)
@given(st.floats(1e-10, 1e-8), st.booleans(), st.booleans())
def test_every_value_inside_the_range_comes_back(value: float, logarithmic: bool, smooth: bool):
    bounded = Bounded(1e-10, 1e-8, logarithmic, smooth)
    with jax.enable_x64(True):
        back = float(bounded.settled(jnp.asarray(bounded.start(value))))
    assert back == pytest.approx(value, rel=1e-4)


def test_a_clipped_range_is_reached_and_never_left():
    bounded = Bounded(0.5, 8.0, True, False)
    ends = [float(bounded.settled(bounded.project(jnp.asarray(u)))) for u in (-3.0, 0.0, 3.0)]
    np.testing.assert_allclose(ends, [0.5, 2.0, 8.0])  # in the middle the geometric mean


def test_a_smooth_range_is_never_reached():
    bounded = Bounded(-1.0, 3.0, False, True)
    ends = [float(bounded.settled(jnp.asarray(u))) for u in (-3.0, 0.0, 3.0)]
    assert ends[1] == pytest.approx(1.0)
    assert -1.0 < ends[0] < -0.98
    assert 2.98 < ends[2] < 3.0


def test_rounding_takes_the_nearest_level_and_passes_the_gradient():
    rounded = Rounded(Bounded(-1.0, 1.0, False, False), (-1.0, -0.5, 0.0, 0.5, 1.0))
    for u, level in ((-0.9, -1.0), (-0.7, -0.5), (0.2, 0.0), (0.26, 0.5), (1.0, 1.0)):
        value, slope = jax.value_and_grad(lambda x: rounded.value(x, DRAW))(jnp.asarray(u))
        assert float(value) == pytest.approx(level)
        assert float(slope) == pytest.approx(1.0)


@pytest.mark.parametrize("temperature", [0.5, 10.0])
def test_hard_draws_have_the_probabilities_of_the_logits_at_any_temperature(temperature: float):
    logits, count = jnp.asarray([1.0, 0.0, -0.5]), 20_000
    sampled = Sampled((-1.0, 0.0, 2.0), hard=True)
    values = np.asarray(sampled.value(logits, Draw(jax.random.PRNGKey(1), count, temperature)))
    found = np.array([np.isclose(values, level, atol=1e-9).sum() for level in sampled.levels])
    expected = count * np.asarray(jax.nn.softmax(logits))
    assert found.sum() == count
    assert ((found - expected) ** 2 / expected).sum() < 13.8  # chi-square, 2 degrees of freedom, one in a thousand


def test_a_soft_draw_is_differentiable_and_the_hard_one_borrows_its_gradient():
    levels, key = (-1.0, 0.5, 1.0), jax.random.PRNGKey(2)
    logits = jnp.asarray([0.3, -0.2, 0.1])

    def total(u, hard):
        return Sampled(levels, hard).value(u, Draw(key, 4, 2.0)).sum()

    soft, hard = (jax.grad(total)(logits, kind) for kind in (False, True))
    np.testing.assert_allclose(soft, hard, rtol=1e-12)
    for n in range(3):
        step = jnp.zeros(3).at[n].set(1e-6)
        quotient = (total(logits + step, False) - total(logits - step, False)) / 2e-6
        assert float(soft[n]) == pytest.approx(float(quotient), rel=1e-7)


def test_a_cold_soft_draw_is_the_hard_one():
    logits, key = jnp.asarray([0.3, -0.2, 0.1]), jax.random.PRNGKey(3)
    soft, hard = (Sampled((-1.0, 0.0, 1.0), kind).value(logits, Draw(key, 50, 1e-4)) for kind in (False, True))
    np.testing.assert_allclose(soft, hard, atol=1e-6)


def test_a_level_starts_as_the_likeliest_one_and_settles_on_it():
    sampled = Sampled((-1.0, 0.0, 1.0), hard=False)
    assert float(sampled.settled(jnp.asarray(sampled.start(0.4)))) == 0.0
    assert float(sampled.settled(jnp.asarray(sampled.start(0.6)))) == 1.0


@pytest.mark.parametrize(
    ("trainable", "sampler", "kind"),
    [
        (Trainable("a", "parameter"), "round", Free),
        (Trainable("a", "parameter", 0.0), "round", Free),
        (Trainable("a", "parameter", 0.0, 1.0), "gumbel", Bounded),
        (Trainable("a", "parameter", 0.0, 1.0, bits=2), "round", Rounded),
        (Trainable("a", "parameter", levels=(-1.0, 1.0)), "gumbel", Sampled),
        (Trainable("a", "parameter", levels=(1.0, -1.0)), "round", Rounded),
    ],
)
def test_the_directive_and_the_sampler_choose_the_transform(trainable: Trainable, sampler: str, kind: type):
    assert isinstance(transform_of(trainable, sampler, smooth=False), kind)


def test_logarithmic_levels_are_in_equal_ratios():
    rounded = transform_of(Trainable("a", "parameter", 1.0, 8.0, "log", 4), "round", smooth=False)
    assert isinstance(rounded, Rounded)
    np.testing.assert_allclose(rounded.levels, [1.0, 2.0, 4.0, 8.0])
    assert float(rounded.settled(jnp.asarray(rounded.start(2.9)))) == pytest.approx(4.0)  # √8 = 2.83 is the border


@pytest.mark.parametrize(
    ("trainable", "message"),
    [
        (Trainable("a", "parameter", 2.0, 1.0), "has min=2, which is not below max=1; swap them"),
        (Trainable("a", "parameter", 0.0, 1.0, "log"), "needs a min= above 0"),
        (Trainable("a", "parameter", 0.0, None, "log"), "needs a min= above 0"),
        (Trainable("a", "parameter", 0.0, bits=2), "has levels, which need a min=, a max="),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(trainable: Trainable, message: str):
    with pytest.raises(CircuitError, match=message):
        transform_of(trainable, "round", smooth=False)
