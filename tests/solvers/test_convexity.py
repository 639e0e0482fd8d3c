"""Loads of negative conductance: solved as long as the energy has a minimum, refused by every method beyond."""

import numpy as np
import pytest

from tellegen.netlist import NumericalError, parse
from tellegen.solvers import METHODS, QP, Load, ResistiveNetwork, Topology, solve
from tellegen.solvers.certificates import explained
from tellegen.solvers.kkt import kkt_residual
from tellegen.solvers.methods.convexity import Indefinite


def loaded(seed):
    """A small circuit whose nodes have random negative loads; every third has diodes to ground alone."""
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 9))
    tree = [n if k == 0 else int(random.integers(0, k)) for k in range(n)]
    a = np.concatenate([np.arange(n), random.integers(0, n + 1, n), np.arange(n)])
    b = np.concatenate([tree, random.integers(0, n + 1, n), np.full(n, n)])
    load = np.where(random.random(n) < 0.4, -(10 ** random.uniform(-2, 0.5, n)), 0.0)
    g = np.concatenate([10 ** random.uniform(-1, 0, 2 * n), load])
    anode, cathode = random.integers(0, n + 1, (2, int(random.integers(1, 8))))
    cathode = np.full(len(anode), n) if seed % 3 == 0 else cathode
    keep, apart = a != b, anode != cathode
    topology = Topology(n, a[keep], b[keep], anode[apart], cathode[apart])
    drop = np.abs(random.normal(size=int(apart.sum())))
    return QP(topology, g[keep], np.zeros(int(keep.sum())), random.normal(size=n), drop)


@pytest.mark.parametrize("method", [*METHODS, "auto"])
def test_exactly_the_indefinite_ones_are_refused(method):
    solved = refused = 0
    for seed in range(100):
        problem = loaded(seed)
        if method != "auto" and METHODS[method].accepts(problem) is not None:
            continue
        smallest = np.linalg.eigvalsh(problem.laplacian.toarray())[0]
        if smallest < 0:
            with pytest.raises(Indefinite):
                solve(problem, method)
            refused += 1
        else:
            found = solve(problem, method)
            assert kkt_residual(problem, found.v, found.diode_currents).scaled <= 1e-10
            solved += 1
    assert min(solved, refused) >= 10


def test_a_part_without_ground_is_no_reason_to_refuse():
    # node 1 and 2 hang on a diode; the load at node 0 is less than its resistor
    ends = np.array([0, 0, 1]), np.array([3, 3, 2])
    topology = Topology(3, *ends, np.array([1]), np.array([0]))
    problem = QP(topology, np.array([1.0, -0.4, 1.0]), np.zeros(3), np.array([0.6, 0.0, 0.0]), np.zeros(1))
    assert solve(problem, "interior_point").v[0] == pytest.approx(1.0, abs=1e-12)


def test_the_node_is_named():
    network = ResistiveNetwork.of(parse("held\nV1 in 0 1\nR1 in out 1k\nR2 out far 1k\n*@ output v(far)\n"))
    with pytest.raises(NumericalError) as caught:
        solve(network.problem(load=Load(conductance=-0.6e-3)))
    message = str(explained(network, caught.value))
    assert "-0.0006 S at node far is more negative than the circuit can hold" in message
    assert "nudge by less" in message
