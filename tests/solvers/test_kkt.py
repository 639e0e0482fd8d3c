"""The residual finds what is wrong, where, and by how much."""

import numpy as np
import pytest

from tellegen.solvers import QP, Topology
from tellegen.solvers.kkt import kkt_residual

# 1 V through 1 ohm into node 0, 1 ohm on to node 1, 1 ohm to ground; a diode from node 0 to ground drops 0.5 V
PROBLEM = QP(
    Topology(2, np.array([2, 0, 1]), np.array([0, 1, 2]), np.array([0]), np.array([2])),
    np.ones(3),
    np.array([1.0, 0.0, 0.0]),
    np.zeros(2),
    np.array([0.5]),
)
X, CURRENT = np.array([0.5, 0.25]), np.array([0.25])


def test_the_solution_has_none():
    assert kkt_residual(PROBLEM, X, CURRENT).scaled == 0.0


def test_a_missing_current():
    found = kkt_residual(PROBLEM, X, np.array([0.15]))
    assert found.kirchhoff == pytest.approx(0.1)
    assert found.scaled == pytest.approx(0.1 / 2.0)
    assert found.worst == 0


def test_a_forward_voltage():
    assert kkt_residual(PROBLEM, np.array([0.6, 0.3]), CURRENT).overlap == pytest.approx(0.1)


def test_a_current_backwards():
    assert kkt_residual(PROBLEM, X, -CURRENT).reverse == pytest.approx(0.25)


def test_current_and_slack_together():
    assert kkt_residual(PROBLEM, np.array([0.4, 0.2]), CURRENT).complementarity == pytest.approx(0.1)


def test_what_is_not_finite_is_not_solved():
    assert kkt_residual(PROBLEM, np.array([np.nan, 0.0]), CURRENT).scaled == np.inf


def test_the_scale_is_the_nodes_own():
    tiny = QP(PROBLEM.topology, PROBLEM.conductance * 1e-12, PROBLEM.offset, PROBLEM.injection, PROBLEM.drop)
    off = np.array([0.5, 0.26])
    large = kkt_residual(PROBLEM, off, CURRENT).scaled
    assert kkt_residual(tiny, off, CURRENT * 1e-12).scaled == pytest.approx(large)
