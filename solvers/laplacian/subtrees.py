"""Which parts of an elimination tree different threads may do, and how much memory each part needs.

Starting from the roots, the heaviest subtree is replaced by its children, its own root being left for the end, and the
division is kept for which the busiest thread and the end together have least to do (A. Geist, E. Ng, "Task scheduling
for parallel sparse Cholesky factorization", Int. J. Parallel Programming 18 (1989), doi:10.1007/BF01407861).
"""

import heapq
import os

import numba
import numpy as np

from .elimination import Fronts

LEAST_WORK = 3e7
DIVISIONS = 8
OVERHEAD = 300.0
MOST_THREADS = 4


def available_threads() -> int:
    """The processors that this process may use, up to MOST_THREADS."""
    if hasattr(os, "sched_getaffinity"):
        return min(MOST_THREADS, len(os.sched_getaffinity(0)))
    return min(MOST_THREADS, os.cpu_count() or 1)


@numba.njit(cache=True)
def children(parent):
    """First child of every front and next sibling of each, in ascending order; −1 where there is none."""
    head = np.full(len(parent), -1, np.int32)
    sibling = np.full(len(parent), -1, np.int32)
    for s in range(len(parent) - 1, -1, -1):
        if parent[s] >= 0:
            sibling[s] = head[parent[s]]
            head[parent[s]] = s
    return head, sibling


@numba.njit(cache=True)
def measure(fronts, ranges, skip):
    """The largest stack that the fronts in `ranges` need, without those to `skip`, and the size of the largest."""
    top, most, size = 0, 0, 1
    held = np.zeros(len(fronts.parent), np.int64)
    for begin, end in ranges:
        for s in range(begin, end):
            if skip[s]:
                continue
            rows = fronts.row_start[s + 1] - fronts.row_start[s]
            remainder = rows * (rows + 1) // 2
            most = max(most, top + remainder)
            top += remainder - held[s]
            if fronts.parent[s] >= 0:
                held[fronts.parent[s]] += remainder
            size = max(size, fronts.first[s + 1] - fronts.first[s] + rows)
    return most, size


@numba.njit(cache=True)
def _loads(fronts):
    """Operations of every front, of the subtree below it, and the number of fronts in that."""
    count = len(fronts.parent)
    own, whole, number = np.empty(count), np.zeros(count), np.ones(count, np.int64)
    for s in range(count):
        width = float(fronts.first[s + 1] - fronts.first[s])
        size = width + fronts.row_start[s + 1] - fronts.row_start[s]
        own[s] = width * size * (size - width) + width**3 / 3.0 + OVERHEAD * size
        whole[s] += own[s]
        if fronts.parent[s] >= 0:
            whole[fronts.parent[s]] += whole[s]
            number[fronts.parent[s]] += number[s]
    return own, whole, number


def shares(fronts: Fronts, head: np.ndarray, sibling: np.ndarray, threads: int) -> list[np.ndarray]:
    """Ranges (begin, end) of fronts for each thread to do by itself; an empty list where that is not worth while."""
    own, whole, number = _loads(fronts)
    if threads < 2 or own.sum() < LEAST_WORK:
        return []
    queue = [(-whole[s], int(s)) for s in np.flatnonzero(fronts.parent < 0)]
    heapq.heapify(queue)
    late, best, chosen = 0.0, own.sum(), []
    for _ in range(DIVISIONS):
        bins = _divided(queue, threads)
        length = late + max(load for load, _ in bins)
        if length < best:
            best, chosen = length, [roots for _, roots in bins if roots]
        _, root = heapq.heappop(queue)
        late += own[root]
        child = head[root]
        while child >= 0:
            heapq.heappush(queue, (-whole[child], int(child)))
            child = sibling[child]
        if not queue:
            break
    return [np.array([[root - number[root] + 1, root + 1] for root in sorted(roots)]) for roots in chosen]


def _divided(queue: list[tuple[float, int]], threads: int) -> list[tuple[float, list[int]]]:
    """The subtrees dealt to threads, the heaviest first, each to the one with least so far."""
    bins: list[tuple[float, list[int]]] = [(0.0, []) for _ in range(threads)]
    for load, root in sorted(queue):
        least = min(range(threads), key=lambda k: bins[k][0])
        bins[least] = (bins[least][0] - load, [*bins[least][1], root])
    return bins
