"""Fronts: large systems, and small ones that are made to go by fronts, against SuperLU and by their residuals."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import splu

from tellegen.solvers.laplacian.elimination import analyse as find_fronts
from tellegen.solvers.nodal.linear import analyse, analysis, choose_pivots, factor, solve, solve_transposed, workspace
from tellegen.solvers.nodal.linear.bundles import bundled
from tellegen.solvers.nodal.linear.ordering import fill_reducing
from tellegen.solvers.nodal.linear.plan import COLUMNS, DENSE, FRONTS


def grid(side, seed=0) -> Any:
    """Conductances over two decades on a square grid, leaks, transconductances, a grounded and a floating source."""
    rng = np.random.default_rng(seed)
    nodes = side * side
    number = np.arange(nodes).reshape(side, side)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    g = 10.0 ** rng.uniform(-2, 0, len(a))
    gm = np.where(rng.random(len(a)) < 0.2, 0.5 * g, 0.0)
    leak = np.arange(nodes)
    rows = np.concatenate([a, b, a, b, leak, [0, nodes, 5, 7, nodes + 1, nodes + 1]])
    columns = np.concatenate([a, b, b, a, leak, [nodes, 0, nodes + 1, nodes + 1, 5, 7]])
    values = np.concatenate([g, g, gm - g, -g, np.full(nodes, 1e-4), [1.0, 1.0, 1.0, -1.0, 1.0, -1.0]])
    return sparse.csc_matrix((values, (rows, columns)))


def crossbar(inputs, outputs, seed=0) -> Any:
    """Every input to every output, every second input driven."""
    rng = np.random.default_rng(seed)
    g = rng.uniform(0.1, 1.0, (inputs, outputs))
    driven = np.arange(0, inputs, 2)
    source = sparse.csc_matrix((np.ones(len(driven)), (driven, np.arange(len(driven)))), (inputs, len(driven)))
    inner = sparse.bmat([[np.diag(g.sum(1) + 0.1), -g], [-g.T, np.diag(g.sum(0) + 0.1)]])
    whole = sparse.bmat([[source], [sparse.csc_matrix((outputs, len(driven)))]])
    return sparse.csc_matrix(sparse.bmat([[inner, whole], [whole.T, None]]))


def solved(plan, matrix, b):
    """x and y of A x = b and Aᵀ y = b."""
    work = workspace(plan, matrix.data)
    assert factor(plan, matrix.data, work) == -1
    x, y = b.astype(matrix.dtype), b.astype(matrix.dtype)
    solve(plan, work, x)
    solve_transposed(plan, work, y)
    return x, y


@pytest.mark.parametrize("scalar", [float, complex])
@pytest.mark.parametrize("matrix", [grid(60), crossbar(150, 90)], ids=["grid", "crossbar"])
def test_large_systems_go_by_fronts(backward_error, matrix, scalar):
    rng = np.random.default_rng(1)
    n = matrix.shape[0]
    matrix = matrix.astype(scalar)
    if scalar is complex:
        matrix.data = matrix.data * np.exp(1j * rng.uniform(0, 0.5, matrix.nnz))
    plan = analyse(n, matrix.indptr, matrix.indices, matrix.data)
    assert plan.method == FRONTS
    b = rng.normal(size=n)
    x, y = solved(plan, matrix, b)
    assert backward_error(matrix, x, b) < 1e-14
    assert backward_error(matrix.T, y, b) < 1e-14
    assert np.allclose(x, splu(matrix).solve(b.astype(scalar)), rtol=1e-9)


@pytest.mark.parametrize("scalar", [float, complex])
def test_the_first_plan_of_a_large_system_asks_for_values(scalar):
    matrix = grid(60).astype(scalar)
    plan = analyse(matrix.shape[0], matrix.indptr, matrix.indices)
    work = workspace(plan, matrix.data)
    assert factor(plan, matrix.data, work) == 0
    solved(choose_pivots(plan, matrix.data), matrix, np.ones(matrix.shape[0]))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**31), st.integers(9, 60), st.floats(0, 0.4))
def test_small_systems_by_fronts(circuit_matrix, backward_error, seed, n, share):
    dense = circuit_matrix(seed, n, int(share * n))
    assume(np.linalg.cond(dense) < 1e13)
    matrix = sparse.csc_matrix(dense)
    b = np.random.default_rng(seed).normal(size=n)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FEW", "SPARSE", "MOST"):
            patch.setattr(analysis, name, -1.0)
        plan = analyse(n, matrix.indptr, matrix.indices, matrix.data)
    assert plan.method == FRONTS
    x, y = solved(plan, matrix, b)
    assert backward_error(matrix, x, b) < 1e-11
    assert backward_error(matrix.T, y, b) < 1e-11


def test_a_front_wider_than_a_block(backward_error):
    rng = np.random.default_rng(0)
    n = 300
    matrix = sparse.csc_matrix(rng.normal(size=(n, n)) + 40.0 * np.eye(n))
    plan = analyse(n, matrix.indptr, matrix.indices, matrix.data)
    assert plan.method == FRONTS
    b = rng.normal(size=n)
    x, y = solved(plan, matrix, b)
    assert backward_error(matrix, x, b) < 1e-14
    assert backward_error(matrix.T, y, b) < 1e-14


def test_bad_diagonals_are_no_pivots(backward_error):
    """No choice of rows alone makes good pivots here: those of a cyclic shift, which is the largest assignment, cancel
    but for 1e-9 once the first of them is taken. Rows are then chosen during elimination."""
    rng = np.random.default_rng(3)
    n, half = 240, 120
    whole = 0.01 * rng.normal(size=(n, n))
    whole[:half, :half] += np.eye(half)
    whole[:half, half:] = whole[:half, :half] * 2.0
    whole[half:, :half] = whole[:half, :half] * 0.5
    whole[half:, half:] = whole[:half, :half] + 1e-7 * rng.normal(size=(half, half))
    matrix = sparse.csc_matrix(whole)
    b = rng.normal(size=n)
    plan = analyse(n, matrix.indptr, matrix.indices, matrix.data)
    assert plan.method == FRONTS
    x, y = solved(plan, matrix, b)
    assert backward_error(matrix, x, b) < 1e-11
    assert backward_error(matrix.T, y, b) < 1e-11


def test_floating_parts_and_lost_pivots_are_named():
    side = 40
    matrix = grid(side)
    n = matrix.shape[0]
    loose = sparse.csc_matrix(sparse.block_diag([matrix, np.array([[1.0, -1.0], [-1.0, 1.0]])]))
    plan = analyse(n + 2, loose.indptr, loose.indices, loose.data)
    assert factor(plan, loose.data, workspace(plan, loose.data)) in (n, n + 1)
    plan = analyse(n, matrix.indptr, matrix.indices, matrix.data)
    work = workspace(plan, matrix.data)
    for value in (0.0, np.nan):
        moved = matrix.data.copy()
        moved[matrix.indptr[500] : matrix.indptr[501]] = value
        assert factor(plan, moved, work) >= 0
    assert factor(plan, matrix.data, work) == -1


def test_the_method_follows_the_work():
    for size, method in ((6, DENSE), (4000, COLUMNS)):
        part = sparse.csc_matrix(2.1 * sparse.eye(size) - sparse.eye(size, k=1) - sparse.eye(size, k=-1))
        assert analyse(size, part.indptr, part.indices, part.data).method == method


def test_orders_are_permutations_and_do_not_fill_trees():
    rng = np.random.default_rng(0)
    n = 500
    parents = np.array([rng.integers(0, k) for k in range(1, n)])
    order = fill_reducing(n, np.arange(1, n), parents)
    assert np.array_equal(np.sort(order), np.arange(n))
    place = np.argsort(order)
    later = np.zeros(n, int)
    np.add.at(later, np.where(place[1:] < place[parents], np.arange(1, n), parents), 1)
    assert later.max() == 1


def test_a_hub_comes_last():
    n = 3000
    order = fill_reducing(n, np.arange(1, n), np.zeros(n - 1, int))
    assert order[-1] == 0


def test_bundles_hold_every_leaf_once():
    """A crossbar's inputs are leaves: some ⌈75 / 8⌉ bundles instead of 75 fronts, and the outputs'."""
    inputs, outputs = 75, 20
    low = np.repeat(np.arange(inputs), outputs).astype(np.int32)
    high = np.tile(inputs + np.arange(outputs), inputs).astype(np.int32)
    fronts = bundled(find_fronts(inputs + outputs, low, high)[0])
    assert fronts.first[0] == 0
    assert fronts.first[-1] == inputs + outputs
    assert 10 <= len(fronts.parent) <= 12
    assert len(fronts.first) == len(fronts.row_start) == len(fronts.parent) + 1
    assert len(fronts.rows) == fronts.row_start[-1]
    assert np.count_nonzero(fronts.parent < 0) == 1
