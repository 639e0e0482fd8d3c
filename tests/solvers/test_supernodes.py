"""Supernodes against potentials chosen first: offsets, loops and currents follow from them."""

import numpy as np

from tellegen.solvers.supernodes import Supernodes


def test_random_forests_and_loops():
    rng = np.random.default_rng(0)
    for _ in range(200):
        nodes, sources = int(rng.integers(2, 12)), int(rng.integers(0, 12))
        plus, minus = rng.integers(0, nodes, (2, sources))
        groups = Supernodes.of(nodes, 0, plus, minus)
        v = rng.normal(size=nodes)
        v[0] = 0.0
        voltages = v[plus] - v[minus]
        assert groups.contradiction(voltages) is None
        roots = v - groups.offsets(voltages)
        for group in range(groups.count + 1):
            assert np.ptp(roots[groups.group == group]) < 1e-12
        assert groups.group[0] == groups.count
        assert roots[0] == 0.0
        current = rng.normal(size=sources)
        current[groups.closing] = 0.0
        leaving = np.zeros(nodes)
        np.add.at(leaving, plus, -current)
        np.add.at(leaving, minus, current)
        np.testing.assert_allclose(groups.currents(leaving), current, atol=1e-12)


def test_a_contradictory_loop_is_walked_round():
    plus, minus = np.array([1, 2, 3, 3]), np.array([0, 1, 2, 0])
    groups = Supernodes.of(4, 0, plus, minus)
    assert groups.contradiction(np.array([1.0, 2.0, 3.0, 6.0])) is None
    loop = groups.contradiction(np.array([1.0, 2.0, 3.0, 7.0]))
    assert loop is not None
    sums = sum((1 if upward else -1) * [1.0, 2.0, 3.0, 7.0][source] for source, upward in loop)
    assert abs(sums) == 1.0
    assert {source for source, _ in loop} == {0, 1, 2, 3}


def test_a_chain_of_ten_thousand_sources():
    n = 10_000
    groups = Supernodes.of(n + 1, 0, np.arange(1, n + 1), np.arange(n))
    np.testing.assert_allclose(groups.offsets(np.ones(n)), np.arange(n + 1))
    leaving = np.zeros(n + 1)
    leaving[n] = 1.0
    np.testing.assert_allclose(groups.currents(leaving), -1.0)
