"""The passes over memory that a deep resistive network cannot avoid, each written to touch a weight once.

A crossbar is held as rows that lie contiguously in memory. *Gathering* through it is one dot product a row; *combining*
is one scaled addition a row. Work is cut into a fixed number of chunks of rows, whatever the number of threads, and
partial sums are added in the chunks' order: the same bits come out on every machine with the same instruction set.
"""

from __future__ import annotations

import numba
import numpy as np

CHUNKS = 16
PARALLEL_SIZE = 1 << 17

_FREEDOM = {"reassoc", "contract", "nsz"}
"""Sums may be regrouped and products fused; infinities (the bounds) and NaN (a diverged run) keep their meaning."""

_serial = numba.njit(fastmath=_FREEDOM, cache=True, nogil=True)
_parallel = numba.njit(fastmath=_FREEDOM, cache=True, nogil=True, parallel=True)


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
def _combine_four(row0, row1, row2, row3, vectors, out, j):
    """Four rows at once, for two vectors at once: eight products for every load and store of a sum."""
    twos = vectors.shape[0] // 2 * 2
    for b in range(0, twos, 2):
        x0, x1, x2, x3 = vectors[b, j], vectors[b, j + 1], vectors[b, j + 2], vectors[b, j + 3]
        y0, y1, y2, y3 = vectors[b + 1, j], vectors[b + 1, j + 1], vectors[b + 1, j + 2], vectors[b + 1, j + 3]
        line, other = out[b], out[b + 1]
        for k in range(line.size):
            g0, g1, g2, g3 = row0[k], row1[k], row2[k], row3[k]
            line[k] += x0 * g0 + x1 * g1 + x2 * g2 + x3 * g3
            other[k] += y0 * g0 + y1 * g1 + y2 * g2 + y3 * g3
    if twos < vectors.shape[0]:
        x0, x1, x2, x3 = vectors[twos, j], vectors[twos, j + 1], vectors[twos, j + 2], vectors[twos, j + 3]
        line = out[twos]
        for k in range(line.size):
            line[k] += x0 * row0[k] + x1 * row1[k] + x2 * row2[k] + x3 * row3[k]


@_serial
def _combine_rows(rows, vectors, out, first, last):
    whole = first + (last - first) // 4 * 4
    for j in range(first, whole, 4):
        _combine_four(rows[j], rows[j + 1], rows[j + 2], rows[j + 3], vectors, out, j)
    for j in range(whole, last):
        row = rows[j]
        for b in range(vectors.shape[0]):
            x, line = vectors[b, j], out[b]
            for k in range(line.size):
                line[k] += x * row[k]


@_parallel
def _combine_chunks(rows, vectors, partial):
    for chunk in numba.prange(CHUNKS):
        partial[chunk] = 0.0
        _combine_rows(
            rows, vectors, partial[chunk], chunk * rows.shape[0] // CHUNKS, (chunk + 1) * rows.shape[0] // CHUNKS
        )


@_serial
def combine(rows, vectors, out):
    """out[b, k] += Σ_j vectors[b, j]·rows[j, k]."""
    if rows.size < PARALLEL_SIZE:
        _combine_rows(rows, vectors, out, 0, rows.shape[0])
    else:
        partial = np.empty((CHUNKS, out.shape[0], out.shape[1]), np.float32)
        _combine_chunks(rows, vectors, partial)
        for chunk in range(CHUNKS):
            out += partial[chunk]


@_serial
def _input_row(row, x, x_next, step_common, step_each, bounds, work, total, drive):
    """Update one input line's conductances, then add them to the sums and products of the next batch."""
    low, high = bounds
    work[:] = -step_common
    for b in range(x.size):
        if x[b] != 0.0:
            scale = x[b]
            step = step_each[b]
            for k in range(row.size):
                work[k] += scale * step[k]
    for k in range(row.size):
        g = min(max(row[k] + work[k], low), high)
        row[k] = g
        total[k] += g
    for b in range(x_next.size):
        if x_next[b] != 0.0:
            scale = x_next[b]
            line = drive[b]
            for k in range(row.size):
                line[k] += scale * row[k]


@_serial
def _input_rows(rows, pixels, now, following, scale, step_common, step_each, bounds, total, drive, first, last):
    m = pixels.shape[1]
    work = np.empty(rows.shape[1], np.float32)
    x = np.empty(now.size, np.float32)
    x_next = np.empty(now.size, np.float32)
    for j in range(first, last):
        line = j if j < m else j - m
        signed = scale if j < m else -scale
        for b in range(now.size):
            x[b] = signed * np.float32(pixels[now[b], line])
            x_next[b] = signed * np.float32(pixels[following[b], line])
        _input_row(rows[j], x, x_next, step_common, step_each, bounds, work, total, drive)


@_parallel
def _input_chunks(rows, pixels, now, following, scale, step_common, step_each, bounds, totals, drives):
    n = rows.shape[0]
    for chunk in numba.prange(CHUNKS):
        totals[chunk] = 0.0
        drives[chunk] = 0.0
        _input_rows(
            rows,
            pixels,
            now,
            following,
            scale,
            step_common,
            step_each,
            bounds,
            totals[chunk],
            drives[chunk],
            chunk * n // CHUNKS,
            (chunk + 1) * n // CHUNKS,
        )


@_serial
def input_pass(rows, pixels, now, following, scale, step_common, step_each, bounds, total, drive):
    """One reading and writing of the input crossbar: apply this batch's update, and prepare the next batch.

    rows[j, k] ← clip(rows[j, k] − step_common[k] + Σ_b x[b, j]·step_each[b, k], bounds), then
    total[k] = Σ_j rows[j, k] and drive[b, k] = Σ_j x'[b, j]·rows[j, k], where x[b, j] = ±scale·pixels[now[b], j] are
    this batch's input voltages, x' the following one's, and lines past the pixels carry the mirrored voltage.
    """
    if rows.size < PARALLEL_SIZE:
        total[:] = 0.0
        drive[:] = 0.0
        _input_rows(rows, pixels, now, following, scale, step_common, step_each, bounds, total, drive, 0, rows.shape[0])
        return
    totals = np.empty((CHUNKS, total.size), np.float32)
    drives = np.empty((CHUNKS, drive.shape[0], drive.shape[1]), np.float32)
    _input_chunks(rows, pixels, now, following, scale, step_common, step_each, bounds, totals, drives)
    total[:] = totals[0]
    drive[:] = drives[0]
    for chunk in range(1, CHUNKS):
        total += totals[chunk]
        drive += drives[chunk]


@_serial
def _crossbar_rows(rows, left, right, row_step, column_step, bounds, row_sum, column_sum, first, last):
    low, high = bounds
    work = np.empty(rows.shape[1], np.float32)
    for j in range(first, last):
        row = rows[j]
        for k in range(row.size):
            work[k] = row[k] - row_step[j] - column_step[k]
        for b in range(left.shape[0]):
            scale = left[b, j]
            if scale != 0.0:
                line = right[b]
                for k in range(row.size):
                    work[k] += scale * line[k]
        total = np.float32(0.0)
        for k in range(row.size):
            g = min(max(work[k], low), high)
            row[k] = g
            column_sum[k] += g
            total += g
        row_sum[j] = total


@_parallel
def _crossbar_chunks(rows, left, right, row_step, column_step, bounds, row_sum, column_sums):
    n = rows.shape[0]
    for chunk in numba.prange(CHUNKS):
        column_sums[chunk] = 0.0
        _crossbar_rows(
            rows,
            left,
            right,
            row_step,
            column_step,
            bounds,
            row_sum,
            column_sums[chunk],
            chunk * n // CHUNKS,
            (chunk + 1) * n // CHUNKS,
        )


@_serial
def crossbar_pass(rows, left, right, row_step, column_step, bounds, row_sum, column_sum):
    """One reading and writing of a crossbar between two free layers, and its new conductance sums.

    rows[j, k] ← clip(rows[j, k] − row_step[j] − column_step[k] + Σ_b left[b, j]·right[b, k], bounds), then
    row_sum[j] = Σ_k rows[j, k] and column_sum[k] = Σ_j rows[j, k].
    """
    column_sum[:] = 0.0
    if rows.size < PARALLEL_SIZE:
        _crossbar_rows(rows, left, right, row_step, column_step, bounds, row_sum, column_sum, 0, rows.shape[0])
        return
    column_sums = np.empty((CHUNKS, column_sum.size), np.float32)
    _crossbar_chunks(rows, left, right, row_step, column_step, bounds, row_sum, column_sums)
    for chunk in range(CHUNKS):
        column_sum += column_sums[chunk]
