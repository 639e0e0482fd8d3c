"""Leaves of an elimination tree with the same neighbours, side by side in one front.

Inputs of a crossbar are such leaves. Eliminated one by one, each of them subtracts its product from all of the next
layer; as one front of several pivots they read and write it once. The zeros between them are stored, so that bundles
are small.
"""

from __future__ import annotations

import numpy as np

from ...laplacian.elimination import Fronts

MOST = 8
"""Pivots in a bundle."""


def bundled(fronts: Fronts) -> Fronts:
    """The fronts with neighbouring leaves put together. O(rows)."""
    width, rest = np.diff(fronts.first), np.diff(fronts.row_start)
    is_leaf = np.ones(len(width), bool)
    is_leaf[fronts.parent[fronts.parent >= 0]] = False
    key = np.random.default_rng(0).integers(0, 2**62, int(fronts.first[-1]), np.uint64)
    total = np.concatenate([[np.uint64(0)], np.cumsum(key[fronts.rows])])
    mark = total[fronts.row_start[1:]] - total[fronts.row_start[:-1]]
    alone = is_leaf & (width == 1) & (rest > 0)
    same = alone[1:] & alone[:-1] & (fronts.parent[1:] == fronts.parent[:-1]) & (mark[1:] == mark[:-1])
    starts = np.concatenate([[True], ~same])
    number = np.arange(len(width))
    within = number - np.maximum.accumulate(np.where(starts, number, 0))
    kept = within % MOST == 0
    place = np.cumsum(kept) - 1
    parent = np.where(fronts.parent < 0, -1, place[fronts.parent])[kept]
    rest_kept = rest[kept]
    row_start = np.concatenate([[0], np.cumsum(rest_kept)])
    rows = fronts.rows[np.repeat(kept, rest)]
    first = np.concatenate([fronts.first[:-1][kept], fronts.first[-1:]])
    return Fronts(fronts.label, first, parent, row_start, rows, fronts.panel_start)
