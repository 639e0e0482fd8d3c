"""Losses and the metrics of responses against their definitions, written out."""

from __future__ import annotations

from itertools import combinations

import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.training.dynamics.losses import cross_entropy, periodic, squared
from tellegen.training.dynamics.responses import (
    flip_bias,
    hard_bit,
    reliability,
    soft_bit,
    uniformity,
    uniqueness,
)


def test_squared_is_the_mean_over_outputs_and_batch():
    assert float(squared(jnp.asarray([[1.0, 0.0], [3.0, 0.0]]), jnp.zeros((2, 2)))) == 2.5


def test_only_differences_of_phase_count_and_whole_turns_do_not():
    pattern = jnp.asarray([[0.0], [1.0], [1.0], [0.0]])
    assert float(periodic(pattern, pattern)) == pytest.approx(0.0)
    turned = pattern + 0.37 + jnp.asarray([[0.0], [2.0], [-4.0], [6.0]])
    assert float(periodic(turned, pattern)) == pytest.approx(0.0, abs=1e-10)
    assert float(periodic(1.0 - pattern, pattern)) == pytest.approx(0.0)  # the inverse is the same pattern


def test_a_phase_off_by_a_quarter_turn_costs_a_quarter_of_its_pixel():
    found = periodic(jnp.asarray([[0.0], [1.5], [0.0], [0.0]]), jnp.asarray([[0.0], [1.0], [0.0], [0.0]]))
    assert float(found) == pytest.approx(0.25 / 4)


def test_cross_entropy_of_equal_outputs_is_the_logarithm_of_their_number():
    found = cross_entropy(jnp.full((5, 1), 3.0), jnp.eye(5)[:, :1])
    assert float(found) == pytest.approx(np.log(5), rel=1e-6)


def responses(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.integers(0, 2, (3, 8)).astype(float), random.integers(0, 2, (3, 8, 4)).astype(float)


def test_flip_bias_is_its_definition():
    base, flipped = responses(0)
    total = 0.0
    for instance in range(3):
        for bit in range(4):
            changed = np.mean([base[instance, c] != flipped[instance, c, bit] for c in range(8)])
            total += abs(changed - 0.5)
    assert float(flip_bias(jnp.asarray(base), jnp.asarray(flipped))) == pytest.approx(total / 12, rel=1e-6)


def test_flip_bias_is_worst_where_nothing_changes():
    base = jnp.ones((2, 6))
    assert float(flip_bias(base, jnp.ones((2, 6, 3)))) == pytest.approx(0.5)


def test_uniqueness_is_the_mean_distance_of_all_pairs():
    bits, _ = responses(1)
    pairs = [np.mean(bits[a] != bits[b]) for a, b in combinations(range(3), 2)]
    assert float(uniqueness(jnp.asarray(bits))) == pytest.approx(np.mean(pairs), rel=1e-6)


def test_uniformity_and_reliability_count_bits():
    bits = jnp.asarray([[1.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0]])
    np.testing.assert_allclose(uniformity(bits), [0.75, 0.25])
    assert float(reliability(bits, jnp.asarray([[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 1.0]]))) == pytest.approx(7 / 8)


def test_the_soft_bit_is_the_logistic_function_and_the_hard_one_its_limit():
    assert float(soft_bit(jnp.asarray(np.log(3.0) / 60))) == pytest.approx(0.75, rel=1e-6)
    np.testing.assert_array_equal(hard_bit(jnp.asarray([-0.1, 0.0, 0.1])), [0.0, 0.0, 1.0])
