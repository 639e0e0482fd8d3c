"""Elimination order of a sparse symmetric matrix: approximate minimum degree on the quotient graph.

Gaussian elimination of a graph joins the neighbours of what it eliminates into a clique. The quotient graph keeps each
clique as one *element* (the list of its nodes) instead of its edges, so elimination runs in the memory of the input.
Nodes with equal neighbourhoods are eliminated together, and the degree is the cheap upper bound of the source.

Source: P. Amestoy, T. Davis, I. Duff, "An approximate minimum degree ordering algorithm", SIAM J. Matrix Analysis and
Applications 17 (1996), doi:10.1137/S0895479894278952. Complexity: about the number of edges times a small factor.
"""

import numba
import numpy as np

from .quotient_graph import (
    BUCKET,
    CHAIN,
    DEGREE,
    ELEMENTS,
    HEAD,
    IS_ELEMENT,
    KEY,
    LENGTH,
    MARK,
    MEMBER,
    SIZE,
    START,
    adopt,
    compress,
    insert,
    kill,
    quotient_graph,
    remove,
)

LARGEST_MARK = 2**30


@numba.njit(cache=True)
def _gather(q, lists, p, count, end):
    """Append the living nodes of one list to the pivot's clique; return its new end and the weight added."""
    weight = 0
    for k in range(p, p + count):
        i = lists[k]
        size = q[i, SIZE]
        if size > 0:
            q[i, SIZE] = -size
            weight += size
            lists[end] = i
            end += 1
            remove(q, i)
    return end, weight


@numba.njit(cache=True)
def _form_element(q, lists, pivot, end):
    """Turn `pivot` into the element of its neighbours, absorbing its old elements; return first, last, weight, end."""
    p, elements, length = np.int64(q[pivot, START]), q[pivot, ELEMENTS], np.int64(q[pivot, LENGTH])
    if elements == 0:
        last, weight = _gather(q, lists, p, length, p)
        first = p
    else:
        needed = length
        for k in range(p, p + elements):
            needed += q[lists[k], LENGTH]
        if end + needed > len(lists):
            end = compress(q, lists, end)
            p = np.int64(q[pivot, START])
        first, last, weight = end, end, 0
        for k in range(p, p + elements):
            e = lists[k]
            last, more = _gather(q, lists, np.int64(q[e, START]), np.int64(q[e, LENGTH]), last)
            weight += more
            kill(q, e)
        last, more = _gather(q, lists, p + elements, length - elements, last)
        weight += more
        end = last
    q[pivot, START] = first
    q[pivot, LENGTH] = last - first
    q[pivot, ELEMENTS] = IS_ELEMENT
    q[pivot, DEGREE] = weight
    return first, last, weight, end


@numba.njit(cache=True)
def _weigh_outside(q, lists, first, last, flag):
    """For every element e that touches the clique, set its mark to flag + the weight of e outside the clique."""
    for k in range(first, last):
        i = lists[k]
        size = -q[i, SIZE]
        start = q[i, START]
        for p in range(start, start + q[i, ELEMENTS]):
            e = lists[p]
            mark = q[e, MARK]
            if mark >= flag:
                q[e, MARK] = mark - size
            elif mark != 0:
                q[e, MARK] = q[e, DEGREE] + flag - size


@numba.njit(cache=True)
def _update(q, lists, i, pivot, flag):
    """Rewrite the list of clique node `i`, bound its outside degree, hash it; True if only the clique is left."""
    begin = q[i, START]
    middle, stop, out = begin + q[i, ELEMENTS], begin + q[i, LENGTH], begin
    degree, key = 0, 0
    for p in range(begin, middle):
        e = lists[p]
        mark = q[e, MARK]
        if mark > flag:
            degree += mark - flag
            key += e
            lists[out] = e
            out += 1
        elif mark != 0:
            kill(q, e)
    nodes = out
    for p in range(middle, stop):
        j = lists[p]
        size = q[j, SIZE]
        if size > 0:
            degree += size
            key += j
            lists[out] = j
            out += 1
    if out == begin:
        return True
    q[i, ELEMENTS] = nodes - begin + 1
    q[i, DEGREE] = min(q[i, DEGREE], degree)
    lists[out] = lists[nodes]
    lists[nodes] = lists[begin]
    lists[begin] = pivot
    q[i, LENGTH] = out - begin + 1
    q[i, KEY] = key % len(q)
    return False


@numba.njit(cache=True)
def _same(q, lists, i, j, flag):
    """Whether node `j` has the list of node `i`, whose entries are marked with `flag`."""
    if q[j, LENGTH] != q[i, LENGTH] or q[j, ELEMENTS] != q[i, ELEMENTS]:
        return False
    begin = q[j, START]
    end = begin + q[j, LENGTH]
    p = begin + 1
    while p < end and q[lists[p], MARK] == flag:
        p += 1
    return p == end


@numba.njit(cache=True)
def _merge_bucket(q, lists, i, flag):
    """Merge the indistinguishable nodes of the bucket that starts with `i`; return the next free flag."""
    while i >= 0 and q[i, CHAIN] >= 0:
        begin = q[i, START]
        for p in range(begin + 1, begin + q[i, LENGTH]):
            q[lists[p], MARK] = flag
        previous, j = i, q[i, CHAIN]
        while j >= 0:
            if _same(q, lists, i, j, flag):
                q[i, SIZE] += q[j, SIZE]
                adopt(q, i, j)
                j = q[j, CHAIN]
                q[previous, CHAIN] = j
            else:
                previous, j = j, q[j, CHAIN]
        flag += 1
        i = q[i, CHAIN]
    return flag


@numba.njit(cache=True)
def _clean(q, lists, pivot, first, last, flag):
    """Update the clique's nodes, adopt those without another neighbour, hash the rest; return the weight adopted."""
    adopted = 0
    for k in range(first, last):
        i = lists[k]
        if _update(q, lists, i, pivot, flag):
            adopted -= q[i, SIZE]
            adopt(q, pivot, i)
        else:
            key = q[i, KEY]
            q[i, CHAIN] = q[key, BUCKET]
            q[key, BUCKET] = i
    return adopted


@numba.njit(cache=True)
def _merge(q, lists, first, last, flag):
    """Merge all indistinguishable nodes of the clique and empty the hash table; return the next free flag."""
    for k in range(first, last):
        i = lists[k]
        if q[i, SIZE] < 0:
            start = q[q[i, KEY], BUCKET]
            if start >= 0:
                q[q[i, KEY], BUCKET] = -1
                flag = _merge_bucket(q, lists, start, flag)
    return flag


@numba.njit(cache=True)
def _restore(q, lists, pivot, first, last, weight, left, lowest):
    """Put the clique's nodes back into the lists by degree; return the lowest degree and the clique's end."""
    out = first
    for k in range(first, last):
        i = lists[k]
        size = -q[i, SIZE]
        if size <= 0:
            continue
        q[i, SIZE] = size
        degree = min(q[i, DEGREE] + weight - size, left - size)
        insert(q, i, degree)
        lowest = min(lowest, degree)
        lists[out] = i
        out += 1
    q[pivot, LENGTH] = out - first
    q[pivot, DEGREE] = weight
    q[pivot, MARK] = 1
    if out == first:
        kill(q, pivot)
    return lowest, out


@numba.njit(cache=True)
def _eliminate(q, lists, end, order):
    """Eliminate all nodes, writing them to `order`."""
    n = len(q) - 1
    done, lowest, flag, heaviest = 0, 0, np.int64(2), 0
    while done < n:
        while q[lowest, HEAD] < 0:
            lowest += 1
        pivot = q[lowest, HEAD]
        remove(q, pivot)
        q[pivot, SIZE] = 0
        in_place = q[pivot, ELEMENTS] == 0
        first, last, weight, end = _form_element(q, lists, pivot, end)
        heaviest = max(heaviest, weight)
        if flag > LARGEST_MARK:
            flag = np.int64(2)
            for i in range(n):
                q[i, MARK] = min(q[i, MARK], 1)
        _weigh_outside(q, lists, first, last, flag)
        weight -= _clean(q, lists, pivot, first, last, flag)
        flag = _merge(q, lists, first, last, flag + heaviest + 1)
        i = pivot
        while i >= 0:
            order[done] = i
            done += 1
            i = q[i, MEMBER]
        lowest, out = _restore(q, lists, pivot, first, last, weight, n - done, lowest)
        if not in_place:
            end = out


@numba.njit(cache=True)
def minimum_degree(pointers, neighbours):
    """Return an elimination order of low fill.

    Parameters: `pointers` (n + 1) and `neighbours`: the adjacency lists of a symmetric graph, without loops or
    repeated entries. Returns `order` (n): the nodes in the order of elimination.
    """
    q, lists = quotient_graph(pointers, neighbours)
    order = np.empty(len(pointers) - 1, np.int32)
    _eliminate(q, lists, len(neighbours), order)
    return order
