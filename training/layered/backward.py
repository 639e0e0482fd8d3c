"""A whole epoch of backpropagation through the sweeps of a deep resistive network in one compiled loop.

The free state v⁰ is held fixed, K more sweeps lead from it to vᴷ, and ½‖oᴷ − y‖² is differentiated through them
(Scellier 2024, Section 4). A unit's update v = (Σ g·v' + i)/Σ g hands its error e on as δ = e/Σ g, or nothing where a
diode clips it: dL/di = δ, dL/dg = δ·(v' − v), and each neighbour's error grows by g·δ. So a crossbar's gradient is one
outer product a sample and update plus one term a line, and is applied while the weights pass by once.
"""

from __future__ import annotations

import numpy as np

from .kernels import _serial, crossbar_pass, input_pass
from .products import cross
from .propagation import _measure, _refresh
from .relaxation import relax


@_serial
def _slopes(voltage, error, total, low, high, out):
    """out = δ = e/Σ g where no diode clips, and the error is spent."""
    for b in range(voltage.shape[0]):
        for k in range(voltage.shape[1]):
            inside = low[k] < voltage[b, k] < high[k]
            out[b, k] = error[b, k] / total[k] if inside else np.float32(0.0)
            error[b, k] = 0.0


@_serial
def _reverse(rows, mirrors, turned, sums, lows, highs, target, paths, slopes, errors, sweeps):
    """Fill slopes[l] (sweeps·batch, units) with the δ of every update, from the last to the first."""
    size, last = target.shape[0], len(errors) - 1
    for layer in range(last + 1):
        errors[layer][:] = 0.0
    final = paths[last][sweeps * size :]
    for b in range(size):
        for k in range(target.shape[1]):
            errors[last][b, k] = (final[b, k] - target[b, k]) / np.float32(size)
    for sweep in range(sweeps - 1, -1, -1):
        for colour in (1, 0):
            for layer in range(colour, last + 1, 2):
                voltage = paths[layer][(sweep + 1) * size : (sweep + 2) * size]
                slope = slopes[layer][sweep * size : (sweep + 1) * size]
                _slopes(voltage, errors[layer], sums[layer], lows[layer], highs[layer], slope)
                if sweep == 0 and colour == 0:
                    continue
                if layer > 0:
                    cross(rows[layer], mirrors[layer], turned[layer], slope, errors[layer - 1])
                if layer < last:
                    cross(rows[layer + 1], mirrors[layer + 1], not turned[layer + 1], slope, errors[layer + 1])


@_serial
def _spent(path, slope, scale, out):
    """out[k] = scale·Σ δ·v over sweeps and samples, v the voltage an update set."""
    size = path.shape[0] - slope.shape[0]
    out[:] = 0.0
    for b in range(slope.shape[0]):
        for k in range(slope.shape[1]):
            out[k] += scale * slope[b, k] * path[b + size, k]


@_serial
def _step_crossbars(rows, mirrors, turned, paths, slopes, rates, bounds, row_sums, column_sums):
    for layer in range(1, len(rows)):
        terms, rate = slopes[layer].shape[0], rates[layer]
        size = paths[layer].shape[0] - terms
        # Even layers move first in a sweep: they see the odd ones of the sweep before, the odd ones see them moved.
        seen_before, seen_after = (size, 0) if layer % 2 == 1 else (0, size)
        before = np.empty((2 * terms, paths[layer - 1].shape[1]), np.float32)
        after = np.empty((2 * terms, paths[layer].shape[1]), np.float32)
        before[:terms] = paths[layer - 1][seen_before : seen_before + terms]
        before[terms:] = slopes[layer - 1]
        after[:terms] = -rate * slopes[layer]
        after[terms:] = -rate * paths[layer][seen_after : seen_after + terms]
        step_before = np.empty(before.shape[1], np.float32)
        step_after = np.empty(after.shape[1], np.float32)
        _spent(paths[layer - 1], slopes[layer - 1], -rate, step_before)
        _spent(paths[layer], slopes[layer], -rate, step_after)
        left, right, row_step, column_step = before, after, step_before, step_after
        if turned[layer]:
            left, right, row_step, column_step = after, before, step_after, step_before
        row_sum, column_sum, limits = row_sums[layer], column_sums[layer], bounds[layer]
        crossbar_pass(rows[layer], left, right, row_step, column_step, limits, row_sum, column_sum)
        if mirrors[layer].size > 0:
            again, unused = np.empty_like(column_sum), np.empty_like(row_sum)
            crossbar_pass(mirrors[layer], right, left, column_step, row_step, limits, again, unused)


@_serial
def _step_bias(bias, slope, rate, bounds):
    low, high = bounds
    for k in range(bias.size):
        total = np.float32(0.0)
        for b in range(slope.shape[0]):
            total += slope[b, k]
        bias[k] = min(max(bias[k] - rate * total, low), high)


@_serial
def _step_input(path, slope, rate, common, each):
    """What `input_pass` is to subtract from every line, and to add a volt of each sample's input."""
    size = each.shape[0]
    _spent(path, slope, -rate, common)
    each[:] = 0.0
    for term in range(slope.shape[0]):
        line = each[term % size]
        for k in range(line.size):
            line[k] -= rate * slope[term, k]


@_serial
def backpropagate(
    rows, mirrors, turned, biases, free, works, sums, row_sums, column_sums, lows, highs,
    pixels, targets, order, scale, sweeps, more, rates, bias_rates, bounds, bias_bounds, carry,
    states, paths, slopes,
):  # fmt: skip
    """Train over the batches order[step] in place; returns the summed free-phase cost and the count of wrong classes.

    As `propagate`, but for states[l] (batch, units), room for the sweeps after the free phase; paths[l]
    ((more + 1)·batch, units), the voltages before and after each of them; and slopes[l] (more·batch, units).
    """
    steps, size = order.shape
    beta = np.zeros(size, np.float32)
    target = np.empty((size, targets.shape[1]), np.float32)
    drive = np.empty((size, biases[0].size), np.float32)
    input_sum = np.empty(biases[0].size, np.float32)
    common = np.zeros(biases[0].size, np.float32)
    each = np.zeros((size, biases[0].size), np.float32)
    input_pass(rows[0], pixels, order[0], order[0], scale, common, each, bounds[0], input_sum, drive)
    _step_crossbars(rows, mirrors, turned, paths, slopes, np.zeros_like(rates), bounds, row_sums, column_sums)
    _refresh(rows, turned, sums, row_sums, column_sums, input_sum)
    loss, wrong = 0.0, 0
    for step in range(steps):
        for b in range(size):
            target[b] = targets[order[step, b]]
        if not carry:
            for layer in range(len(free)):
                free[layer][:] = 0.0
        relax(rows, mirrors, turned, drive, sums, biases, lows, highs, beta, target, free, works, sweeps)
        cost, mistakes = _measure(free[len(free) - 1], target)
        loss, wrong = loss + cost, wrong + mistakes
        for layer in range(len(free)):
            states[layer][:] = free[layer]
            paths[layer][:size] = free[layer]
        for sweep in range(1, more + 1):
            relax(rows, mirrors, turned, drive, sums, biases, lows, highs, beta, target, states, works, 1)
            for layer in range(len(free)):
                paths[layer][sweep * size : (sweep + 1) * size] = states[layer]
        _reverse(rows, mirrors, turned, sums, lows, highs, target, paths, slopes, works, more)
        _step_input(paths[0], slopes[0], rates[0], common, each)
        following = order[min(step + 1, steps - 1)]
        input_pass(rows[0], pixels, order[step], following, scale, common, each, bounds[0], input_sum, drive)
        _step_crossbars(rows, mirrors, turned, paths, slopes, rates, bounds, row_sums, column_sums)
        for layer in range(len(biases)):
            _step_bias(biases[layer], slopes[layer], bias_rates[layer], bias_bounds[layer])
        _refresh(rows, turned, sums, row_sums, column_sums, input_sum)
    return loss, wrong
