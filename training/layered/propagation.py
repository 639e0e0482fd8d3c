"""A whole epoch of equilibrium propagation on a deep resistive network in one compiled loop.

Equilibrium propagation (Scellier and Bengio 2017; Kendall et al. 2020, Theorem 1): with the steady states p and m of
two nudgings β_p > β_m, the gradient of the loss with respect to a conductance between voltages u and v is
[(u_p − v_p)² − (u_m − v_m)²] / 2(β_p − β_m), read from the voltages across that resistor alone. Over a batch this is a
matrix product of few rows plus one term a line, so it is applied while the weights pass by once.
"""

from __future__ import annotations

import numpy as np

from .kernels import crossbar_pass, input_pass
from .products import serial
from .relaxation import relax


@serial
def measure(output, target):
    """The batch's summed cost ½‖o − y‖² and its count of wrong classes."""
    loss, wrong = 0.0, 0
    for b in range(output.shape[0]):
        for k in range(output.shape[1]):
            loss += 0.5 * (np.float64(output[b, k]) - np.float64(target[b, k])) ** 2
        if np.argmax(output[b]) != np.argmax(target[b]):
            wrong += 1
    return loss, wrong


@serial
def _squares(pair, scale, out):
    """out[k] = scale·Σ_b (p² − m²), the difference taken as (p − m)(p + m) to keep its digits."""
    size = pair.shape[0] // 2
    out[:] = 0.0
    for b in range(size):
        for k in range(pair.shape[1]):
            p, m = pair[b, k], pair[b + size, k]
            out[k] += scale * ((p - m) * (p + m))


@serial
def _differences(pair, scale, out):
    """out[b, k] = scale·(p − m)."""
    size = pair.shape[0] // 2
    for b in range(size):
        for k in range(pair.shape[1]):
            out[b, k] = scale * (pair[b, k] - pair[b + size, k])


@serial
def _signed(pair, scale, out):
    """out = scale·(p, −m): the right factor of Σ_b (u_p v_p − u_m v_m); `out` may be wider."""
    size = pair.shape[0] // 2
    for b in range(size):
        for k in range(pair.shape[1]):
            out[b, k] = scale * pair[b, k]
            out[b + size, k] = -scale * pair[b + size, k]


@serial
def _step_bias(bias, pair, scale, bounds):
    """A current source's local rule: dE/di = −v."""
    low, high = bounds
    size = pair.shape[0] // 2
    for k in range(pair.shape[1]):
        moved = np.float32(0.0)
        for b in range(size):
            moved += pair[b, k] - pair[b + size, k]
        bias[k] = min(max(bias[k] + scale * moved, low), high)


@serial
def _add(sums, total):
    for k in range(total.size):
        total[k] += sums[k]


@serial
def add_up(net):
    """Each unit's total conductance, from the sums that the passes left behind."""
    last = len(net.sums) - 1
    for layer in range(last + 1):
        net.sums[layer][:] = 0.0
        _add(net.row_sums[layer] if net.turned[layer] else net.column_sums[layer], net.sums[layer])
        if layer < last:
            _add(net.column_sums[layer + 1] if net.turned[layer + 1] else net.row_sums[layer + 1], net.sums[layer])


@serial
def _step_crossbars(net, rates, pairs, spread):
    for layer in range(1, len(net.rows)):
        left, right = (pairs[layer], pairs[layer - 1]) if net.turned[layer] else (pairs[layer - 1], pairs[layer])
        rows, rate = net.rows[layer], rates.crossbars[layer] / spread
        row_step = np.empty(left.shape[1], np.float32)
        column_step = np.empty(right.shape[1], np.float32)
        scaled = np.zeros((right.shape[0], rows.shape[1]), np.float32)
        _squares(left, np.float32(0.5) * rate, row_step)
        _squares(right, np.float32(0.5) * rate, column_step)
        _signed(right, rate, scaled)
        row_sum, column_sum, bounds = net.row_sums[layer], net.column_sums[layer], rates.bounds[layer]
        crossbar_pass(rows, left, scaled, row_step, column_step, bounds, row_sum, column_sum)


@serial
def _step(net, rates, course, now, following, pairs, spread, drive):
    """Apply the local rule to every value, and prepare the following batch's `drive`."""
    size, units = drive.shape
    common = np.empty(units, np.float32)
    each = np.empty((size, units), np.float32)
    rate = rates.crossbars[0] / spread
    _squares(pairs[0], np.float32(0.5) * rate, common)
    _differences(pairs[0], rate, each)
    bounds, total = rates.bounds[0], net.column_sums[0]
    input_pass(net.rows[0], course.pixels, now, following, course.scale, common, each, bounds, total, drive)
    _step_crossbars(net, rates, pairs, spread)
    for layer in range(len(net.biases)):
        _step_bias(net.biases[layer], pairs[layer], rates.biases[layer] / spread, rates.bias_bounds[layer])
    add_up(net)


@serial
def free_phase(net, course, drive, target, free, works):
    """Sweep without nudging, from rest unless the state carries over; its cost and count of wrong classes."""
    if not course.carry:
        for layer in range(len(free)):
            free[layer][:] = 0.0
    relax(net, drive, np.zeros(drive.shape[0], np.float32), target, free, works, course.sweeps)
    return measure(free[len(free) - 1], target)


@serial
def _twice(single, pair):
    for b in range(pair.shape[0]):
        for k in range(pair.shape[1]):
            pair[b, k] = single[b % single.shape[0], k]


@serial
def propagate(net, rates, course, free, works, pairs, pair_works, betas):
    """Train a `Wiring` over a `Course` in place; the summed free-phase cost and the count of wrong classes.

    free[l] (batch, units) carries the free state from one batch to the next; pairs[l] (2·batch, units), zero at first,
    holds the nudged states of betas = (β_p, β_m), both started from the free one; works and pair_works are room alike.
    """
    order, (steps, size) = course.order, course.order.shape
    spread = np.float32((betas[0] - betas[1]) * size)
    beta = np.empty(2 * size, np.float32)
    beta[:size], beta[size:] = betas[0], betas[1]
    target = np.empty((2 * size, course.targets.shape[1]), np.float32)
    drive = np.empty((size, net.biases[0].size), np.float32)
    pair_drive = np.empty((2 * size, drive.shape[1]), np.float32)
    # Without a difference between the two states nothing moves: this fills the sums and the first drive.
    _step(net, rates, course, order[0], order[0], pairs, spread, drive)
    loss, wrong = 0.0, 0
    for step in range(steps):
        for b in range(size):
            target[b] = course.targets[order[step, b]]
            target[b + size] = target[b]
        cost, mistakes = free_phase(net, course, drive, target[:size], free, works)
        loss, wrong = loss + cost, wrong + mistakes
        _twice(drive, pair_drive)
        for layer in range(len(free)):
            _twice(free[layer], pairs[layer])
        relax(net, pair_drive, beta, target, pairs, pair_works, course.more)
        _step(net, rates, course, order[step], order[min(step + 1, steps - 1)], pairs, spread, drive)
    return loss, wrong
