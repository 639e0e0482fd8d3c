"""Approximate elimination of a graph Laplacian: a preconditioner where an exact factor would not fit.

Eliminating node v with edges of weight w₁ ≤ … ≤ w_d (sum W) joins its neighbours into a clique of weights w_i w_j / W.
Instead, each neighbour i but the last is given one edge to a neighbour j > i, drawn with probability in proportion to
w_j, of weight w_i (w_{i+1} + … + w_d) / W. The expectation is the clique, no node gains edges, and the factor has about
as many entries as the graph, whatever the topology.

Source: Y. Gao, R. Kyng, D. Spielman, "Robust and practical solution of Laplacian equations by approximate elimination"
(2023), arXiv:2303.00709. Time nearly linear in the edges. The draw is seeded: the same circuit, the same factor.
"""

from typing import NamedTuple

import numba
import numpy as np

SHORT = 24
LAST_BUCKET = 4096


class Sample(NamedTuple):
    """L D Lᵀ ≈ the Laplacian, in order of elimination: node `node[p]` has pivot `pivot[p]` and gives the share
    `share[q]` of what it holds to place `target[q]`, q in start[p]…start[p + 1]; ground's place is `len(node)`."""

    node: np.ndarray
    pivot: np.ndarray
    start: np.ndarray
    target: np.ndarray
    share: np.ndarray


class Buckets(NamedTuple):
    """Nodes by number of edges: doubly linked lists, the last bucket for all that have many."""

    head: np.ndarray
    after: np.ndarray
    before: np.ndarray
    bucket: np.ndarray


@numba.njit(cache=True)
def _half_edges(count, low, high, weight, ground_weight):
    """Adjacency as linked half-edges: edge e is the pair 2e, 2e + 1, each with the `other` end; `head` (count + 1)."""
    tied = np.flatnonzero(ground_weight > 0)
    edges = len(low) + len(tied)
    other, after = np.empty(2 * edges, np.int32), np.empty(2 * edges, np.int32)
    value = np.empty(2 * edges)
    head, degree = np.full(count + 1, -1, np.int32), np.zeros(count + 1, np.int32)
    for e in range(edges):
        inner = e < len(low)
        a = low[e] if inner else tied[e - len(low)]
        b = high[e] if inner else count
        w = weight[e] if inner else ground_weight[a]
        for half, here, there in ((2 * e, a, b), (2 * e + 1, b, a)):
            other[half], value[half] = there, w
            after[half] = head[here]
            head[here] = half
            degree[here] += 1
    return other, after, value, head, degree


@numba.njit(cache=True)
def _collect(v, head, after, other, value, holder, found):
    """The living half-edges of v, one a neighbour, weights of parallel ones added; return how many."""
    count = 0
    half = head[v]
    while half >= 0:
        if value[half] > 0.0:
            u = other[half]
            if holder[u] >= 0:
                value[holder[u]] += value[half]
                value[half] = 0.0
                value[half ^ 1] = 0.0
            else:
                holder[u] = half
                found[count] = half
                count += 1
        half = after[half]
    for k in range(count):
        holder[other[found[k]]] = -1
    return count


@numba.njit(cache=True)
def _sort(found, count, value):
    """Sort the first `count` half-edges by weight."""
    if count > SHORT:
        order = np.argsort(value[found[:count]])
        found[:count] = found[:count][order]
        return
    for k in range(1, count):
        half, p = found[k], k
        while p > 0 and value[found[p - 1]] > value[half]:
            found[p] = found[p - 1]
            p -= 1
        found[p] = half


@numba.njit(cache=True)
def _random(state):
    """The next number in [0, 1) of a xorshift generator (Marsaglia 2003) whose `state` (1,) is changed."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return (x >> np.uint64(11)) * 2.0**-53


@numba.njit(cache=True)
def _draw(found, first, count, value, rest, state):
    """One of the half-edges after `first`, with probability in proportion to its weight; `rest` is their sum."""
    level = _random(state) * rest
    k = first + 1
    while k < count - 1 and level > value[found[k]]:
        level -= value[found[k]]
        k += 1
    return k


@numba.njit(cache=True)
def _replace(found, count, total, other, after, value, head, degree, state):
    """Put the drawn edges in the place of the eliminated node's; `degree` of each neighbour follows."""
    rest = total
    for k in range(count):
        half = found[k]
        u, w = other[half], value[half]
        rest -= w
        if k == count - 1 or rest <= 0.0:
            value[half ^ 1] = 0.0
            degree[u] -= 1
            continue
        j = other[found[_draw(found, k, count, value, rest, state)]]
        strength = w * rest / total
        value[half], value[half ^ 1] = strength, strength
        other[half ^ 1], other[half] = j, u
        after[half] = head[j]
        head[j] = half
        degree[j] += 1


@numba.njit(cache=True)
def sample(low, high, weight, ground_weight, seed):
    """Eliminate all nodes but ground, those of few edges first; return the arrays of `Sample`.

    Edges (low, high) have `weight`; node i is tied to ground by `ground_weight[i]`. Every part must be tied.
    """
    state = np.array([seed], np.uint64)
    n = len(ground_weight)
    other, after, value, head, degree = _half_edges(n, low, high, weight, ground_weight)
    holder, found = np.full(n + 1, -1, np.int32), np.empty(len(other), np.int32)
    queue = Buckets(np.full(LAST_BUCKET + 1, -1), np.full(n, -1), np.full(n, -1), np.full(n, -1))
    for i in range(n - 1, -1, -1):
        _enter(queue, i, degree[i])
    node, pivot, start = np.empty(n, np.int32), np.empty(n), np.zeros(n + 1, np.int64)
    target, share = np.empty(2 * len(low) + n, np.int32), np.empty(2 * len(low) + n)
    filled, lowest = 0, 0
    for p in range(n):
        while queue.head[lowest] < 0:
            lowest += 1
        v = queue.head[lowest]
        _leave(queue, v)
        count = _collect(v, head, after, other, value, holder, found)
        _sort(found, count, value)
        if filled + count > len(target):
            target = np.append(target, np.empty(len(target) + count, np.int32))
            share = np.append(share, np.empty(len(share) + count))
        total = 0.0
        for k in range(count):
            total += value[found[k]]
        for k in range(count):
            target[filled + k], share[filled + k] = other[found[k]], value[found[k]] / total
        near = target[filled : filled + count]
        filled += count
        node[p], pivot[p], start[p + 1] = v, total, filled
        _replace(found, count, total, other, after, value, head, degree, state)
        for u in near:
            if u < n:
                _leave(queue, u)
                lowest = min(lowest, _enter(queue, u, degree[u]))
    place = np.empty(n + 1, np.int32)
    place[n] = n
    for p in range(n):
        place[node[p]] = p
    return node, pivot, start, place[target[:filled]], share[:filled]


@numba.njit(cache=True)
def _enter(queue, i, degree):
    """Put node i in its bucket; return which."""
    bucket = min(max(degree, 0), LAST_BUCKET)
    first = queue.head[bucket]
    queue.after[i], queue.before[i], queue.bucket[i] = first, -1, bucket
    if first >= 0:
        queue.before[first] = i
    queue.head[bucket] = i
    return bucket


@numba.njit(cache=True)
def _leave(queue, i):
    """Take node i out of its bucket."""
    after, before = queue.after[i], queue.before[i]
    if after >= 0:
        queue.before[after] = before
    if before >= 0:
        queue.after[before] = after
    else:
        queue.head[queue.bucket[i]] = after
