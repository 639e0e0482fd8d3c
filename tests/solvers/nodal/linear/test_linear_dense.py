"""Dense factors of small systems, against NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from tellegen.solvers.nodal.linear import analyse, factor, solve, solve_transposed, workspace


def circuit_matrix(seed, n, sources, scalar=float):
    """Conductances over six decades, transconductances, and voltage sources with zeros on the diagonal."""
    rng = np.random.default_rng(seed)
    nodes = n - sources
    matrix = np.zeros((n, n), scalar)
    for a, b in [(k, k - 1) for k in range(1, nodes)] + list(rng.integers(0, nodes, (nodes, 2))):
        g = 10.0 ** rng.uniform(-6, 0) * (np.exp(1j * rng.uniform(0, 1.5)) if scalar is complex else 1.0)
        matrix[a, a] += g
        matrix[b, b] += g
        matrix[a, b] -= g
        matrix[b, a] -= g
        matrix[a, rng.integers(0, nodes)] += 0.1 * 10.0 ** rng.uniform(-6, 0)
    matrix[0, 0] += 0.1
    for k in range(sources):
        matrix[nodes + k, 2 * k] = matrix[2 * k, nodes + k] = 1.0
        if 2 * k + 1 < nodes and k % 2:
            matrix[nodes + k, 2 * k + 1] = matrix[2 * k + 1, nodes + k] = -1.0
    return matrix


def scaled_residual(matrix, x, b):
    """Backward error ‖A x − b‖ / (‖A‖ ‖x‖ + ‖b‖) in the largest entry."""
    return np.max(np.abs(matrix @ x - b)) / (np.max(np.abs(matrix).sum(1)) * np.max(np.abs(x)) + np.max(np.abs(b)))


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**31), st.integers(2, 40), st.floats(0, 0.4), st.sampled_from([float, complex]))
def test_solutions_have_residuals_of_rounding(seed, n, share, scalar):
    matrix = circuit_matrix(seed, n, int(share * n), scalar)
    if np.linalg.cond(matrix) > 1e13:
        return
    csc = sparse.csc_matrix(matrix)
    b = np.random.default_rng(seed).normal(size=n).astype(scalar)
    plan = analyse(n, csc.indptr, csc.indices)
    work = workspace(plan, csc.data)
    assert factor(plan, csc.data, work) == -1
    x, y = b.copy(), b.copy()
    solve(plan, work, x)
    solve_transposed(plan, work, y)
    assert scaled_residual(matrix, x, b) < 1e-13
    assert scaled_residual(matrix.T, y, b) < 1e-13


@pytest.mark.parametrize("scalar", [float, complex])
def test_a_floating_part_is_named(scalar):
    matrix = np.array([[2, -1, 0, 0], [-1, 1, 0, 0], [0, 0, 0.3, -0.3], [0, 0, -0.3, 0.3]], scalar)
    csc = sparse.csc_matrix(matrix)
    plan = analyse(4, csc.indptr, csc.indices)
    assert factor(plan, csc.data, workspace(plan, csc.data)) in (2, 3)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_fails(value):
    csc = sparse.csc_matrix(np.array([[2.0, -1.0], [-1.0, value]]))
    plan = analyse(2, csc.indptr, csc.indices)
    assert factor(plan, csc.data, workspace(plan, csc.data)) >= 0
