"""Connected components of large graphs, as arrays.

Every node carries the smallest node number known to be connected with it. A batch of edges hooks the larger label on
the smaller one and labels are then shortened by pointer jumping, until no edge joins two labels, which takes a few
rounds even for long chains (after Shiloach and Vishkin 1982, doi:10.1016/0196-6774(82)90008-6).
"""

from __future__ import annotations

import numpy as np

_ROWS_AT_ONCE = 1 << 21


class Components:
    """A partition of nodes 0 … count−1 that only ever gets coarser."""

    def __init__(self, count: int):
        self._label = np.arange(count)

    @property
    def labels(self) -> np.ndarray:
        """The smallest node of each node's component."""
        return self._label

    def join(self, tails: np.ndarray, heads: np.ndarray) -> None:
        """Connect tails[k] with heads[k]; the two broadcast against each other."""
        tails, heads = (np.ravel(side) for side in np.broadcast_arrays(tails, heads))
        label = self._label
        while True:
            low, high = label[tails], label[heads]
            apart = low != high
            if not apart.any():
                return
            tails, heads = tails[apart], heads[apart]
            low, high = np.minimum(low[apart], high[apart]), np.maximum(low[apart], high[apart])
            np.minimum.at(label, high, low)
            self._shorten()

    def join_crossbar(self, rows: np.ndarray, columns: np.ndarray, connected: np.ndarray) -> None:
        """Connect rows[i] with columns[j] wherever connected[i, j].

        Linear in the number of crosspoints with a small constant: a row's crosspoints are looked at one by one only
        where they lead to different components.
        """
        step = max(1, _ROWS_AT_ONCE // max(1, len(columns)))
        for start in range(0, len(rows), step):
            self._join_rows(rows[start : start + step], columns, connected[start : start + step])

    def _join_rows(self, rows: np.ndarray, columns: np.ndarray, connected: np.ndarray) -> None:
        first = connected.argmax(axis=1)
        used = connected[np.arange(len(rows)), first]
        self.join(rows[used], columns[first[used]])
        apart = connected & (self._label[columns] != self._label[rows][:, None])
        where, which = np.nonzero(apart)
        self.join(rows[where], columns[which])

    def _shorten(self) -> None:
        while True:
            further = self._label[self._label]
            if np.array_equal(further, self._label):
                return
            self._label[:] = further
