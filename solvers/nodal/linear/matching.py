"""Which row to divide by for which unknown: an assignment of large entries, on the diagonal where that will do.

The product of the chosen entries, each as a share of the largest of its column, is the largest possible, but for a
factor of `PREFERENCE` in favour of the diagonal (I. Duff, J. Koster, "On algorithms for permuting large entries to the
diagonal of a sparse matrix", SIAM J. Matrix Anal. Appl. 22 (2001), doi:10.1137/S0895479899358443). The rows of voltage
sources, whose diagonal is zero, find a node this way.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from .given import others

PREFERENCE = 8.0
SMALLEST = 1e-300


def match(n: int, rows: np.ndarray, columns: np.ndarray, sizes: np.ndarray, on_diagonal: np.ndarray) -> np.ndarray:
    """The row (n,) of each column, for entries at (rows, columns) of these magnitudes, which may be zero.

    Rows should be of similar scale. `on_diagonal` (entries): which of them are preferred; they are all taken, without a
    search, where they are large enough. If the pattern is singular, columns without a row get one that is left.
    """
    largest = np.zeros(n)
    np.maximum.at(largest, columns, sizes)
    share = np.maximum(sizes, SMALLEST) / np.maximum(largest, SMALLEST)[columns]
    good = on_diagonal & (share * PREFERENCE >= 1.0)
    row = np.full(n, -1, np.int32)
    if np.count_nonzero(good) == n:
        row[columns[good]] = rows[good]
        return row
    cost = 1.0 - np.log(share) + np.where(on_diagonal, 0.0, np.log(PREFERENCE))
    graph = sparse.csr_array((cost, (columns, rows)), shape=(n, n))
    row[:] = csgraph.maximum_bipartite_matching(graph, perm_type="column")
    if np.all(row >= 0):
        found, own = csgraph.min_weight_full_bipartite_matching(graph)
        row[found] = own
        return row
    row[row < 0] = others(n, row[row >= 0])
    return row
