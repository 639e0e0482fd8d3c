"""The quotient graph of minimum degree ordering: two arrays, and what is done to their lists.

`lists` holds every node's and element's list; `q` has one row a node, so that a node's fields share a cache line:
`lists[q[i, START] : + q[i, LENGTH]]` is, for a node, its `q[i, ELEMENTS]` elements and then its nodes; for an element
(`ELEMENTS` is `IS_ELEMENT`) its nodes. `SIZE` counts the nodes that i stands for: negative while i is in the clique of
the current pivot, 0 once it is gone. `HEAD`, `AFTER`, `BEFORE` are lists of nodes by `DEGREE`; `BUCKET`, `CHAIN`, `KEY`
a hash table of the clique's nodes; `MEMBER`, `LAST` chain the nodes that i stands for; `MARK` is scratch.
"""

import numba
import numpy as np

DEAD = -1
IS_ELEMENT = -2
(START, LENGTH, ELEMENTS, SIZE, DEGREE, HEAD, AFTER, BEFORE, MARK, BUCKET, CHAIN, KEY, MEMBER, LAST) = range(14)
COLUMNS = 16


@numba.njit(cache=True)
def insert(q, i, degree):
    first = q[degree, HEAD]
    q[i, AFTER] = first
    q[i, BEFORE] = -1
    if first >= 0:
        q[first, BEFORE] = i
    q[degree, HEAD] = i
    q[i, DEGREE] = degree


@numba.njit(cache=True)
def remove(q, i):
    after, before = q[i, AFTER], q[i, BEFORE]
    if after >= 0:
        q[after, BEFORE] = before
    if before >= 0:
        q[before, AFTER] = after
    else:
        q[q[i, DEGREE], HEAD] = after


@numba.njit(cache=True)
def kill(q, i):
    q[i, LENGTH] = 0
    q[i, ELEMENTS] = DEAD
    q[i, MARK] = 0


@numba.njit(cache=True)
def adopt(q, parent, child):
    """Let `parent` stand for `child` and all that `child` stands for."""
    q[q[parent, LAST], MEMBER] = child
    q[parent, LAST] = q[child, LAST]
    q[child, SIZE] = 0
    q[child, LENGTH] = 0
    q[child, ELEMENTS] = DEAD


@numba.njit(cache=True)
def compress(q, lists, end):
    """Move all living lists to the front of the storage; return the new end."""
    for i in range(len(q) - 1):
        if q[i, LENGTH] > 0:
            p = q[i, START]
            q[i, START] = lists[p]
            lists[p] = -i - 1
    source, target = 0, 0
    while source < end:
        i = -lists[source] - 1
        if i < 0:
            source += 1
            continue
        lists[target] = q[i, START]
        q[i, START] = target
        length = q[i, LENGTH]
        for k in range(1, length):
            lists[target + k] = lists[source + k]
        target += length
        source += length
    return target


@numba.njit(cache=True)
def quotient_graph(pointers, neighbours):
    """The arrays `q` and `lists` of a graph given by its adjacency lists, with room for the elements to come."""
    n = len(pointers) - 1
    entries = len(neighbours)
    lists = np.empty(entries + entries // 4 + n + 1, np.int32)
    lists[:entries] = neighbours
    q = np.zeros((n + 1, COLUMNS), np.int32)
    for column in (HEAD, AFTER, BEFORE, BUCKET, CHAIN, MEMBER):
        q[:, column] = -1
    for i in range(n):
        q[i, START] = pointers[i]
        q[i, LENGTH] = pointers[i + 1] - pointers[i]
        q[i, SIZE] = 1
        q[i, MARK] = 1
        q[i, LAST] = i
    for i in range(n):
        insert(q, i, q[i, LENGTH])
    return q, lists
