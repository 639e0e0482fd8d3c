"""Symbolic analysis of a sparse Cholesky factor: which unknowns are eliminated together, and what each front holds.

Eliminating unknown j joins its later neighbours; the first of them is its parent in the elimination tree. Columns with
nested patterns form a *supernode*: its `width` pivots and its `rows` (later unknowns that it touches) make one dense
front of the multifrontal method. Small supernodes are merged with their parents, at the price of a few explicit zeros.

Sources: J. Liu, "The role of elimination trees in sparse factorization", SIAM J. Matrix Anal. Appl. 11 (1990),
doi:10.1137/0611010; J. Gilbert, E. Ng, B. Peyton, "An efficient algorithm to compute row and column counts for sparse
Cholesky factorization", same journal 15 (1994), doi:10.1137/S089547989223692. Complexity: nearly linear in the edges
plus the number of row indices kept.
"""

from typing import NamedTuple

import numba
import numpy as np


class Fronts(NamedTuple):
    """The supernodes of a factor, in postorder; unknowns carry new labels so that a supernode's pivots are contiguous.

    `label` (unknowns): new label of each unknown; `first` (fronts + 1): first pivot; `parent` (fronts): −1 at roots;
    `row_start` (fronts + 1) into `rows`: the front's later unknowns, ascending labels; `panel_start` (fronts + 1):
    where the front's width × (width + rows) panel of the factor begins.
    """

    label: np.ndarray
    first: np.ndarray
    parent: np.ndarray
    row_start: np.ndarray
    rows: np.ndarray
    panel_start: np.ndarray


@numba.njit(cache=True)
def grouped(count, keys):
    """Counting sort: return `start` (count + 1) and `order`, the indices of `keys` grouped by key."""
    start = np.zeros(count + 1, np.int64)
    for key in keys:
        start[key + 1] += 1
    for i in range(count):
        start[i + 1] += start[i]
    order = np.empty(len(keys), np.int32)
    fill = start[:-1].copy()
    for k in range(len(keys)):
        order[fill[keys[k]]] = k
        fill[keys[k]] += 1
    return start, order


@numba.njit(cache=True)
def elimination_tree(start, order, low):
    """Parent of every unknown (−1 at roots); `low[order[start[i]:start[i+1]]]` are the earlier neighbours of i."""
    n = len(start) - 1
    parent = np.full(n, -1, np.int32)
    ancestor = np.full(n, -1, np.int32)
    for i in range(n):
        for p in range(start[i], start[i + 1]):
            j = low[order[p]]
            while j != i:
                above = ancestor[j]
                ancestor[j] = i
                if above < 0:
                    parent[j] = i
                    break
                j = above
    return parent


@numba.njit(cache=True)
def postorder(parent):
    """Nodes of the forest, children before parents, the child with the largest subtree last."""
    n = len(parent)
    weight = np.ones(n, np.int32)
    heaviest = np.full(n, -1, np.int32)
    child = np.full(n + 1, -1, np.int32)
    sibling = np.full(n, -1, np.int32)
    for i in range(n):
        up = parent[i]
        if up >= 0:
            weight[up] += weight[i]
            if heaviest[up] < 0 or weight[heaviest[up]] <= weight[i]:
                heaviest[up] = i
    for i in range(n):
        if heaviest[i] >= 0:
            child[i] = heaviest[i]
    for i in range(n - 1, -1, -1):
        up = parent[i]
        if up < 0 or heaviest[up] != i:
            sibling[i] = child[up]
            child[up] = i
    post = np.empty(n, np.int32)
    done = 0
    i = child[-1]
    while i >= 0:
        while child[i] >= 0:
            i = child[i]
        post[done] = i
        done += 1
        while i >= 0 and sibling[i] < 0:
            i = parent[i]
            if i >= 0:
                post[done] = i
                done += 1
        if i >= 0:
            i = sibling[i]
    return post


@numba.njit(cache=True)
def _first_descendants(parent, post):
    """First descendant's postorder number of every unknown, and 1 for leaves of the tree, 0 otherwise."""
    n = len(parent)
    first = np.full(n, -1, np.int32)
    leaf = np.zeros(n, np.int64)
    for k in range(n):
        j = post[k]
        if first[j] < 0:
            leaf[j] = 1
        while j >= 0 and first[j] < 0:
            first[j] = k
            j = parent[j]
    return first, leaf


@numba.njit(cache=True)
def _find(ancestor, i):
    root = i
    while ancestor[root] != root:
        root = ancestor[root]
    while ancestor[i] != root:
        ancestor[i], i = root, ancestor[i]
    return root


@numba.njit(cache=True)
def column_counts(parent, post, start, order, high):
    """Entries in every column of the factor, the diagonal included (Gilbert, Ng, Peyton 1994, figure 3)."""
    n = len(parent)
    first, count = _first_descendants(parent, post)
    furthest = np.full(n, -1, np.int32)
    previous = np.full(n, -1, np.int32)
    ancestor = np.arange(n).astype(np.int32)
    for k in range(n):
        j = post[k]
        if parent[j] >= 0:
            count[parent[j]] -= 1
        for p in range(start[j], start[j + 1]):
            i = high[order[p]]
            if first[j] <= furthest[i]:
                continue
            furthest[i] = first[j]
            count[j] += 1
            if previous[i] >= 0:
                count[_find(ancestor, previous[i])] -= 1
            previous[i] = j
        if parent[j] >= 0:
            ancestor[j] = parent[j]
    for j in range(n):
        if parent[j] >= 0:
            count[parent[j]] += count[j]
    return count


@numba.njit(cache=True)
def _worthwhile(width, zeros, entries):
    """Whether to merge a front: `width` pivots, `zeros` explicit zeros among `entries`, after merging."""
    if width <= 4:
        return True
    share = zeros / entries
    if width <= 16:
        return share < 0.5
    if width <= 48:
        return share < 0.15
    return share < 0.05


@numba.njit(cache=True)
def supernodes(parent, count):
    """First pivots of the merged supernodes (fronts + 1), for a postordered tree and its column counts."""
    n = len(parent)
    first = np.empty(n + 1, np.int32)
    fronts = 0
    for j in range(n):
        if j == 0 or parent[j - 1] != j or count[j - 1] != count[j] + 1:
            first[fronts] = j
            fronts += 1
    first[fronts] = n
    last = np.empty(fronts, np.int32)
    zeros = np.zeros(fronts, np.int64)
    keep = np.ones(fronts, np.bool_)
    for s in range(fronts):
        last[s] = first[s + 1] - 1
    for s in range(fronts - 2, -1, -1):
        if parent[first[s + 1] - 1] != first[s + 1]:
            continue
        width, tail = last[s + 1] - first[s] + 1, count[last[s + 1]] - 1
        own = first[s + 1] - first[s]
        fill = zeros[s + 1] + own * (width + tail - count[first[s]])
        if _worthwhile(width, fill, width * (width + 1) // 2 + width * tail):
            zeros[s] = fill
            last[s] = last[s + 1]
            keep[s + 1] = False
    kept = 0
    for s in range(fronts):
        if keep[s]:
            first[kept] = first[s]
            kept += 1
    first[kept] = n
    return first[: kept + 1].copy()


@numba.njit(cache=True)
def _front_rows(start, order, low, post, label, front, parent, row_start):
    """The later unknowns of every front, ascending: row r belongs to all fronts on the way from its neighbours up."""
    rows = np.empty(row_start[-1], np.uint32)
    fill = row_start[:-1].copy()
    seen = np.full(len(parent), -1, np.int32)
    for r in range(len(post)):
        own, i = front[r], post[r]
        for p in range(start[i], start[i + 1]):
            s = front[label[low[order[p]]]]
            while s != own and seen[s] != r:
                rows[fill[s]] = r
                fill[s] += 1
                seen[s] = r
                s = parent[s]
    return rows


@numba.njit(cache=True)
def analyse(n, low, high):
    """Return the `Fronts` of the symmetric matrix with entries (low, high), low < high in order of elimination.

    Entries may repeat. Also returns the grouping of the entries by `low`: `start` (n + 1) and `order`.
    """
    high_start, high_order = grouped(n, high)
    low_start, low_order = grouped(n, low)
    tree = elimination_tree(high_start, high_order, low)
    post = postorder(tree)
    counts = column_counts(tree, post, low_start, low_order, high)
    label = np.empty(n, np.int32)
    label[post] = np.arange(n).astype(np.int32)
    parent = np.empty(n, np.int32)
    for k in range(n):
        up = tree[post[k]]
        parent[k] = label[up] if up >= 0 else -1
    count = counts[post]
    first = supernodes(parent, count)
    fronts = len(first) - 1
    front = np.empty(n, np.int32)
    row_start = np.zeros(fronts + 1, np.int64)
    panel_start = np.zeros(fronts + 1, np.int64)
    for s in range(fronts):
        front[first[s] : first[s + 1]] = s
        width, rows = first[s + 1] - first[s], count[first[s + 1] - 1] - 1
        row_start[s + 1] = row_start[s] + rows
        panel_start[s + 1] = panel_start[s] + width * (width + rows)
    above = np.empty(fronts, np.int32)
    for s in range(fronts):
        up = parent[first[s + 1] - 1]
        above[s] = front[up] if up >= 0 else -1
    rows = _front_rows(high_start, high_order, low, post, label, front, above, row_start)
    return Fronts(label, first, above, row_start, rows, panel_start), low_start, low_order
