"""Matrices of random circuits, and how far a solution is from one."""

import numpy as np
import pytest


def _circuit_matrix(seed, n, sources, scalar=float):
    """Conductances over six decades, transconductances, and voltage sources with zeros on the diagonal, every second
    of them grounded. Dense, (n, n)."""
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


def _backward_error(matrix, x, b):
    """‖A x − b‖ / (‖A‖ ‖x‖ + ‖b‖) in the largest entry."""
    return np.max(np.abs(matrix @ x - b)) / (abs(matrix).sum(1).max() * np.max(np.abs(x)) + np.max(np.abs(b)))


@pytest.fixture(scope="session")
def circuit_matrix():
    return _circuit_matrix


@pytest.fixture(scope="session")
def backward_error():
    return _backward_error
