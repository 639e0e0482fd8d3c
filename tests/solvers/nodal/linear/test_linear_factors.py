"""Factors of random circuits' matrices, dense and by columns, by their residuals."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse

from tellegen.solvers.nodal.linear import analyse, choose_pivots, factor, solve, solve_transposed, workspace

SIZES = st.integers(2, 60)
SEEDS = st.integers(0, 2**31)
SHARES = st.floats(0, 0.4)


@settings(deadline=None, max_examples=200)
@given(SEEDS, SIZES, SHARES, st.sampled_from([float, complex]), st.booleans())
def test_solutions_have_residuals_of_rounding(circuit_matrix, backward_error, seed, n, share, scalar, by_value):
    matrix = circuit_matrix(seed, n, int(share * n), scalar)
    assume(np.linalg.cond(matrix) < 1e13)
    csc = sparse.csc_matrix(matrix)
    b = np.random.default_rng(seed).normal(size=n).astype(scalar)
    plan = analyse(n, csc.indptr, csc.indices, csc.data if by_value else None)
    work = workspace(plan, csc.data)
    if factor(plan, csc.data, work) >= 0:
        assert not by_value
        plan = choose_pivots(plan, csc.data)
        work = workspace(plan, csc.data)
        assert factor(plan, csc.data, work) == -1
    x, y = b.copy(), b.copy()
    solve(plan, work, x)
    solve_transposed(plan, work, y)
    assert backward_error(matrix, x, b) < 1e-12
    assert backward_error(matrix.T, y, b) < 1e-12


@settings(deadline=None, max_examples=60)
@given(SEEDS, SIZES, SHARES)
def test_pivots_serve_other_values_as_long_as_they_are_good(circuit_matrix, backward_error, seed, n, share):
    matrix = circuit_matrix(seed, n, int(share * n))
    csc = sparse.csc_matrix(matrix)
    plan = analyse(n, csc.indptr, csc.indices, csc.data)
    rng = np.random.default_rng(seed)
    work, b = workspace(plan, csc.data), rng.normal(size=n)
    for decades in (0.1, 1.0, 3.0):
        other = csc.copy()
        other.data *= 10.0 ** rng.uniform(-decades, 0, csc.nnz)
        if np.linalg.cond(other.toarray()) > 1e13:
            continue
        if factor(plan, other.data, work) >= 0:
            plan = choose_pivots(plan, other.data)
            work = workspace(plan, csc.data)
            assert factor(plan, other.data, work) == -1
        x = b.copy()
        solve(plan, work, x)
        assert backward_error(other, x, b) < 1e-9


@pytest.mark.parametrize("n", [1, 2, 8, 9, 30])
def test_permutations_are_undone(n):
    rng = np.random.default_rng(n)
    rows, columns = rng.permutation(n), rng.permutation(n)
    values = rng.uniform(1.0, 2.0, n)
    matrix = sparse.csc_matrix((values, (rows, columns)), (n, n))
    b = rng.normal(size=n)
    plan = analyse(n, matrix.indptr, matrix.indices, matrix.data)
    work = workspace(plan, matrix.data)
    assert factor(plan, matrix.data, work) == -1
    x, y = b.copy(), b.copy()
    solve(plan, work, x)
    solve_transposed(plan, work, y)
    expected, transposed = np.empty(n), np.empty(n)
    expected[columns] = b[rows] / values
    transposed[rows] = b[columns] / values
    assert np.allclose(x, expected, rtol=1e-15)
    assert np.allclose(y, transposed, rtol=1e-15)


@pytest.mark.parametrize("decades", [-12, 0, 12])
def test_units_do_not_matter(circuit_matrix, decades):
    """Rows and columns in units of any size, which a test for singularity must not see."""
    n = 25
    matrix = circuit_matrix(3, n, 5)
    units = 10.0 ** (decades * np.random.default_rng(0).uniform(-1, 1, (2, n)))
    scaled = sparse.csc_matrix(units[0][:, None] * matrix * units[1])
    plan = analyse(n, scaled.indptr, scaled.indices, scaled.data)
    work = workspace(plan, scaled.data)
    assert factor(plan, scaled.data, work) == -1
    x = units[0].copy()
    solve(plan, work, x)
    expected = np.linalg.solve(matrix, np.ones(n))
    assert np.allclose(x * units[1], expected, rtol=1e-8)
