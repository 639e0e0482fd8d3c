"""The Laplacian engine on circuits of every kind: closed forms, KKT conditions, independent solvers, certificates."""

import numpy as np
import pytest

from tellegen.netlist import NumericalError
from tellegen.solvers.feasibility import Infeasible, Unbounded
from tellegen.solvers.kkt import kkt_residual
from tellegen.solvers.laplacian import GraphLaplacian, network
from tellegen.solvers.laplacian.loops import loop_currents
from tellegen.solvers.laplacian.potentials import feasible_potentials
from tellegen.solvers.methods.interior_point import InteriorPoint
from tellegen.solvers.qp import QP, Topology
from tellegen.solvers.reference import reference_solution

METHOD = GraphLaplacian()


def qp(nodes, resistors, diodes=(), injection=None):
    """From rows (a, b, g, e) and (anode, cathode, d); node index `nodes` is ground."""
    r = np.array(resistors, dtype=float).reshape(-1, 4)
    d = np.array(diodes, dtype=float).reshape(-1, 3)
    ends = [column.astype(np.int64) for column in (r[:, 0], r[:, 1], d[:, 0], d[:, 1])]
    current = np.zeros(nodes) if injection is None else np.asarray(injection, dtype=float)
    return QP(Topology(nodes, *ends), r[:, 2], r[:, 3], current, d[:, 2])


def random_circuit(seed, largest=200):
    """Diodes anywhere, beside resistors, in antiparallel pairs, in a chain, on floating parts; three sorts of drops."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, largest + 1))
    order = rng.permutation(n)
    tree = np.array([n if k == 0 else order[rng.integers(0, k)] for k in range(n)])
    extra = rng.integers(0, n + 1, (2, int(rng.uniform(0, 2) * n) + 1))
    a, b = extra[:, : n // 2] if seed % 5 == 4 else np.concatenate([np.stack([order, tree]), extra], axis=1)
    a, b = a[a != b], b[a != b]
    g = 10.0 ** rng.uniform(-rng.choice([0.3, 2.0, 4.0]), 0.0, len(a))
    e = rng.normal(size=len(a)) * (rng.random(len(a)) < rng.choice([0.0, 0.1, 1.0]))
    anode, cathode = rng.integers(0, n + 1, (2, int(rng.uniform(0, 3) * n) + 1))
    if seed % 5 == 1 and len(a):
        pick, turn = rng.integers(0, len(a), len(anode)), rng.random(len(anode)) < 0.5
        anode, cathode = np.where(turn, a[pick], b[pick]), np.where(turn, b[pick], a[pick])
    if seed % 5 == 2:
        anode, cathode = np.concatenate([anode, cathode]), np.concatenate([cathode, anode])
    if seed % 5 == 3:
        chain = rng.permutation(n + 1)
        anode, cathode = chain[:-1], chain[1:]
    anode, cathode = anode[anode != cathode], cathode[anode != cathode]
    inside = np.append(rng.normal(size=n), 0.0)
    slack = np.maximum(0.0, rng.normal(size=len(anode)))
    drop = (0 * slack, slack, inside[anode] - inside[cathode] + slack)[seed // 5 % 3]
    c = rng.normal(size=n) * (rng.random(n) < rng.choice([0.05, 0.3, 1.0])) * (seed % 5 != 4)
    return QP(Topology(n, a, b, anode, cathode), g, e, c, drop)


def checked(problem, found):
    """The solution, with its certificate recomputed."""
    assert found.residual <= 1e-10
    assert kkt_residual(problem, found.v, found.diode_currents).scaled <= 1e-10
    return found


@pytest.mark.parametrize("kind", range(15))
def test_every_kind_of_circuit_meets_its_conditions(kind):
    for seed in range(kind, 600, 15):
        problem = random_circuit(seed)
        found = checked(problem, METHOD.solve(problem))
        assert found.iterations <= 120


@pytest.mark.parametrize("kind", range(15))
def test_independent_solvers_agree(kind):
    for seed in range(kind, 120, 15):
        problem = random_circuit(seed, largest=60)
        found = METHOD.solve(problem)
        others = [InteriorPoint().solve(problem)]
        if kind % 5 != 4 and (outside := reference_solution(problem)).residual <= 1e-9:
            others.append(outside)
        for other in others:
            scale = max(1.0, float(np.max(np.abs(found.v))))
            fixed = np.setdiff1d(np.arange(len(found.v)), np.union1d(found.undetermined, other.undetermined))
            assert np.max(np.abs(found.v - other.v)[fixed], initial=0.0) <= 1e-7 * scale


@pytest.mark.parametrize("kind", range(15))
def test_conjugate_gradients_serve_as_well_as_a_factor(kind, monkeypatch):
    monkeypatch.setattr(network, "MOST_WORK_AN_EDGE", -1.0)
    for seed in range(kind, 60, 15):
        problem = random_circuit(seed, largest=80)
        assert network.Layout.of(problem.topology).crowded
        checked(problem, METHOD.solve(problem))


def test_the_circuit_on_which_single_moves_stall():
    problem = qp(2, [(0, 2, 1, -1), (1, 2, 1, 0), (1, 2, 1, 0)], [(0, 1, 0)])
    found = checked(problem, METHOD.solve(problem))
    assert found.v == pytest.approx([1 / 3, 1 / 3], abs=1e-14)
    assert found.diode_currents == pytest.approx([2 / 3], abs=1e-14)


@pytest.mark.parametrize("volts", [5.0, -5.0])
def test_a_bridge_rectifier(volts):
    """Source 1 Ω to node 0, return 3 = ground; plus 1, minus 2, load 9 Ω: the load sees 9/10 of |volts| either way."""
    problem = qp(3, [(0, 3, 1, -volts), (1, 2, 1 / 9, 0)], [(0, 1, 0), (3, 1, 0), (2, 0, 0), (2, 3, 0)])
    found = checked(problem, METHOD.solve(problem))
    assert found.v[1] - found.v[2] == pytest.approx(4.5, abs=1e-12)


@pytest.mark.parametrize(("volts", "current"), [(0.3, 0.0), (1.7, 0.5), (40.0, 0.5)])
def test_a_limited_current_is_a_diode_beside_a_source(volts, current):
    """A diode of 0.7 V drop in series with a 0.5 A limiter (a source whose surplus returns through a diode)."""
    problem = qp(2, [(0, 2, 1, -volts), (1, 2, 1e-3, 0)], [(0, 1, 0.7), (1, 2, 20.0)], [0.0, 0.0])
    free = checked(problem, METHOD.solve(problem))
    assert free.diode_currents[0] == pytest.approx(max(0.0, volts - free.v[0]), abs=1e-12)
    limited = qp(2, [(0, 2, 1, -volts), (1, 2, 1e-9, 0)], [(0, 1, 0.7), (2, 1, 0)], [0.0, -0.5])
    found = checked(limited, METHOD.solve(limited))
    assert found.diode_currents[0] == pytest.approx(min(current, max(0.0, volts - 0.7)), abs=1e-6)


def test_a_thousand_diodes_in_series():
    n = 1000
    resistors = [(0, n, 1.0, -3.0), (n - 1, n, 1.0, 0.0)] + [(k, n, 1e-9, 0.0) for k in range(n)]
    problem = qp(n, resistors, [(k, k + 1, 1e-3) for k in range(n - 1)])
    found = checked(problem, METHOD.solve(problem))
    assert found.v[0] - found.v[-1] == pytest.approx(0.999, abs=1e-12)
    assert found.diode_currents[500] == pytest.approx(1.0005, abs=2e-6)


def test_rings_of_diodes_hold_exactly_and_share_any_balance():
    """A current into a ring of diodes from ground: all potentials are exactly zero, no current is negative."""
    n = 30
    ring = [(k, k + 1, 0.0) for k in range(n)] + [(n, 0, 0.0)]
    problem = qp(n, [(k, n, 1e-3, 0.0) for k in range(n)], ring + ring, np.linspace(-1, 2, n))
    found = checked(problem, METHOD.solve(problem))
    assert np.max(np.abs(found.v)) == 0.0


def test_loops_carry_what_is_asked():
    rng = np.random.default_rng(0)
    n = 50
    anode, cathode = (
        np.append(np.arange(n), rng.integers(0, n, 40)),
        np.append(np.roll(np.arange(n), -1), np.arange(40)),
    )
    leaving = rng.normal(size=n)
    leaving[7] -= leaving.sum()
    current = loop_currents(np.zeros(n, np.int64), np.array([7]), anode, cathode, leaving)
    assert np.min(current) >= 0
    total = leaving + np.bincount(anode, current, n) - np.bincount(cathode, current, n)
    assert np.max(np.abs(total)) < 1e-12


def test_conductances_over_twelve_decades():
    rng = np.random.default_rng(5)
    for seed in range(15):
        plain = random_circuit(5 * seed)
        wide = QP(
            plain.topology,
            10.0 ** rng.uniform(-12, 0, len(plain.offset)),
            plain.offset,
            0 * plain.injection,
            plain.drop,
        )
        checked(wide, METHOD.solve(wide))


def test_floating_parts_are_named():
    problem = qp(4, [(0, 4, 1, -1), (1, 2, 1, 0), (2, 3, 1, 0)], [(3, 0, 5.0)])
    found = checked(problem, METHOD.solve(problem))
    assert set(found.undetermined) == {1, 2, 3}


def test_impossible_circuits_are_proved_so():
    loop = qp(2, [(0, 2, 1, 0), (1, 2, 1, 0)], [(0, 1, 1.0), (1, 0, -2.0)])
    with pytest.raises(Infeasible) as caught:
        METHOD.solve(loop)
    assert sorted(caught.value.diodes) == [0, 1]
    cut = qp(3, [(0, 3, 1, 0), (1, 2, 1, 0)], [(3, 1, 0.0)], [0, 0.5, 0.5])
    with pytest.raises(Unbounded) as unbounded:
        METHOD.solve(cut)
    assert sorted(unbounded.value.nodes) == [1, 2]


def test_potentials_or_a_loop_of_negative_drop():
    rng = np.random.default_rng(1)
    loops = 0
    for _ in range(300):
        n, k = int(rng.integers(2, 25)), int(rng.integers(1, 60))
        anode, cathode = rng.integers(0, n, (2, k))
        anode, cathode = anode[anode != cathode], cathode[anode != cathode]
        drop = rng.normal(size=len(anode)) + rng.choice([0.0, 0.4, 0.8])
        x, loop = feasible_potentials(n, anode, cathode, drop, 0.0)
        if len(loop):
            loops += 1
            assert drop[loop].sum() < 0
            assert np.array_equal(np.sort(anode[loop]), np.sort(cathode[loop]))
            assert len(set(loop)) == len(loop)
        else:
            assert np.all(x[anode] - x[cathode] <= drop + 1e-12)
            assert x[-1] == 0.0
    assert 50 < loops < 250


def test_a_negative_load_too_strong_is_refused():
    with pytest.raises(NumericalError, match="not positive definite"):
        METHOD.solve(qp(2, [(0, 1, 1, -1), (1, 2, 1, 0), (1, 2, -5, 0)]))
