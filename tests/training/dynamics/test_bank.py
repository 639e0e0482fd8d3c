"""Trainables held by transform: who shares an array, and that every name gets its own value back."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError
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
START = {"k0": -0.9, "c": 2.5, "k1": 0.1, "gain": 4.0, "k2": 0.8}


def start() -> dict[str, jax.Array]:
    return {name: jnp.asarray(u) for name, u in BANK.start(START).items()}


def test_equal_transforms_share_an_array():
    assert {name: group.targets for name, group in BANK.groups.items()} == {
        "group 0": ("k0", "k1", "k2"),
        "group 1": ("c",),
        "group 2": ("gain",),
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


def test_arrays_keep_their_shapes_beside_numbers():
    bank = Bank.of(dict.fromkeys(("w", "b", "gain"), Bounded(-2.0, 2.0, False, False)), {"w": (2, 3), "b": (3,)})
    values = {"w": np.arange(6.0).reshape(2, 3) / 4, "b": np.array([0.1, -0.2, 0.3]), "gain": -1.5}
    coordinates = {name: jnp.asarray(u) for name, u in bank.start(values).items()}
    assert coordinates["group 0"].shape == (10,)
    for name, settled in bank.settled(coordinates).items():
        np.testing.assert_allclose(settled, values[name], atol=1e-12)
    drawn = bank.values(coordinates, Draw(jax.random.PRNGKey(0), 4, 1.0))
    assert {name: value.shape for name, value in drawn.items()} == {"w": (2, 3, 1), "b": (3, 1), "gain": (1,)}
    rates = bank.spread({"w": 1.0, "b": 2.0, "gain": 3.0}, coordinates)["group 0"]
    np.testing.assert_array_equal(rates, [1.0] * 6 + [2.0] * 3 + [3.0])


def test_levels_of_devices_are_parts_of_a_range():
    bank = Bank.of({"w": Bounded(-1.0, 1.0, False, False)}, {"w": (4,)})
    moved = bank.levelled({"group 0": jnp.asarray([-0.99, -0.3, 0.2, 0.8])}, 5, 0.5)
    np.testing.assert_allclose(moved["group 0"], [-1.0, -0.5, 0.0, 1.0])
    up = bank.levelled({"group 0": jnp.asarray([-0.99, -0.3, 0.2, 0.8])}, 5, {"group 0": jnp.full(4, 0.9)})
    np.testing.assert_allclose(up["group 0"], [-1.0, 0.0, 0.5, 1.0])
    free = Bank.of({"gain": Free(False)})
    with pytest.raises(CircuitError, match="and gain has none; write `\\*@ trainable gain min= max=`"):
        free.levelled({"group 0": jnp.zeros(1)}, 5, 0.5)
