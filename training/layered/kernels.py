"""The passes that update a deep resistive network's crossbars, each written to touch a weight once.

A crossbar is held as rows that lie contiguously in memory. Work is cut into a fixed number of chunks of rows, whatever
the number of threads, and partial sums are added in the chunks' order: the same bits come out on every machine with the
same instruction set.
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
def _add_products(left, right, j, work):
    """work[k] += Σ_b left[b, j]·right[b, k], four terms a reading."""
    fours = left.shape[0] // 4 * 4
    for b in range(0, fours, 4):
        x0, x1, x2, x3 = left[b, j], left[b + 1, j], left[b + 2, j], left[b + 3, j]
        if x0 != 0.0 or x1 != 0.0 or x2 != 0.0 or x3 != 0.0:
            r0, r1, r2, r3 = right[b], right[b + 1], right[b + 2], right[b + 3]
            for k in range(work.size):
                work[k] += x0 * r0[k] + x1 * r1[k] + x2 * r2[k] + x3 * r3[k]
    for b in range(fours, left.shape[0]):
        x, line = left[b, j], right[b]
        for k in range(work.size):
            work[k] += x * line[k]


@_serial
def _crossbar_rows(rows, left, right, row_step, column_step, bounds, row_sum, column_sum, first, last):
    low, high = bounds
    work = np.empty(rows.shape[1], np.float32)
    for j in range(first, last):
        row = rows[j]
        for k in range(row.size):
            work[k] = row[k] - (row_step[j] + column_step[k])
        _add_products(left, right, j, work)
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
        sums = column_sums[chunk]
        sums[:] = 0.0
        first, last = chunk * n // CHUNKS, (chunk + 1) * n // CHUNKS
        _crossbar_rows(rows, left, right, row_step, column_step, bounds, row_sum, sums, first, last)


@_serial
def crossbar_pass(rows, left, right, row_step, column_step, bounds, row_sum, column_sum):
    """One reading and writing of a crossbar between two free layers, and its new conductance sums.

    rows[j, k] ← clip(rows[j, k] − row_step[j] − column_step[k] + Σ_b left[b, j]·right[b, k], bounds), then
    row_sum[j] = Σ_k rows[j, k] and column_sum[k] = Σ_j rows[j, k]. Steps and products come in an order in which
    rows and columns are alike: the transposed crossbar, passed with all pairs exchanged, stays the transpose.
    """
    column_sum[:] = 0.0
    if rows.size < PARALLEL_SIZE:
        n = rows.shape[0]
        _crossbar_rows(rows, left, right, row_step, column_step, bounds, row_sum, column_sum, 0, n)
        return
    column_sums = np.empty((CHUNKS, column_sum.size), np.float32)
    _crossbar_chunks(rows, left, right, row_step, column_step, bounds, row_sum, column_sums)
    for chunk in range(CHUNKS):
        column_sum += column_sums[chunk]
