"""A whole epoch of equilibrium propagation on a deep resistive network in one compiled loop.

Equilibrium propagation (Scellier and Bengio 2017; Kendall et al. 2020, Theorem 1): with the steady states p and m of
two nudgings β_p > β_m, the gradient of the loss with respect to a conductance between voltages u and v is
[(u_p − v_p)² − (u_m − v_m)²] / 2(β_p − β_m), read from the voltages across that resistor alone. Over a batch this is a
matrix product of few rows plus one term a line, so it is applied while the weights pass by once.
"""

from __future__ import annotations

import numba
import numpy as np

from .kernels import crossbar_pass, input_pass
from .open_units import Room, copy, load, narrow, open_up, store, sweep_within, views
from .products import matrix, parallel, serial
from .relaxation import relax
from .wiring import Wiring


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
        scaled = matrix(right.shape[0], rows.shape[1])
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
def begin(course, free):
    """The free phase starts from rest, unless the state carries over."""
    if not course.carry:
        for layer in range(len(free)):
            free[layer][:] = 0.0


@serial
def free_phase(net, course, drive, target, free, works):
    """Sweep without nudging."""
    relax(net, drive, np.zeros(drive.shape[0], np.float32), target, free, works, course.sweeps)


@serial
def _twice(single, pair):
    for b in range(pair.shape[0]):
        for k in range(pair.shape[1]):
            pair[b, k] = single[b % single.shape[0], k]


@serial
def _nudged_phases(net, course, drive, beta, target, free, pairs, pair_works):
    """From the free state to the two nudged ones, all samples at once."""
    size = drive.shape[0]
    pair_drive = np.empty((2 * size, drive.shape[1]), np.float32)
    _twice(drive, pair_drive)
    for layer in range(len(free)):
        _twice(free[layer], pairs[layer])
    relax(net, pair_drive, beta, target, pairs, pair_works, course.more)


@serial
def _phases(net, course, drive, beta, target, free, works, pairs, pair_works):
    """The free phase and the two nudged ones, all samples at once."""
    free_phase(net, course, drive, target[: drive.shape[0]], free, works)
    _nudged_phases(net, course, drive, beta, target, free, pairs, pair_works)


@serial
def _sample_phases(net, room, counts, allowed, seen, drive, beta, target, free, pairs, rest, more, b):
    """The rest of one sample's phases, in its open part; whether that was all that could conduct."""
    size = free[0].shape[0]
    part = narrow(net, room, counts, drive, b)
    single, nudged = np.zeros(1, np.float32), np.empty(2, np.float32)
    nudged[0], nudged[1] = beta[b], beta[b + size]
    goal = np.empty((2, target.shape[1]), np.float32)
    goal[:] = target[b]
    state = views(room.voltages, counts, b, 1, free)
    load(free, b, room.listed, counts, state, 0)
    work = views(room.works, counts, b, 1, free)
    within = sweep_within(part, room, counts, allowed, seen, b, single, goal[:1], state, work, rest)
    store(state, 0, b, room.listed, counts, free, b)
    pair = views(room.voltages, counts, b, 2, free)
    for layer in range(len(pair)):
        pair[layer][1] = pair[layer][0]
    work = views(room.works, counts, b, 2, free)
    within = within and sweep_within(part, room, counts, allowed, seen, b, nudged, goal, pair, work, more)
    store(pair, 0, b, room.listed, counts, pairs, b)
    store(pair, 1, b, room.listed, counts, pairs, b + size)
    return within


@parallel
def _each_sample(
    rows, turned, fused, biases, sums, row_sums, column_sums, low, high,
    listed, parts, part_biases, part_sums, part_low, part_high, voltages, works, share,
    counts, allowed, seen, drive, beta, target, free, pairs, rest, more, within,
):  # fmt: skip
    # One by one, for a parallel loop takes no tuples within tuples.
    for b in numba.prange(within.size):
        net = Wiring(rows, turned, fused, biases, sums, row_sums, column_sums, low, high, True)
        room = Room(listed, parts, part_biases, part_sums, part_low, part_high, voltages, works, share)
        within[b] = _sample_phases(
            net, room, counts[b], allowed[b], seen, drive, beta, target, free, pairs, rest, more, b
        )  # fmt: skip


@serial
def _phases_apart(net, room, course, drive, beta, target, free, works, pairs, pair_works, seen):
    """As `_phases`, each sample in its open part once that is small; whether all that could conduct was open."""
    size = drive.shape[0]
    allowed = np.zeros((size, len(free)), np.float32)
    counts = np.zeros((size, len(free)), np.int64)
    within = np.zeros(size, np.bool_)
    nudge = np.max(np.abs(beta))
    swept, little = open_up(
        net, room, drive, nudge, target[:size], free, works, course.sweeps, seen, allowed, counts
    )  # fmt: skip
    if not little:
        _nudged_phases(net, course, drive, beta, target, free, pairs, pair_works)
        return True
    _each_sample(
        net.rows, net.turned, net.fused, net.biases, net.sums, net.row_sums, net.column_sums, net.low, net.high,
        room.listed, room.rows, room.biases, room.sums, room.low, room.high, room.voltages, room.works, room.share,
        counts, allowed, seen, drive, beta, target, free, pairs, course.sweeps - swept, course.more, within,
    )  # fmt: skip
    return within.all()


@serial
def propagate(net, rates, course, free, works, pairs, pair_works, betas, room, start, seen):
    """Train a `Wiring` over a `Course` in place; the summed free-phase cost, the count of wrong classes, and of steps
    whose samples left their open parts.

    free[l] (batch, units) carries the free state from one batch to the next; pairs[l] (2·batch, units), zero at first,
    holds the nudged states of betas = (β_p, β_m), both started from the free one; works and pair_works are room alike.
    `room` is for the samples' open parts, with start and seen (batch, units); None sweeps the whole crossbars always.
    """
    order, (steps, size) = course.order, course.order.shape
    spread = np.float32((betas[0] - betas[1]) * size)
    beta = np.empty(2 * size, np.float32)
    beta[:size], beta[size:] = betas[0], betas[1]
    target = np.empty((2 * size, course.targets.shape[1]), np.float32)
    drive = np.empty((size, net.biases[0].size), np.float32)
    # Without a difference between the two states nothing moves: this fills the sums and the first drive.
    _step(net, rates, course, order[0], order[0], pairs, spread, drive)
    loss, wrong, whole = 0.0, 0, 0
    for step in range(steps):
        for b in range(size):
            target[b] = course.targets[order[step, b]]
            target[b + size] = target[b]
        begin(course, free)
        if room is None:
            _phases(net, course, drive, beta, target, free, works, pairs, pair_works)
        else:
            copy(free, start)
            if not _phases_apart(net, room, course, drive, beta, target, free, works, pairs, pair_works, seen):
                copy(start, free)
                _phases(net, course, drive, beta, target, free, works, pairs, pair_works)
                whole += 1
        cost, mistakes = measure(free[len(free) - 1], target[:size])
        loss, wrong = loss + cost, wrong + mistakes
        _step(net, rates, course, order[step], order[min(step + 1, steps - 1)], pairs, spread, drive)
    return loss, wrong, whole
