"""An order of elimination with little fill: minimum degree on the graph of A + Aᵀ, as SuperLU has it.

SciPy gives no direct access to the ordering (J. Liu, "Modification of the minimum-degree algorithm by multiple
elimination", ACM Trans. Math. Softw. 11 (1985), doi:10.1145/214392.214398), but an incomplete factorisation that drops
all fill takes it and does little else. The factors are about as small as by the approximate degrees of
laplacian/ordering.py, and nothing has to be compiled.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spilu

MANY = 10.0
"""Nodes with so many times the root of the size as neighbours come last."""


def fill_reducing(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The nodes (n,) of the graph with edges (a, b) in an order of elimination; loops and repetitions do not matter."""
    degree = np.bincount(a, minlength=n) + np.bincount(b, minlength=n)
    hub = degree > MANY * max(16.0, np.sqrt(n))
    few, late = np.flatnonzero(~hub), np.flatnonzero(hub)
    place = np.cumsum(~hub) - 1
    inside = ~hub[a] & ~hub[b]
    order = few[_minimum_degree(len(few), place[a[inside]], place[b[inside]])]
    return np.concatenate([order, late[np.argsort(degree[late], kind="stable")]])


def _minimum_degree(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if n < 2:
        return np.arange(n)
    nodes = np.arange(n)
    rows, columns = np.concatenate([a, b, nodes]), np.concatenate([b, a, nodes])
    values = np.concatenate([np.full(2 * len(a), -1.0), np.full(n, 2.0 * len(a) + 1.0)])
    matrix = sparse.csc_matrix((values, (rows, columns)), shape=(n, n))
    matrix.sum_duplicates()
    dropped = spilu(matrix, drop_tol=1.0, fill_factor=1.0, drop_rule="basic", permc_spec="MMD_AT_PLUS_A")
    return np.argsort(dropped.perm_c)
