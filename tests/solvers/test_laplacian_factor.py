"""The sparse linear algebra of the Laplacian engine, against dense linear algebra."""

import numpy as np
import pytest

from tellegen.netlist import NumericalError
from tellegen.solvers.laplacian import subtrees
from tellegen.solvers.laplacian.assembly import Entries
from tellegen.solvers.laplacian.cholesky import Cholesky
from tellegen.solvers.laplacian.clusters import Quotient
from tellegen.solvers.laplacian.conjugate import Conjugate
from tellegen.solvers.laplacian.elimination import column_counts, elimination_tree, grouped, postorder
from tellegen.solvers.laplacian.factor import factorise
from tellegen.solvers.laplacian.network import adjacency, elimination_order
from tellegen.solvers.laplacian.ordering import minimum_degree


def edges(rng, n, count):
    """Random edges of a graph of n nodes, some of them parallel."""
    a, b = rng.integers(0, n, (2, count))
    return a[a != b], b[a != b]


def network(rng, n, a, b, decades=2.0):
    """A quotient network with edges (a, b), every fifth node tied to ground."""
    weight = 10.0 ** rng.uniform(-decades, 0, len(a))
    tied = np.where(np.arange(n) % 5 == 0, 0.3, 0.0)
    diagonal = np.bincount(a, weight, n) + np.bincount(b, weight, n) + tied
    low, high = np.minimum(a, b).astype(np.int32), np.maximum(a, b).astype(np.int32)
    return Quotient(np.arange(n + 1), np.zeros(n + 1), low, high, weight, diagonal, np.zeros(n), tied)


def dense(parts):
    matrix = np.diag(parts.diagonal)
    np.add.at(matrix, (parts.low, parts.high), -parts.weight)
    np.add.at(matrix, (parts.high, parts.low), -parts.weight)
    return matrix


def connected(rng, n, count):
    a, b = edges(rng, n, count)
    return np.append(a, np.arange(n - 1)), np.append(b, np.arange(1, n))


def relabelled(n, a, b):
    """The edges in order of elimination, as the factor wants them; and the entries and operations foretold."""
    _, rank, entries, work = elimination_order(n, a, b)
    return rank[a], rank[b], entries, work


@pytest.mark.parametrize("seed", range(12))
def test_elimination_orders_are_permutations(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 300))
    pointers, neighbours = adjacency(n, *edges(rng, n, int(rng.integers(0, 4 * n))))
    assert np.array_equal(np.sort(minimum_degree(pointers, neighbours)), np.arange(n))


@pytest.mark.parametrize("seed", range(4))
def test_trees_do_not_fill_in(seed):
    rng = np.random.default_rng(seed)
    n = 400
    parents = np.array([rng.integers(0, k) for k in range(1, n)])
    _, _, entries, _ = elimination_order(n, np.arange(1, n), parents)
    assert entries == 2 * n - 1


def test_a_hub_is_eliminated_last():
    rng = np.random.default_rng(0)
    n = 2000
    a, b = edges(rng, n - 1, 2 * n)
    a, b = np.append(a, np.full(n - 1, n - 1)), np.append(b, np.arange(n - 1))
    order, rank, _, _ = elimination_order(n, a, b)
    assert order[-1] == n - 1
    assert rank[n] == n


@pytest.mark.parametrize("seed", range(6))
def test_column_counts_are_those_of_the_dense_factor(seed):
    rng = np.random.default_rng(seed)
    n = 60
    a, b = edges(rng, n, 90)
    parts = network(rng, n, a, b)
    filled = dense(parts) + 100 * np.eye(n)
    for pivot in range(n):
        filled[pivot + 1 :, pivot + 1 :] -= np.outer(filled[pivot + 1 :, pivot], filled[pivot, pivot + 1 :])
    tree = elimination_tree(*grouped(n, parts.high), parts.low)
    counts = column_counts(tree, postorder(tree), *grouped(n, parts.low), parts.high)
    assert np.array_equal(counts, [np.count_nonzero(filled[pivot:, pivot]) for pivot in range(n)])


@pytest.mark.parametrize(("n", "count"), [(1, 0), (7, 9), (60, 80), (200, 300), (300, 20_000)])
def test_the_factor_solves_the_dense_system(n, count):
    rng = np.random.default_rng(n)
    a, b, _, _ = relabelled(n, *connected(rng, n, count))
    parts = network(rng, n, a, b)
    right = rng.normal(size=(n, 5))
    expected = np.linalg.solve(dense(parts), right)
    system = Cholesky.of(parts)
    assert np.allclose(system.solve(right), expected, rtol=1e-11, atol=1e-11 * np.max(np.abs(expected)))
    assert np.allclose(system.solve(right[:, 2]), expected[:, 2], rtol=1e-11, atol=1e-11 * np.max(np.abs(expected)))
    again = Cholesky.of(parts._replace(weight=2 * parts.weight, diagonal=2 * parts.diagonal), like=system)
    assert np.allclose(again.solve(2 * right), expected, rtol=1e-11, atol=1e-11 * np.max(np.abs(expected)))


@pytest.mark.parametrize("decades", [0.5, 4.0])
def test_conjugate_gradients_solve_what_the_factor_solves(decades):
    rng = np.random.default_rng(1)
    a, b, _, _ = relabelled(800, *connected(rng, 800, 3000))
    parts = network(rng, 800, a, b, decades)
    right = rng.normal(size=(800, 2))
    expected = Cholesky.of(parts).solve(right)
    assert np.allclose(Conjugate.of(parts).solve(right), expected, atol=1e-9 * np.max(np.abs(expected)))


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(threads, monkeypatch):
    monkeypatch.setattr(subtrees, "LEAST_WORK", 0.0)
    rng = np.random.default_rng(3)
    side = 40
    number = np.arange(side * side).reshape(side, side)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    a, b, _, _ = relabelled(side * side, a, b)
    parts = network(rng, side * side, a, b)
    alone = Cholesky.of(parts)
    matrix = Entries(alone.start, alone.order, parts.high, parts.weight, parts.diagonal, np.argsort(alone.fronts.label))
    shared = subtrees.shares(alone.fronts, *subtrees.children(alone.fronts.parent), threads)
    assert len(shared) == threads
    panel, failed = factorise(alone.fronts, matrix, threads)
    assert failed == -1
    assert np.array_equal(panel, factorise(alone.fronts, matrix, 1)[0])
    diagonal = parts.diagonal.copy()
    diagonal[0] = -1.0
    assert factorise(alone.fronts, matrix._replace(diagonal=diagonal), threads)[1] >= 0


def test_indefinite_matrices_are_refused():
    rng = np.random.default_rng(2)
    parts = network(rng, 40, *connected(rng, 40, 60))
    with pytest.raises(NumericalError, match="not positive definite"):
        Cholesky.of(parts._replace(diagonal=parts.diagonal - 1.0))
    with pytest.raises(NumericalError, match="negative conductance"):
        Conjugate.of(parts._replace(weight=-parts.weight))
