"""Every method against every other and the KKT conditions, on hard problems: ties, loops, floating parts."""

import numpy as np
import pytest

from tellegen.netlist import NumericalError
from tellegen.solvers import METHODS, QP, Topology, solve
from tellegen.solvers.feasibility import Infeasible, Unbounded
from tellegen.solvers.kkt import kkt_residual
from tellegen.solvers.methods.colouring import colours, neighbours


def qp(nodes, resistors, diodes=(), injection=None):
    """From rows (a, b, g, e) and (a, b, d); node index `nodes` is ground."""
    r = np.array(resistors, dtype=float).reshape(-1, 4)
    d = np.array(diodes, dtype=float).reshape(-1, 3)
    ends = [column.astype(np.int64) for column in (r[:, 0], r[:, 1], d[:, 0], d[:, 1])]
    current = np.zeros(nodes) if injection is None else np.asarray(injection, dtype=float)
    return QP(Topology(nodes, *ends), r[:, 2], r[:, 3], current, d[:, 2])


def random_problem(rng, *, bounds, ties, floating):
    """Small whole numbers make ties: diodes that neither block nor conduct; no tree makes floating parts."""
    n = int(rng.integers(1, 15))

    def pairs(count):
        a, b = rng.integers(0, n + 1, (2, count))
        return a[a != b], b[a != b]

    a, b = pairs(int(rng.integers(n, 3 * n + 2)))
    if not floating:
        a, b = np.append(a, np.arange(n)), np.append(b, np.arange(1, n + 1))
    anode, cathode = pairs(int(rng.integers(0, 2 * n + 1)))
    if bounds:
        anode, cathode = np.where(anode < cathode, anode, n), np.where(anode < cathode, n, cathode)
        anode, cathode = anode[anode != cathode], cathode[anode != cathode]
    m, k = len(a), len(anode)
    topology = Topology(n, a, b, anode, cathode)
    if ties:
        c = rng.integers(-2, 3, n) * (rng.random(n) < 0.3) * (not floating)
        e, d = rng.integers(-2, 3, m) * (rng.random(m) < 0.4), rng.integers(0, 3, k) * (rng.random(k) < 0.3)
        return QP(topology, rng.integers(1, 4, m) * 1.0, e * 1.0, c * 1.0, d * 1.0)
    c = rng.normal(size=n) * (rng.random(n) < 0.3) * (not floating)
    e, d = rng.normal(size=m), np.abs(rng.normal(size=k)) * (rng.random(k) < 0.5)
    return QP(topology, 10 ** rng.uniform(-3, 0, m), e, c, d)


@pytest.mark.parametrize("floating", [False, True])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("bounds", [False, True])
def test_all_methods_agree(bounds, ties, floating):
    rng = np.random.default_rng(3)
    for _ in range(40):
        problem = random_problem(rng, bounds=bounds, ties=ties, floating=floating)
        found = [method.solve(problem) for method in METHODS.values() if method.accepts(problem) is None]
        scale = max(1.0, *(float(np.max(np.abs(each.v))) for each in found))
        for each in found:
            assert kkt_residual(problem, each.v, each.diode_currents).scaled <= 1e-10
            loose = np.union1d(each.undetermined, found[0].undetermined)
            fixed = np.setdiff1d(np.arange(problem.topology.nodes), loose)
            assert np.max(np.abs(each.v - found[0].v)[fixed], initial=0.0) < 1e-7 * scale
            assert problem.energy(each.v) == pytest.approx(problem.energy(found[0].v), abs=1e-9 * scale**2)


def test_conductances_over_nine_decades():
    rng = np.random.default_rng(4)
    for _ in range(20):
        plain = random_problem(rng, bounds=False, ties=False, floating=False)
        wide = QP(
            plain.topology, 10 ** rng.uniform(-9, 0, len(plain.offset)), plain.offset, 0 * plain.injection, plain.drop
        )
        assert solve(wide).residual <= 1e-10


STALLED = qp(2, [(0, 2, 1, -1), (1, 2, 1, 0)], [(0, 1, 0)])


@pytest.mark.parametrize("method", ["coordinate_descent", "interior_point"])
def test_the_stalled_point_is_never_returned(method):
    assert kkt_residual(STALLED, np.zeros(2), np.zeros(1)).scaled > 0.1
    found = solve(STALLED, method, start=np.zeros(2))
    np.testing.assert_allclose(found.v, [0.5, 0.5], atol=1e-12)
    np.testing.assert_allclose(found.diode_currents, [0.5], atol=1e-12)


def test_parallel_diodes_share_equally():
    found = solve(qp(1, [(0, 1, 1, -2)], [(0, 1, 0)] * 4))
    np.testing.assert_allclose(found.diode_currents, 0.5, atol=1e-12)
    tighter = solve(qp(1, [(0, 1, 1, -2)], [(0, 1, 1), (0, 1, 0.5)]))
    np.testing.assert_allclose(tighter.diode_currents, [0, 1.5], atol=1e-12)


def test_antiparallel_diodes_are_a_wire():
    found = solve(qp(2, [(0, 2, 1, -3), (1, 2, 2, 0)], [(0, 1, 0), (1, 0, 0)]))
    np.testing.assert_allclose(found.v, 1.0, atol=1e-12)
    np.testing.assert_allclose(found.diode_currents, [2.0, 0.0], atol=1e-12)


def test_ring_of_diodes_is_one_node():
    ring = [(0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 0, 0)]
    found = solve(qp(4, [(0, 4, 1, -4), (1, 4, 1, 0), (2, 4, 1, 0), (3, 4, 1, 0)], ring))
    np.testing.assert_allclose(found.v, 1.0, atol=1e-12)
    np.testing.assert_allclose(found.diode_currents, [3, 2, 1, 0], atol=1e-12)


def test_a_diamond_of_diodes_conducts_on_both_sides():
    found = solve(qp(4, [(0, 4, 1, -4), (3, 4, 1, 0)], [(0, 1, 0), (0, 2, 0), (1, 3, 0), (2, 3, 0)]))
    np.testing.assert_allclose(found.v, 2.0, atol=1e-12)
    np.testing.assert_allclose(found.diode_currents, 1.0, atol=1e-9)


def test_parts_joined_only_by_diodes():
    # a current source lifts a floating part until its diode conducts
    found = solve(qp(3, [(0, 1, 1, 0), (2, 3, 1, 0)], [(1, 2, 0)], [2, 0, 0]))
    np.testing.assert_allclose(found.v, [4, 2, 2], atol=1e-9)
    assert not len(found.undetermined)


def test_a_blocked_part_is_undetermined():
    found = solve(qp(2, [(1, 2, 1, -1)], [(0, 1, 0)]))
    np.testing.assert_array_equal(found.undetermined, [0])
    assert found.v[0] <= 1.0


def test_infeasible_names_the_loop():
    loop = [(0, 1, 1.0), (1, 2, 0.5), (2, 0, -2.0), (0, 3, 0)]
    with pytest.raises(Infeasible, match=r"push forward by 0\.5 V") as error:
        solve(qp(3, [(0, 3, 1, 0)], loop))
    assert sorted(error.value.diodes) == [0, 1, 2]


def test_unbounded_names_the_cut():
    with pytest.raises(Unbounded, match="push 3 A into the supernodes 0, 1") as error:
        solve(qp(3, [(0, 1, 1, 0), (2, 3, 1, 0)], [(2, 1, 0)], [1, 2, 0]))
    np.testing.assert_array_equal(error.value.nodes, [0, 1])
    balanced = solve(qp(3, [(0, 1, 1, 0), (2, 3, 1, 0)], [(2, 1, 0)], [2, -2, 0]))
    assert balanced.v[0] - balanced.v[1] == pytest.approx(2.0)


@pytest.mark.parametrize("nodes", [1, 400])
def test_a_load_too_negative_is_refused(nodes):
    chain = [(k, k + 1, 1, 0) for k in range(nodes)]
    with pytest.raises(NumericalError, match=r"not positive definite\); nudge by less"):
        solve(qp(nodes, [*chain, (0, nodes, -2, 0)]))
    # the chain is `nodes` ohms to ground; a load of minus half its conductance doubles the voltage
    found = solve(qp(nodes, [*chain, (0, nodes, -0.5 / nodes, 0)], injection=np.eye(nodes)[0]))
    assert found.v[0] == pytest.approx(2 * nodes)


def test_a_start_saves_work():
    rng = np.random.default_rng(5)
    problem = random_problem(rng, bounds=False, ties=False, floating=False)
    cold = solve(problem, "interior_point")
    assert solve(problem, "interior_point", start=cold.v).iterations == 1
    far = solve(problem, "interior_point", start=rng.normal(size=len(cold.v)) * 100)
    np.testing.assert_allclose(far.v, cold.v, atol=1e-9)


def test_colours_are_independent_and_two_where_two_will_do():
    rng = np.random.default_rng(6)
    for _ in range(30):
        topology = random_problem(rng, bounds=False, ties=True, floating=True).topology
        sets = colours(topology)
        np.testing.assert_array_equal(np.sort(np.concatenate(sets)), np.arange(topology.nodes))
        number = np.empty(topology.nodes, dtype=int)
        for colour, members in enumerate(sets):
            number[members] = colour
        low, high = neighbours(topology).coords
        assert np.all(number[low] != number[high])
    none = np.zeros(0, dtype=np.int64)
    grid = np.arange(100).reshape(10, 10)
    a = np.concatenate([grid[:, :-1].ravel(), grid[:-1].ravel()])
    b = np.concatenate([grid[:, 1:].ravel(), grid[1:].ravel()])
    assert len(colours(Topology(100, a, b, none, none))) == 2


def test_sparse_and_dense_laplacians_agree():
    rng = np.random.default_rng(7)
    problem = random_problem(rng, bounds=False, ties=False, floating=False)
    graph, extra = problem.topology.resistors, rng.random(problem.topology.nodes)
    dense = graph.laplacian(problem.conductance, extra)
    assert isinstance(dense, np.ndarray)
    np.testing.assert_allclose(graph.sparse_laplacian(problem.conductance, extra).toarray(), dense, atol=1e-14)
    explicit = graph.matrix.toarray().T @ np.diag(problem.conductance) @ graph.matrix.toarray() + np.diag(extra)
    np.testing.assert_allclose(dense, explicit, atol=1e-14)


def test_a_sparse_grid_with_diodes_between_neighbours():
    size = 24
    grid = np.arange(size * size).reshape(size, size)
    a = np.concatenate([grid[:, :-1].ravel(), grid[:-1].ravel()])
    b = np.concatenate([grid[:, 1:].ravel(), grid[1:].ravel()])
    rng = np.random.default_rng(8)
    pick = rng.permutation(len(a))[: len(a) // 2]
    ends = rng.permutation(size * size)[:6]
    topology = Topology(size * size, np.append(a, ends), np.append(b, np.full(6, size * size)), a[pick], b[pick])
    offset = np.append(np.zeros(len(a)), rng.normal(size=6))
    problem = QP(topology, rng.uniform(0.1, 1, len(offset)), offset, np.zeros(size * size), np.zeros(len(pick)))
    assert solve(problem).residual <= 1e-10
