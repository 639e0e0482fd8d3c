"""Branches between nodes 0 … n, ground being n: voltages across them, currents leaving nodes, and their Laplacian."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .scatter import scatter

DENSE = 256
"""The order up to which a matrix is kept dense: sparse bookkeeping costs more than arithmetic below it."""


@dataclass(frozen=True, eq=False)
class Incidence:
    """Branches from `a` to `b` (int64 indices in 0 … nodes, where `nodes` is ground): the incidence matrix A."""

    a: np.ndarray
    b: np.ndarray
    nodes: int

    def across(self, x: np.ndarray) -> np.ndarray:
        """A x: the voltage across each branch, of potentials x (nodes)."""
        grounded = np.append(x, 0.0)
        return grounded[self.a] - grounded[self.b]

    def leaving(self, currents: np.ndarray) -> np.ndarray:
        """Aᵀ i: the current that leaves each node (nodes) into branches that carry `currents` from a to b."""
        size = self.nodes + 1
        return (scatter(currents, self.a, size) - scatter(currents, self.b, size))[:-1]

    def some(self, branches: np.ndarray) -> Incidence:
        """The branches with those indices."""
        return Incidence(self.a[branches], self.b[branches], self.nodes)

    @functools.cached_property
    def matrix(self) -> sparse.csr_array:
        """A as a sparse matrix (branches, nodes): +1 at a, −1 at b, no column for ground."""
        rows = np.tile(np.arange(len(self.a)), 2)
        signs = np.repeat([1.0, -1.0], len(self.a))
        shape = (len(self.a), self.nodes + 1)
        full = sparse.csr_array((signs, (rows, np.concatenate([self.a, self.b]))), shape=shape)
        return sparse.csr_array(full[:, :-1])

    def laplacian(self, weights: np.ndarray, diagonal: np.ndarray | float = 0.0) -> np.ndarray | sparse.csc_array:
        """Aᵀ diag(weights) A + diag(diagonal), (nodes, nodes): an array up to order DENSE, else sparse."""
        if self.nodes > DENSE:
            return self.sparse_laplacian(weights, diagonal)
        size = self.nodes + 1
        half = scatter(weights, self.a * size + self.b, size * size).reshape(size, size)
        matrix = -(half + half.T)
        matrix[np.diag_indices(size)] -= matrix.sum(axis=1)
        matrix = matrix[:-1, :-1]
        matrix[np.diag_indices(self.nodes)] += diagonal
        return matrix

    def sparse_laplacian(self, weights: np.ndarray, diagonal: np.ndarray | float = 0.0) -> sparse.csc_array:
        """The same as a sparse matrix whatever its order."""
        size = self.nodes + 1
        total = scatter(weights, self.a, size) + scatter(weights, self.b, size)
        total[:-1] += diagonal
        free = (self.a < self.nodes) & (self.b < self.nodes)
        a, b, inner = self.a[free], self.b[free], weights[free]
        every = np.arange(self.nodes)
        values = np.concatenate([total[:-1], -inner, -inner])
        places = np.concatenate([every, a, b]), np.concatenate([every, b, a])
        return sparse.csc_array((values, places), shape=(self.nodes, self.nodes))
