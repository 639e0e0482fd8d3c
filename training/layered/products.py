"""Products of a few voltage vectors with a crossbar, in both directions.

A crossbar is held as rows that lie contiguously in memory. *Gathering* through it is one dot product a row; *combining*
is one scaled addition a row, and costs nothing for rows at zero volts. Diodes hold about half of a layer's units there,
so crossbars between hidden layers are held in both layouts, and both their directions combine.
"""

from __future__ import annotations

import numba
import numpy as np

from .kernels import CHUNKS, PARALLEL_SIZE, _parallel, _serial

PARTS = 8
"""Chunks of rows whose combinations are summed apart: fewer than `CHUNKS`, for each writes and rereads its sums."""


@_serial
def _gather_rows(rows, vectors, out, first, last):
    fours = vectors.shape[0] // 4 * 4
    for j in range(first, last):
        row = rows[j]
        # Four vectors at once: a conductance is loaded into a register once for all of them.
        for b in range(0, fours, 4):
            v0, v1, v2, v3 = vectors[b], vectors[b + 1], vectors[b + 2], vectors[b + 3]
            t0, t1, t2, t3 = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for k in range(row.size):
                g = row[k]
                t0 += g * v0[k]
                t1 += g * v1[k]
                t2 += g * v2[k]
                t3 += g * v3[k]
            out[b, j] += t0
            out[b + 1, j] += t1
            out[b + 2, j] += t2
            out[b + 3, j] += t3
        for b in range(fours, vectors.shape[0]):
            vector = vectors[b]
            total = np.float32(0.0)
            for k in range(row.size):
                total += row[k] * vector[k]
            out[b, j] += total


@_parallel
def _gather_chunks(rows, vectors, out):
    for chunk in numba.prange(CHUNKS):
        _gather_rows(rows, vectors, out, chunk * rows.shape[0] // CHUNKS, (chunk + 1) * rows.shape[0] // CHUNKS)


@_serial
def gather(rows, vectors, out):
    """out[b, j] += Σ_k rows[j, k]·vectors[b, k]."""
    if rows.size < PARALLEL_SIZE:
        _gather_rows(rows, vectors, out, 0, rows.shape[0])
    else:
        _gather_chunks(rows, vectors, out)


@_serial
def _add_four(row0, row1, row2, row3, x0, x1, x2, x3, y0, y1, y2, y3, line, other):
    """Four rows for two vectors at once: eight products for six loads and two stores."""
    for k in range(line.size):
        g0, g1, g2, g3 = row0[k], row1[k], row2[k], row3[k]
        line[k] += x0 * g0 + x1 * g1 + x2 * g2 + x3 * g3
        other[k] += y0 * g0 + y1 * g1 + y2 * g2 + y3 * g3


@_serial
def _combine_pair(rows, x, y, line, other, first, last, live):
    """Two vectors through the rows at which one of them is not zero; `live` has room for the rows' numbers."""
    count = 0
    for j in range(first, last):
        live[count] = j
        count += (x[j] != 0.0) | (y[j] != 0.0)
    whole = count // 4 * 4
    for i in range(0, whole, 4):
        a, b, c, d = live[i], live[i + 1], live[i + 2], live[i + 3]
        _add_four(
            rows[a], rows[b], rows[c], rows[d], x[a], x[b], x[c], x[d], y[a], y[b], y[c], y[d], line, other
        )  # fmt: skip
    for i in range(whole, count):
        row, left, right = rows[live[i]], x[live[i]], y[live[i]]
        for k in range(line.size):
            line[k] += left * row[k]
            other[k] += right * row[k]


@_serial
def _combine_rows(rows, vectors, out, first, last):
    """Vectors in pairs half a batch apart: of two nudgings of one sample, zero at the same units nearly everywhere."""
    half = vectors.shape[0] // 2
    live = np.empty(last - first + 1, np.int64)
    for b in range(half):
        _combine_pair(rows, vectors[b], vectors[b + half], out[b], out[b + half], first, last, live)
    if 2 * half < vectors.shape[0]:
        nothing, nowhere = np.zeros(rows.shape[0], np.float32), np.zeros(rows.shape[1], np.float32)
        _combine_pair(rows, vectors[2 * half], nothing, out[2 * half], nowhere, first, last, live)


@_parallel
def _combine_parts(rows, vectors, partial):
    n = rows.shape[0]
    for part in numba.prange(PARTS):
        partial[part] = 0.0
        _combine_rows(rows, vectors, partial[part], part * n // PARTS, (part + 1) * n // PARTS)


@_serial
def combine(rows, vectors, out):
    """out[b, k] += Σ_j vectors[b, j]·rows[j, k]."""
    if rows.size < PARALLEL_SIZE:
        _combine_rows(rows, vectors, out, 0, rows.shape[0])
    else:
        partial = np.empty((PARTS, out.shape[0], out.shape[1]), np.float32)
        _combine_parts(rows, vectors, partial)
        for part in range(PARTS):
            out += partial[part]


@_serial
def cross(rows, mirror, onwards, vectors, out):
    """Add the currents that `vectors` drive through a crossbar: from its rows to its columns where `onwards`.

    `mirror` is the crossbar's other layout, or empty where there is one layout alone.
    """
    if onwards:
        combine(rows, vectors, out)
    elif mirror.size > 0:
        combine(mirror, vectors, out)
    else:
        gather(rows, vectors, out)
