"""The linear system outside of loops."""

import numpy as np
import pytest
from scipy import sparse

from tellegen.netlist.errors import NumericalError
from tellegen.solvers.nodal.linear import LinearSystem


@pytest.mark.parametrize("n", [5, 30])
def test_many_right_hand_sides_of_either_type(circuit_matrix, n):
    real = sparse.csc_matrix(circuit_matrix(1, n, 2))
    turned = real.astype(complex)
    turned.data = turned.data * np.exp(1j * np.random.default_rng(0).uniform(0, 1, real.nnz))
    system = LinearSystem(n, real.indptr, real.indices)
    rng = np.random.default_rng(1)
    b = rng.normal(size=(n, 3)) + 1j * rng.normal(size=(n, 3))
    for matrix in (real, turned, real):
        system.factorise(matrix.data)
        assert np.allclose(matrix @ system.solve(b), b, atol=1e-9)
        assert np.allclose(matrix.T @ system.solve(b, transposed=True), b, atol=1e-9)
        assert np.allclose(matrix @ system.solve(b[:, 0]), b[:, 0], atol=1e-9)
    assert system.solve(b.real).dtype == float


def test_a_singular_system_is_named_and_another_may_follow():
    matrix = sparse.csc_matrix(np.diag(np.arange(1.0, 13.0)))
    system = LinearSystem(12, matrix.indptr, matrix.indices, [f"v({k})" for k in range(12)])
    with pytest.raises(NumericalError, match="no matrix has been factorised"):
        system.solve(np.ones(12))
    with pytest.raises(NumericalError, match=r"nothing determines unknown v\(4\)"):
        system.factorise(np.where(np.arange(12) == 4, 0.0, 1.0))
    with pytest.raises(NumericalError, match="no matrix has been factorised"):
        system.solve(np.ones(12))
    system.factorise(matrix.data)
    assert np.allclose(system.solve(np.ones(12)), 1 / np.arange(1.0, 13.0))


def test_nothing_that_is_not_a_number_is_solved():
    matrix = sparse.csc_matrix(np.diag(np.arange(1.0, 13.0)))
    system = LinearSystem(12, matrix.indptr, matrix.indices)
    with pytest.raises(NumericalError, match="coefficient nan of unknown 3 is no finite number"):
        system.factorise(np.where(np.arange(12) == 3, np.nan, 1.0))


@pytest.mark.parametrize(
    ("indptr", "indices", "message"),
    [
        ([0, 1, 3], [0, 0], "indptr must have 3 entries, ascending from 0 to the 2 entries"),
        ([0, 1], [0], "indptr must have 3 entries"),
        ([0, 1, 2], [0, 2], "rows must be among 0…1, but there are 0 and 2"),
        ([0, 1, 3], [0, 1, 1], "row 1 stands twice in column 1"),
    ],
)
def test_wrong_patterns_are_refused(indptr, indices, message):
    with pytest.raises(ValueError, match=message):
        LinearSystem(2, np.array(indptr), np.array(indices))


def test_wrong_lengths_are_refused():
    system = LinearSystem(2, np.array([0, 1, 2]), np.array([0, 1]))
    with pytest.raises(ValueError, match="values for 2 entries"):
        system.factorise(np.ones(3))
    system.factorise(np.ones(2))
    with pytest.raises(ValueError, match="right-hand sides of 3 for 2 unknowns"):
        system.solve(np.ones(3))
