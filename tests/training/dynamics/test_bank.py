"""Trainables held by transform: who shares an array, and that every name gets its own value back."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.training.dynamics.bank import Bank
from tellegen.training.dynamics.transforms import Bounded, Draw, Free, Sampled


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


LEVELS = Sampled((-1.0, 0.0, 1.0), hard=True)
BANK = Bank.of(
    {"k0": LEVELS, "c": Bounded(1.0, 3.0, False, False), "k1": LEVELS, "gain": Free(False, low=0.0), "k2": LEVELS}
)
START = np.array([-0.9, 2.5, 0.1, 4.0, 0.8])


def start() -> dict[str, jax.Array]:
    return {name: jnp.asarray(u) for name, u in BANK.start(START).items()}


def test_equal_transforms_share_an_array():
    assert {name: rows.tolist() for name, (_, rows) in BANK.groups.items()} == {
        "group 0": [0, 2, 4],
        "group 1": [1],
        "group 2": [3],
    }
    assert {name: u.shape for name, u in start().items()} == {"group 0": (3, 3), "group 1": (1,), "group 2": (1,)}


def test_every_name_gets_its_own_value_back():
    settled = {name: float(value) for name, value in BANK.settled(start()).items()}
    assert list(settled) == ["k0", "c", "k1", "gain", "k2"]
    assert settled == pytest.approx({"k0": -1.0, "c": 2.5, "k1": 0.0, "gain": 4.0, "k2": 1.0})


def test_every_sample_and_every_target_draws_its_own_level():
    count = 4000
    drawn = BANK.values(start(), Draw(jax.random.PRNGKey(0), count, 1.0))
    assert drawn["c"].shape == drawn["gain"].shape == (1,)
    first, second = np.asarray(drawn["k0"]), np.asarray(drawn["k1"])
    likeliest = np.e / (np.e + 2)  # a logit of 1 at the level it starts on, 0 at the two others
    for values, level in ((first, -1.0), (second, 0.0), (np.asarray(drawn["k2"]), 1.0)):
        assert np.mean(np.isclose(values, level)) == pytest.approx(likeliest, abs=0.03)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.06


def test_rates_by_target_reach_their_coordinates_and_ranges_hold():
    rates = BANK.spread({"k0": 1.0, "c": 10.0, "k1": 2.0, "gain": 5.0, "k2": 3.0}, start())
    np.testing.assert_array_equal(rates["group 0"][:, 0], [1.0, 2.0, 3.0])
    moved = BANK.project({name: u - rates[name] for name, u in start().items()})
    settled = BANK.settled(moved)
    assert float(settled["c"]) == pytest.approx(1.0)
    assert float(settled["gain"]) == 0.0
