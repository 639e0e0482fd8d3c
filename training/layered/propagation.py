"""A whole epoch of equilibrium propagation on a deep resistive network in one compiled loop.

Equilibrium propagation (Scellier and Bengio 2017; Kendall et al. 2020, Theorem 1): with the steady states p and m of
two nudgings β_p > β_m, the gradient of the loss with respect to a conductance between voltages u and v is
[(u_p − v_p)² − (u_m − v_m)²] / 2(β_p − β_m), read from the voltages across that resistor alone. Over a batch this is a
matrix product of few rows plus one term a line, so it is applied while the weights pass by once.
"""

from __future__ import annotations

import numpy as np

from .kernels import _serial, crossbar_pass, input_pass
from .relaxation import relax


@_serial
def _measure(output, target):
    """The batch's summed cost ½‖o − y‖² and its count of wrong classes."""
    loss, wrong = 0.0, 0
    for b in range(output.shape[0]):
        for k in range(output.shape[1]):
            loss += 0.5 * (np.float64(output[b, k]) - np.float64(target[b, k])) ** 2
        if np.argmax(output[b]) != np.argmax(target[b]):
            wrong += 1
    return loss, wrong


@_serial
def _squares(pair, scale, out):
    """out[k] = scale·Σ_b (p² − m²), the difference taken as (p − m)(p + m) to keep its digits."""
    size = pair.shape[0] // 2
    out[:] = 0.0
    for b in range(size):
        for k in range(pair.shape[1]):
            p, m = pair[b, k], pair[b + size, k]
            out[k] += scale * ((p - m) * (p + m))


@_serial
def _differences(pair, scale, out):
    """out[b, k] = scale·(p − m)."""
    size = pair.shape[0] // 2
    for b in range(size):
        for k in range(pair.shape[1]):
            out[b, k] = scale * (pair[b, k] - pair[b + size, k])


@_serial
def _signed(pair, scale, out):
    """out = scale·(p, −m): the right factor of Σ_b (u_p v_p − u_m v_m)."""
    size = pair.shape[0] // 2
    for b in range(size):
        for k in range(pair.shape[1]):
            out[b, k] = scale * pair[b, k]
            out[b + size, k] = -scale * pair[b + size, k]


@_serial
def _step_bias(bias, pair, scale, bounds):
    """A current source's local rule: dE/di = −v."""
    low, high = bounds
    size = pair.shape[0] // 2
    for k in range(pair.shape[1]):
        moved = np.float32(0.0)
        for b in range(size):
            moved += pair[b, k] - pair[b + size, k]
        bias[k] = min(max(bias[k] + scale * moved, low), high)


@_serial
def _refresh(rows, turned, sums, row_sums, column_sums, input_sum):
    """Each unit's total conductance, from the sums that the passes left behind."""
    for layer in range(len(sums)):
        if layer == 0:
            sums[layer][:] = input_sum
        elif turned[layer]:
            sums[layer][:] = row_sums[layer]
        else:
            sums[layer][:] = column_sums[layer]
        if layer + 1 < len(sums):
            if turned[layer + 1]:
                sums[layer][:] += column_sums[layer + 1]
            else:
                sums[layer][:] += row_sums[layer + 1]


@_serial
def _step_crossbars(rows, mirrors, turned, pairs, rates, spread, bounds, row_sums, column_sums):
    for layer in range(1, len(rows)):
        left, right = (pairs[layer], pairs[layer - 1]) if turned[layer] else (pairs[layer - 1], pairs[layer])
        rate = rates[layer] / spread
        row_step = np.empty(left.shape[1], np.float32)
        column_step = np.empty(right.shape[1], np.float32)
        scaled = np.empty_like(right)
        _squares(left, np.float32(0.5) * rate, row_step)
        _squares(right, np.float32(0.5) * rate, column_step)
        _signed(right, rate, scaled)
        row_sum, column_sum, limits = row_sums[layer], column_sums[layer], bounds[layer]
        crossbar_pass(rows[layer], left, scaled, row_step, column_step, limits, row_sum, column_sum)
        if mirrors[layer].size > 0:
            # The same products the other way round are cheaper than carrying every conductance to its place there.
            again, unused = np.empty_like(column_sum), np.empty_like(row_sum)
            crossbar_pass(mirrors[layer], scaled, left, column_step, row_step, limits, again, unused)


@_serial
def propagate(
    rows, mirrors, turned, biases, free, works, sums, row_sums, column_sums, lows, highs,
    pixels, targets, order, scale, sweeps, nudged, rates, bias_rates, bounds, bias_bounds, carry,
    pairs, pair_works, betas,
):  # fmt: skip
    """Train over the batches order[step] in place; returns the summed free-phase cost and the count of wrong classes.

    free[l] (batch, units) carries the free state from one batch to the next; pairs[l] (2·batch, units) holds the
    nudged states of betas = (β_p, β_m), both started from the free one. pixels (samples, m) are scaled to volts by
    `scale`; the input crossbar has m lines, or 2m where the second half carries the mirrored voltages.
    Rates and bounds stand layer by layer.
    """
    steps, size = order.shape
    units = biases[0].size
    spread = np.float32((betas[0] - betas[1]) * size)
    beta = np.zeros(size, np.float32)
    pair_beta = np.empty(2 * size, np.float32)
    pair_beta[:size], pair_beta[size:] = betas[0], betas[1]
    target = np.empty((size, targets.shape[1]), np.float32)
    pair_target = np.empty((2 * size, targets.shape[1]), np.float32)
    drive = np.empty((size, units), np.float32)
    pair_drive = np.empty((2 * size, units), np.float32)
    input_sum = np.empty(units, np.float32)
    common = np.zeros(units, np.float32)
    each = np.zeros((size, units), np.float32)
    input_pass(rows[0], pixels, order[0], order[0], scale, common, each, bounds[0], input_sum, drive)
    _step_crossbars(rows, mirrors, turned, pairs, np.zeros_like(rates), spread, bounds, row_sums, column_sums)
    _refresh(rows, turned, sums, row_sums, column_sums, input_sum)
    loss, wrong = 0.0, 0
    for step in range(steps):
        for b in range(size):
            target[b] = targets[order[step, b]]
            pair_target[b], pair_target[b + size] = target[b], target[b]
            pair_drive[b], pair_drive[b + size] = drive[b], drive[b]
        if not carry:
            for layer in range(len(free)):
                free[layer][:] = 0.0
        relax(rows, mirrors, turned, drive, sums, biases, lows, highs, beta, target, free, works, sweeps)
        cost, mistakes = _measure(free[len(free) - 1], target)
        loss, wrong = loss + cost, wrong + mistakes
        for layer in range(len(free)):
            pairs[layer][:size] = free[layer]
            pairs[layer][size:] = free[layer]
        relax(
            rows,
            mirrors,
            turned,
            pair_drive,
            sums,
            biases,
            lows,
            highs,
            pair_beta,
            pair_target,
            pairs,
            pair_works,
            nudged,
        )
        _squares(pairs[0], np.float32(0.5) * rates[0] / spread, common)
        _differences(pairs[0], rates[0] / spread, each)
        following = order[min(step + 1, steps - 1)]
        input_pass(rows[0], pixels, order[step], following, scale, common, each, bounds[0], input_sum, drive)
        _step_crossbars(rows, mirrors, turned, pairs, rates, spread, bounds, row_sums, column_sums)
        for layer in range(len(biases)):
            _step_bias(biases[layer], pairs[layer], bias_rates[layer] / spread, bias_bounds[layer])
        _refresh(rows, turned, sums, row_sums, column_sums, input_sum)
    return loss, wrong
