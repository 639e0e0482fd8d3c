"""Eight systems at once, each against its own residual and the same lane alone."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse

from tellegen.solvers.nodal.linear import (
    LANES,
    aligned_rows,
    analyse,
    analyse_batch,
    batch_workspace,
    factor,
    factor_batch,
    solve_batch,
    solve_transposed_batch,
    workspace,
)


def filled(values):
    """Aligned rows with these values."""
    rows = aligned_rows(len(values))
    rows[:] = values
    return rows


def lane_of(matrix, values, lane):
    return sparse.csc_matrix((values[:, lane], matrix.indices, matrix.indptr), matrix.shape)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**31), st.integers(2, 40), st.floats(0, 0.4))
def test_every_lane_is_solved(circuit_matrix, backward_error, seed, n, share):
    dense = circuit_matrix(seed, n, int(share * n))
    assume(np.linalg.cond(dense) < 1e11)
    matrix = sparse.csc_matrix(dense)
    rng = np.random.default_rng(seed)
    plan = analyse_batch(n, matrix.indptr, matrix.indices, matrix.data)
    work = batch_workspace(plan)
    values = filled(matrix.data[:, None] * (1.0 + 1e-3 * rng.normal(size=(matrix.nnz, LANES))))
    b = rng.normal(size=(n, LANES))
    assert factor_batch(plan, values, work)
    assert not np.any(work.marks)
    x, y = filled(b), filled(b)
    solve_batch(plan, work, x)
    solve_transposed_batch(plan, work, y)
    for lane in range(LANES):
        own = lane_of(matrix, values, lane)
        assert backward_error(own, x[:, lane], b[:, lane]) < 1e-11
        assert backward_error(own.T, y[:, lane], b[:, lane]) < 1e-11


def test_only_lanes_that_fail_are_marked(circuit_matrix, backward_error):
    """One lane singular, one with a pivot too small for what is below it, one not a number: the others are right."""
    n = 20
    matrix = sparse.csc_matrix(circuit_matrix(5, n, 3))
    plan = analyse_batch(n, matrix.indptr, matrix.indices, matrix.data)
    work = batch_workspace(plan)
    values = filled(np.repeat(matrix.data[:, None], LANES, axis=1))
    column = slice(matrix.indptr[8], matrix.indptr[9])
    values[column, 1] = 0.0
    values[matrix.indptr[8] + int(np.flatnonzero(matrix.indices[column] == 8)[0]), 4] *= 1e-12
    values[column, 6] = np.nan
    assert not factor_batch(plan, values, work)
    assert np.array_equal(np.flatnonzero(work.marks[0]), [1, 4, 6])
    b = filled(np.ones((n, LANES)))
    solve_batch(plan, work, b)
    for lane in (0, 2, 3, 5, 7):
        assert backward_error(matrix, b[:, lane], np.ones(n)) < 1e-12


def test_a_lane_is_what_it_is_alone(circuit_matrix):
    """Both go through the same products in the same order; only multiply-adds may be fused differently."""
    n = 30
    matrix = sparse.csc_matrix(circuit_matrix(2, n, 4))
    plan = analyse(n, matrix.indptr, matrix.indices, matrix.data)
    alone, work = workspace(plan, matrix.data), batch_workspace(plan)
    assert factor(plan, matrix.data, alone) == -1
    assert factor_batch(plan, filled(np.repeat(matrix.data[:, None], LANES, axis=1)), work)
    used = slice(0, plan.factor_size - 1)
    assert np.allclose(work.factors[used], alone.factors[used, None], rtol=1e-13)


def test_a_dense_plan_takes_no_batch():
    matrix = sparse.csc_matrix(np.eye(3))
    plan = analyse(3, matrix.indptr, matrix.indices)
    with pytest.raises(ValueError, match="make one by analyse_batch"):
        batch_workspace(plan)
