"""The passes that update a deep resistive network's crossbars, each written to touch a weight once.

Work is cut into a fixed number of chunks of rows, whatever the number of threads, and partial sums are added in the
chunks' order; see `products`.
"""

from __future__ import annotations

import numba
import numpy as np

from .products import BLOCK, PARALLEL_SIZE, PARTS, add_listed, add_parts, bounds_of, parallel, room, serial

PANEL = 1024
"""Columns updated at a time: a block of rows so wide stays in a core's own cache until it is done."""


@serial
def _clip_rows(rows, row_step, column_step, bounds, row_sum, column_sum, first, last, begin, end):
    low, high = bounds
    # Indices that count from zero: the compiler makes vectors of no loop whose indices might be negative.
    steps, sums = column_step[begin:end], column_sum[begin:end]
    for j in range(first, last):
        row, common, total = rows[j, begin:end], row_step[j], np.float32(0.0)
        for k in range(row.size):
            g = min(max(row[k] - (common + steps[k]), low), high)
            row[k] = g
            sums[k] += g
            total += g
        row_sum[j] += total


@serial
def _list_terms(left, first, last, listed, weights, counts):
    """For each row first ≤ j < last the terms i with left[i, j] ≠ 0."""
    for j in range(first, last):
        count = 0
        for i in range(left.shape[0]):
            if left[i, j] != 0.0:
                listed[j - first, count] = i
                weights[j - first, count] = left[i, j]
                count += 1
        counts[j - first] = count


@serial
def _crossbar_rows(rows, left, right, row_step, column_step, bounds, row_sum, column_sum, first, last):
    listed, weights, counts = room(BLOCK, left.shape[0])
    columns = column_sum.size
    for block in range(first, last, BLOCK):
        stop = min(block + BLOCK, last)
        _list_terms(left, block, stop, listed, weights, counts)
        row_sum[block:stop] = 0.0
        for begin in range(0, columns, PANEL):
            end = min(begin + PANEL, columns)
            add_listed(right, listed, weights, counts[: stop - block], begin, end, rows, block)
            _clip_rows(rows, row_step, column_step, bounds, row_sum, column_sum, block, stop, begin, end)


@parallel
def _crossbar_parts(rows, left, right, row_step, column_step, bounds, row_sum, column_sums):
    n = rows.shape[0]
    for part in numba.prange(PARTS):
        sums = column_sums[part, 0]
        sums[:] = 0.0
        first, last = bounds_of(part, n)
        _crossbar_rows(rows, left, right, row_step, column_step, bounds, row_sum, sums, first, last)


@serial
def crossbar_pass(rows, left, right, row_step, column_step, bounds, row_sum, column_sum):
    """One reading and writing of a crossbar between two free layers, and its new conductance sums.

    rows[j, k] ← clip(rows[j, k] + Σ_i left[i, j]·right[i, k] − row_step[j] − column_step[k], bounds), then
    row_sum[j] = Σ_k rows[j, k] and column_sum[k] = Σ_j rows[j, k]. Terms with left[i, j] = 0 cost nothing.
    """
    column_sum[:] = 0.0
    if rows.size < PARALLEL_SIZE:
        n = rows.shape[0]
        _crossbar_rows(rows, left, right, row_step, column_step, bounds, row_sum, column_sum, 0, n)
        return
    column_sums = np.empty((PARTS, 1, column_sum.size), np.float32)
    _crossbar_parts(rows, left, right, row_step, column_step, bounds, row_sum, column_sums)
    add_parts(column_sums, column_sum.reshape((1, column_sum.size)))


@serial
def _list_samples(pixels, samples, scale, first, last, listed, weights, counts):
    """For each input line first ≤ j < last the samples that put a voltage on it; later lines mirror the pixels."""
    m = pixels.shape[1]
    for j in range(first, last):
        line, signed = (j, scale) if j < m else (j - m, -scale)
        count = 0
        for b in range(samples.size):
            if pixels[samples[b], line] != 0:
                listed[j - first, count] = b
                weights[j - first, count] = signed * np.float32(pixels[samples[b], line])
                count += 1
        counts[j - first] = count


@serial
def _list_lines(pixels, samples, scale, first, last, listed, weights, counts):
    """For each sample the input lines first ≤ j < last that it puts a voltage on."""
    m = pixels.shape[1]
    for b in range(samples.size):
        count = 0
        for j in range(first, last):
            line, signed = (j, scale) if j < m else (j - m, -scale)
            if pixels[samples[b], line] != 0:
                listed[b, count] = j
                weights[b, count] = signed * np.float32(pixels[samples[b], line])
                count += 1
        counts[b] = count


@serial
def _input_rows(rows, pixels, now, following, scale, step_common, step_each, bounds, total, drive, first, last):
    listed, weights, counts = room(BLOCK, now.size)
    lines, volts, filled = room(now.size, BLOCK)
    still, unused = np.zeros(rows.shape[0], np.float32), np.zeros(rows.shape[0], np.float32)
    for block in range(first, last, BLOCK):
        stop = min(block + BLOCK, last)
        _list_samples(pixels, now, scale, block, stop, listed, weights, counts)
        _list_lines(pixels, following, scale, block, stop, lines, volts, filled)
        for begin in range(0, total.size, PANEL):
            end = min(begin + PANEL, total.size)
            add_listed(step_each, listed, weights, counts[: stop - block], begin, end, rows, block)
            _clip_rows(rows, still, step_common, bounds, unused, total, block, stop, begin, end)
            add_listed(rows, lines, volts, filled, begin, end, drive, 0)


@parallel
def _input_parts(rows, pixels, now, following, scale, step_common, step_each, bounds, totals, drives):
    n = rows.shape[0]
    for part in numba.prange(PARTS):
        total, drive = totals[part, 0], drives[part]
        first, last = bounds_of(part, n)
        total[:] = 0.0
        drive[:] = 0.0
        _input_rows(rows, pixels, now, following, scale, step_common, step_each, bounds, total, drive, first, last)


@serial
def input_pass(rows, pixels, now, following, scale, step_common, step_each, bounds, total, drive):
    """One reading and writing of the input crossbar: apply this batch's update, and prepare the next batch.

    rows[j, k] ← clip(rows[j, k] − step_common[k] + Σ_b x[b, j]·step_each[b, k], bounds), then
    total[k] = Σ_j rows[j, k] and drive[b, k] = Σ_j x'[b, j]·rows[j, k], where x[b, j] = ±scale·pixels[now[b], j] are
    this batch's input voltages, x' the following one's, and lines past the pixels carry the mirrored voltage.
    """
    total[:] = 0.0
    drive[:] = 0.0
    if rows.size < PARALLEL_SIZE:
        _input_rows(rows, pixels, now, following, scale, step_common, step_each, bounds, total, drive, 0, rows.shape[0])
        return
    totals = np.empty((PARTS, 1, total.size), np.float32)
    drives = np.empty((PARTS, drive.shape[0], drive.shape[1]), np.float32)
    _input_parts(rows, pixels, now, following, scale, step_common, step_each, bounds, totals, drives)
    add_parts(totals, total.reshape((1, total.size)))
    add_parts(drives, drive)
