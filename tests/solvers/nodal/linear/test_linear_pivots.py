"""Pivots that fail: singular matrices, values that are no numbers, and values that have moved too far."""

import numpy as np
import pytest
from scipy import sparse

from tellegen.solvers.nodal.linear import analyse, choose_pivots, factor, solve, workspace


def chain(conductances, size):
    """Conductances from each node to the next, the last to ground."""
    matrix = np.zeros((size, size))
    for k, g in enumerate(conductances):
        matrix[k, k] += g
        if k + 1 < size:
            matrix[k + 1, k + 1] += g
            matrix[k, k + 1] -= g
            matrix[k + 1, k] -= g
    return matrix


@pytest.mark.parametrize("scalar", [float, complex])
@pytest.mark.parametrize("nodes", [2, 20])
def test_a_floating_part_is_named(nodes, scalar):
    whole = np.zeros((2 * nodes, 2 * nodes), scalar)
    whole[:nodes, :nodes] = chain(np.full(nodes, 0.1), nodes)
    whole[nodes:, nodes:] = chain(np.full(nodes - 1, 0.3), nodes)
    csc = sparse.csc_matrix(whole)
    plan = analyse(2 * nodes, csc.indptr, csc.indices, csc.data)
    assert factor(plan, csc.data, workspace(plan, csc.data)) >= nodes


@pytest.mark.parametrize("extra", [3, 20])
def test_sources_in_parallel_are_named(extra):
    """Two voltage sources on one node: which of the currents flows is not determined."""
    n = extra + 2
    matrix = np.zeros((n, n))
    matrix[:extra, :extra] = chain(np.full(extra, 0.1), extra)
    matrix[0, extra:] = matrix[extra:, 0] = 1.0
    csc = sparse.csc_matrix(matrix)
    plan = analyse(n, csc.indptr, csc.indices, csc.data)
    failed = factor(plan, csc.data, workspace(plan, csc.data))
    assert failed in (0, extra, extra + 1)
    assert factor(choose_pivots(plan, csc.data), csc.data, workspace(plan, csc.data)) == failed


@pytest.mark.parametrize("n", [4, 20])
def test_an_empty_row_or_column_is_named(n):
    matrix = chain(np.full(n, 0.1), n)
    matrix[n // 2] = 0.0
    csc = sparse.csc_matrix(matrix)
    for each in (csc, sparse.csc_matrix(csc.T)):
        plan = analyse(n, each.indptr, each.indices, each.data)
        assert factor(plan, each.data, workspace(plan, each.data)) >= 0


def test_a_weak_path_to_ground_is_none_of_these():
    """A chain of 1 S on 1 pS to ground has a solution, though its condition number is 10¹²."""
    conductances = np.ones(20)
    conductances[-1] = 1e-12
    csc = sparse.csc_matrix(chain(conductances, 20))
    plan = analyse(20, csc.indptr, csc.indices, csc.data)
    work = workspace(plan, csc.data)
    assert factor(plan, csc.data, work) == -1
    x = np.zeros(20)
    x[0] = 1e-12
    solve(plan, work, x)
    assert np.allclose(x, 1.0, rtol=1e-2)


@pytest.mark.parametrize("n", [3, 20])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_fails(n, value):
    csc = sparse.csc_matrix(chain(np.full(n, 0.1), n))
    plan = analyse(n, csc.indptr, csc.indices, csc.data)
    values = csc.data.copy()
    values[csc.indptr[1] - 2] = value
    assert factor(plan, values, workspace(plan, values)) >= 0
    assert choose_pivots(plan, values) is plan


def test_pivots_that_have_become_small_fail_and_are_replaced(backward_error):
    """Where the resistors into a pair of nodes vanish beside a transconductance, elimination must turn around."""
    n = 20
    matrix = chain(np.full(n, 0.1), n)
    matrix[4, 5] += 0.2
    matrix[5, 4] += 0.3
    csc = sparse.csc_matrix(matrix)
    plan = analyse(n, csc.indptr, csc.indices, csc.data)
    work = workspace(plan, csc.data)
    assert factor(plan, csc.data, work) == -1
    moved = csc.copy()
    diagonal = csc.indices == np.repeat(np.arange(n), np.diff(csc.indptr))
    moved.data[diagonal] *= 1e-9
    assert factor(plan, moved.data, work) >= 0
    plan = choose_pivots(plan, moved.data)
    work = workspace(plan, moved.data)
    assert factor(plan, moved.data, work) == -1
    b = np.arange(1.0, n + 1)
    x = b.copy()
    solve(plan, work, x)
    assert backward_error(moved, x, b) < 1e-13


def test_a_diagonal_that_was_zero_may_come_back(backward_error):
    """An inductor to ground: its law is v = 0 at rest, and v = z i in time."""
    n = 12
    matrix = np.zeros((n, n))
    matrix[: n - 1, : n - 1] = chain(np.full(n - 1, 0.1), n - 1)
    matrix[3, n - 1] = matrix[n - 1, 3] = 1.0
    matrix[n - 1, n - 1] = -1.0
    csc = sparse.csc_matrix(matrix)
    rest = csc.copy()
    rest.data[-1] = 0.0
    plan = analyse(n, csc.indptr, csc.indices, rest.data)
    work = workspace(plan, csc.data)
    assert factor(plan, rest.data, work) == -1
    x = np.ones(n)
    solve(plan, work, x)
    assert x[3] == 1.0
    assert factor(plan, csc.data, work) == n - 1
    plan = choose_pivots(plan, csc.data)
    work = workspace(plan, csc.data)
    assert factor(plan, csc.data, work) == -1
    x = np.ones(n)
    solve(plan, work, x)
    assert backward_error(csc, x, np.ones(n)) < 1e-14
