"""Products of a few voltage vectors with a crossbar, in both directions and in both at once.

A crossbar is held as rows, each contiguous in memory, `stride` numbers apart. *Gathering* through it is one dot product
a row; *combining* is one scaled addition a row, and costs nothing for rows at zero volts, where diodes hold about half
of a layer's units.
Work is cut into a fixed number of chunks of rows, whatever the number of threads, and partial sums are added in the
chunks' order: the same bits come out on every machine with the same instruction set.
"""

from __future__ import annotations

import numba
import numpy as np

from .lanes import TILE, add_rows

PARTS = 8
"""Chunks whose combinations are summed apart: few, for each writes and rereads its sums."""

BLOCK = 32
"""Rows between gathering and combining: few enough that they stay in the nearest caches."""

PARALLEL_SIZE = 1 << 17

LINE = 16
"""Numbers in a cache line."""

_FREEDOM = {"reassoc", "contract", "nsz"}
"""Sums may be regrouped and products fused; infinities (the bounds) and NaN (a diverged run) keep their meaning."""

serial = numba.njit(fastmath=_FREEDOM, cache=True, nogil=True)
parallel = numba.njit(fastmath=_FREEDOM, cache=True, nogil=True, parallel=True)


@serial
def bounds_of(part, n):
    """The rows of a chunk, signed: from an unsigned loop counter every kernel would be compiled once more."""
    number = np.int64(part)
    return number * n // PARTS, (number + 1) * n // PARTS


@serial
def add_parts(parts, out):
    """out += Σ parts, in their order; as loops, which compile in a fraction of the time of array expressions."""
    for part in range(parts.shape[0]):
        for b in range(out.shape[0]):
            for k in range(out.shape[1]):
                out[b, k] += parts[part, b, k]


@serial
def stride(columns):
    """How far apart to lay rows: an odd number of cache lines.

    The same columns of neighbouring rows then lie in different sets of the cache. A power of two would put them all
    into one, where eight rows drive each other out.
    """
    return ((columns + LINE - 1) // LINE | 1) * LINE


@serial
def matrix(lines, columns):
    """A matrix of zeros from a cache line's start: loads of a whole line that straddle two take twice as long."""
    raw = np.zeros(lines * columns + LINE, np.float32)
    skip = -(raw.ctypes.data // raw.itemsize) % LINE
    return raw[skip : skip + lines * columns].reshape((lines, columns))


@serial
def _gather_one(rows, vectors, out, j, b):
    row, vector = rows[j], vectors[b]
    total = np.float32(0.0)
    for k in range(vector.size):
        total += row[k] * vector[k]
    out[b, j] += total


@serial
def _gather_eight(rows, vectors, out, j, b):
    """Two rows, four vectors: eight sums in registers for six loads."""
    row, other = rows[j], rows[j + 1]
    v0, v1, v2, v3 = vectors[b], vectors[b + 1], vectors[b + 2], vectors[b + 3]
    s0, s1, s2, s3 = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    t0, t1, t2, t3 = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for k in range(v0.size):
        g, h = row[k], other[k]
        s0 += g * v0[k]
        s1 += g * v1[k]
        s2 += g * v2[k]
        s3 += g * v3[k]
        t0 += h * v0[k]
        t1 += h * v1[k]
        t2 += h * v2[k]
        t3 += h * v3[k]
    out[b, j] += s0
    out[b + 1, j] += s1
    out[b + 2, j] += s2
    out[b + 3, j] += s3
    out[b, j + 1] += t0
    out[b + 1, j + 1] += t1
    out[b + 2, j + 1] += t2
    out[b + 3, j + 1] += t3


@serial
def _gather_rows(rows, vectors, out, first, last):
    fours = vectors.shape[0] // 4 * 4
    even = first + (last - first) // 2 * 2
    for j in range(first, even, 2):
        for b in range(0, fours, 4):
            _gather_eight(rows, vectors, out, j, b)
        for b in range(fours, vectors.shape[0]):
            _gather_one(rows, vectors, out, j, b)
            _gather_one(rows, vectors, out, j + 1, b)
    for j in range(even, last):
        for b in range(vectors.shape[0]):
            _gather_one(rows, vectors, out, j, b)


@parallel
def _gather_parts(rows, vectors, out):
    n = rows.shape[0]
    for part in numba.prange(PARTS):
        first, last = bounds_of(part, n)
        _gather_rows(rows, vectors, out, first, last)


@serial
def gather(rows, vectors, out, alone):
    """out[b, j] += Σ_k rows[j, k]·vectors[b, k]; in this thread where `alone`."""
    if alone or rows.size < PARALLEL_SIZE:
        _gather_rows(rows, vectors, out, 0, rows.shape[0])
    else:
        _gather_parts(rows, vectors, out)


@serial
def room(lists, length):
    """Room for lists of rows: the rows' numbers, their weights, and how many each list has."""
    return np.empty((lists, length), np.int64), np.empty((lists, length), np.float32), np.zeros(lists, np.int64)


@serial
def list_rows(vectors, first, last, listed, weights, counts):
    """For each vector the rows among first ≤ j < last at which it is not zero."""
    for b in range(vectors.shape[0]):
        count = 0
        for j in range(first, last):
            if vectors[b, j] != 0.0:
                listed[b, count] = j
                weights[b, count] = vectors[b, j]
                count += 1
        counts[b] = count


@serial
def add_listed(rows, listed, weights, counts, begin, end, out, line):
    """out[line + b] += Σ weights[b, i]·rows[listed[b, i]] over the rows listed for each b, in columns begin to end."""
    whole = begin + (end - begin) // TILE * TILE
    for start in range(begin, whole, TILE):
        for b in range(counts.size):
            # The context that the type checker misses is numba's to give.
            add_rows(rows, listed, weights, b, counts[b], start, out, line + b)  # pyright: ignore[reportCallIssue]
    for b in range(counts.size):
        for i in range(counts[b]):
            row, weight = listed[b, i], weights[b, i]
            for k in range(whole, end):
                out[line + b, k] += weight * rows[row, k]


@serial
def _combine_rows(rows, vectors, out, first, last):
    listed, weights, counts = room(vectors.shape[0], BLOCK)
    for block in range(first, last, BLOCK):
        list_rows(vectors, block, min(block + BLOCK, last), listed, weights, counts)
        add_listed(rows, listed, weights, counts, 0, out.shape[1], out, 0)


@parallel
def _combine_parts(rows, vectors, partial):
    n = rows.shape[0]
    for part in numba.prange(PARTS):
        partial[part] = 0.0
        first, last = bounds_of(part, n)
        _combine_rows(rows, vectors, partial[part], first, last)


@serial
def combine(rows, vectors, out, alone):
    """out[b, k] += Σ_j vectors[b, j]·rows[j, k]; in this thread where `alone`."""
    if alone or rows.size < PARALLEL_SIZE:
        _combine_rows(rows, vectors, out, 0, rows.shape[0])
    else:
        partial = np.empty((PARTS, out.shape[0], out.shape[1]), np.float32)
        _combine_parts(rows, vectors, partial)
        add_parts(partial, out)


@serial
def cross(rows, onwards, vectors, out, alone):
    """Add the currents that `vectors` drive through a crossbar: from its rows to its columns where `onwards`."""
    if onwards:
        combine(rows, vectors, out, alone)
    else:
        gather(rows, vectors, out, alone)


@serial
def _settle_rows(rows, seen, numerator, total, low, high, out, onward, first, last):
    listed, weights, counts = room(seen.shape[0], BLOCK)
    for block in range(first, last, BLOCK):
        stop = min(block + BLOCK, last)
        _gather_rows(rows, seen, numerator, block, stop)
        for b in range(seen.shape[0]):
            pulled, sums, new = numerator[b, block:stop], total[block:stop], out[b, block:stop]
            floor, ceiling = low[b, block:stop], high[b, block:stop]
            for j in range(new.size):
                new[j] = min(max(pulled[j] / sums[j], floor[j]), ceiling[j])
        list_rows(out, block, stop, listed, weights, counts)
        add_listed(rows, listed, weights, counts, 0, onward.shape[1], onward, 0)


@parallel
def _settle_parts(rows, seen, numerator, total, low, high, out, partial):
    n = rows.shape[0]
    for part in numba.prange(PARTS):
        partial[part] = 0.0
        first, last = bounds_of(part, n)
        _settle_rows(rows, seen, numerator, total, low, high, out, partial[part], first, last)


@serial
def settle(rows, seen, numerator, total, low, high, out, onward, alone):
    """Through a crossbar and back while each of its weights passes by once.

    numerator[b, j] += Σ_k rows[j, k]·seen[b, k], then out[b, j] = clip(numerator[b, j]/total[j], low[b, j],
    high[b, j]), and at once onward[b, k] += Σ_j out[b, j]·rows[j, k].
    """
    if alone or rows.size < PARALLEL_SIZE:
        _settle_rows(rows, seen, numerator, total, low, high, out, onward, 0, rows.shape[0])
    else:
        partial = np.empty((PARTS, onward.shape[0], onward.shape[1]), np.float32)
        _settle_parts(rows, seen, numerator, total, low, high, out, partial)
        add_parts(partial, onward)
