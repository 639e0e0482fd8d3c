"""A whole epoch of backpropagation through the sweeps of a deep resistive network in one compiled loop.

The free state v⁰ is held fixed, K more sweeps lead from it to vᴷ, and ½‖oᴷ − y‖² is differentiated through them
(Scellier 2024, Section 4). A unit's update v = (Σ g·v' + i)/Σ g hands its error e on as δ = e/Σ g, or nothing where a
diode clips it: dL/di = δ, dL/dg = δ·(v' − v), and each neighbour's error grows by g·δ. So a crossbar's gradient is one
outer product a sample and update plus one term a line, and is applied while the weights pass by once.
"""

from __future__ import annotations

import numba
import numpy as np

from .kernels import crossbar_pass, input_pass
from .open_units import Room, copy, load, narrow, open_up, store, sweep_within, views
from .products import cross, gather, matrix, parallel, serial, settle
from .propagation import add_up, begin, free_phase, measure
from .relaxation import fused_crossbar, relax
from .wiring import Wiring


@serial
def _slopes(voltage, error, total, low, high, out):
    """out = δ = e/Σ g where no diode clips, and the error is spent."""
    for b in range(voltage.shape[0]):
        for k in range(voltage.shape[1]):
            inside = low[b, k] < voltage[b, k] < high[b, k]
            out[b, k] = error[b, k] / total[k] if inside else np.float32(0.0)
            error[b, k] = 0.0


@serial
def _windows(voltage, low, high, floor, ceiling):
    """Limits that let a slope pass where no diode clips the voltage, and nothing elsewhere."""
    for b in range(voltage.shape[0]):
        for k in range(voltage.shape[1]):
            inside = low[b, k] < voltage[b, k] < high[b, k]
            ceiling[b, k] = np.float32(np.inf) if inside else np.float32(0.0)
            floor[b, k] = -ceiling[b, k]


@serial
def _send(net, layer, slope, errors):
    """Hand a layer's slopes to its neighbours' errors, but for those that fused passes take."""
    if layer > 0 and not net.fused[layer]:
        cross(net.rows[layer], net.turned[layer], slope, errors[layer - 1], net.alone)
    if layer + 1 < len(errors) and not net.fused[layer + 1]:
        cross(net.rows[layer + 1], not net.turned[layer + 1], slope, errors[layer + 1], net.alone)


@serial
def _reverse_layer(net, layer, voltage, slopes, errors, final):
    """Turn one layer's errors to slopes, and hand these on unless they are the final ones."""
    total, low, high, slope = net.sums[layer], net.low[layer], net.high[layer], slopes[layer]
    crossbar = fused_crossbar(net, layer) if layer % 2 == 0 else 0
    other = 2 * crossbar - 1 - layer
    if crossbar > 0 and not final:
        floor, ceiling = np.empty_like(voltage), np.empty_like(voltage)
        _windows(voltage, low, high, floor, ceiling)
        settle(
            net.rows[crossbar], slopes[other], errors[layer], total, floor, ceiling, slope, errors[other],
            net.alone,
        )  # fmt: skip
        errors[layer][:] = 0.0
    else:
        if crossbar > 0:
            gather(net.rows[crossbar], slopes[other], errors[layer], net.alone)
        _slopes(voltage, errors[layer], total, low, high, slope)
    if not final:
        _send(net, layer, slope, errors)


@serial
def _reverse(net, target, batch, paths, slopes, slope, errors):
    """Fill slopes[l] (sweeps·samples, units) with the δ of every update, from the last to the first; slope[l] is room.

    The loss is the mean over `batch` samples, of which these are all or some.
    """
    size, last = target.shape[0], len(errors) - 1
    sweeps = slopes[0].shape[0] // size
    for layer in range(last):
        errors[layer][:] = 0.0
    for b in range(size):
        for k in range(target.shape[1]):
            errors[last][b, k] = (paths[last][sweeps * size + b, k] - target[b, k]) / np.float32(batch)
    for sweep in range(sweeps - 1, -1, -1):
        for colour in (1, 0):
            for layer in range(colour, last + 1, 2):
                voltage = paths[layer][(sweep + 1) * size : (sweep + 2) * size]
                _reverse_layer(net, layer, voltage, slope, errors, sweep + colour == 0)
                slopes[layer][sweep * size : (sweep + 1) * size] = slope[layer]


@serial
def _spent(path, slope, scale, out):
    """out[k] = scale·Σ δ·v over sweeps and samples, v the voltage an update set."""
    size = path.shape[0] - slope.shape[0]
    out[:] = 0.0
    for b in range(slope.shape[0]):
        for k in range(slope.shape[1]):
            out[k] += scale * slope[b, k] * path[b + size, k]


@serial
def _factor(path, slope, first, width, slopes_first):
    """The voltages that the other layer's updates saw, from row `first` on, and a layer's slopes, as ordered."""
    terms, units = slope.shape
    out = matrix(2 * terms, width)
    seen, own = (terms, 0) if slopes_first else (0, terms)
    out[seen : seen + terms, :units] = path[first : first + terms]
    out[own : own + terms, :units] = slope
    return out


@serial
def _step_crossbars(net, rates, paths, slopes):
    for layer in range(1, len(net.rows)):
        size = paths[layer].shape[0] - slopes[layer].shape[0]
        before, after = layer - 1, layer
        left, right = (after, before) if net.turned[layer] else (before, after)
        # Even layers move first in a sweep: they see the odd ones of the sweep before, the odd ones see them moved.
        rows, rate = net.rows[layer], rates.crossbars[layer]
        lefts = _factor(paths[left], slopes[left], size * ((left + 1) % 2), rows.shape[0], False)
        rights = _factor(paths[right], slopes[right], size * ((right + 1) % 2), rows.shape[1], True)
        rights *= -rate
        row_step = np.empty(slopes[left].shape[1], np.float32)
        column_step = np.empty(slopes[right].shape[1], np.float32)
        _spent(paths[left], slopes[left], -rate, row_step)
        _spent(paths[right], slopes[right], -rate, column_step)
        row_sum, column_sum, bounds = net.row_sums[layer], net.column_sums[layer], rates.bounds[layer]
        crossbar_pass(rows, lefts, rights, row_step, column_step, bounds, row_sum, column_sum)


@serial
def _step_bias(bias, slope, rate, bounds):
    low, high = bounds
    for k in range(bias.size):
        total = np.float32(0.0)
        for b in range(slope.shape[0]):
            total += slope[b, k]
        bias[k] = min(max(bias[k] - rate * total, low), high)


@serial
def _step(net, rates, course, now, following, paths, slopes, drive):
    """Follow the gradient with every value, and prepare the following batch's `drive`."""
    size, units = drive.shape
    common = np.empty(units, np.float32)
    each = np.zeros((size, units), np.float32)
    rate, slope = rates.crossbars[0], slopes[0]
    _spent(paths[0], slope, -rate, common)
    for term in range(slope.shape[0]):
        for k in range(units):
            each[term % size, k] -= rate * slope[term, k]
    bounds, total = rates.bounds[0], net.column_sums[0]
    input_pass(net.rows[0], course.pixels, now, following, course.scale, common, each, bounds, total, drive)
    _step_crossbars(net, rates, paths, slopes)
    for layer in range(len(net.biases)):
        _step_bias(net.biases[layer], slopes[layer], rates.biases[layer], rates.bias_bounds[layer])
    add_up(net)


@serial
def _record(net, drive, target, state, works, paths, sweeps):
    """Sweep on from paths[l]'s first rows (samples, units), and keep what every sweep leaves in the next ones."""
    size = drive.shape[0]
    calm = np.zeros(size, np.float32)
    for sweep in range(1, sweeps + 1):
        relax(net, drive, calm, target, state, works, 1)
        for layer in range(len(state)):
            paths[layer][sweep * size : (sweep + 1) * size] = state[layer]


@serial
def _onwards_and_back(net, course, drive, target, free, works, states, paths, slopes):
    """The sweeps after the free phase and their slopes, all samples at once."""
    size = drive.shape[0]
    for layer in range(len(free)):
        states[layer][:] = free[layer]
        paths[layer][:size] = free[layer]
    _record(net, drive, target, states, works, paths, course.more)
    _reverse(net, target, size, paths, slopes, states, works)


@serial
def _there_and_back(net, course, drive, target, free, works, states, paths, slopes):
    """The free phase, the sweeps after it and their slopes, all samples at once."""
    free_phase(net, course, drive, target, free, works)
    _onwards_and_back(net, course, drive, target, free, works, states, paths, slopes)


@serial
def _sample_there_and_back(
    net, room, way, back, counts, allowed, seen, drive, target, free, paths, slopes, rest, more, b
):  # fmt: skip
    """The same of one sample, in its open part after the first sweeps; whether that was all that could conduct."""
    size = free[0].shape[0]
    part = narrow(net, room, counts, drive, b)
    goal, calm = target[b : b + 1], np.zeros(1, np.float32)
    state, work = views(room.voltages, counts, b, 1, free), views(room.works, counts, b, 1, free)
    load(free, b, room.listed, counts, state, 0)
    within = sweep_within(part, room, counts, allowed, seen, b, calm, goal, state, work, rest)
    store(state, 0, b, room.listed, counts, free, b)
    path, slope = views(way, counts, b, more + 1, free), views(back, counts, b, more, free)
    for layer in range(len(path)):
        path[layer][0] = state[layer][0]
    for sweep in range(1, more + 1):
        within = within and sweep_within(part, room, counts, allowed, seen, b, calm, goal, state, work, 1)
        for layer in range(len(path)):
            path[layer][sweep] = state[layer][0]
    _reverse(part, goal, size, path, slope, state, work)
    for sweep in range(more + 1):
        store(path, sweep, b, room.listed, counts, paths, sweep * size + b)
    for sweep in range(more):
        store(slope, sweep, b, room.listed, counts, slopes, sweep * size + b)
    return within


@parallel
def _each_sample(
    rows, turned, fused, biases, sums, row_sums, column_sums, low, high,
    listed, parts, part_biases, part_sums, part_low, part_high, voltages, works, share, way, back,
    counts, allowed, seen, drive, target, free, paths, slopes, rest, more, within,
):  # fmt: skip
    # One by one, for a parallel loop takes no tuples within tuples.
    for b in numba.prange(within.size):
        net = Wiring(rows, turned, fused, biases, sums, row_sums, column_sums, low, high, True)
        room = Room(listed, parts, part_biases, part_sums, part_low, part_high, voltages, works, share)
        within[b] = _sample_there_and_back(
            net, room, way, back, counts[b], allowed[b], seen, drive, target, free, paths, slopes, rest, more, b
        )  # fmt: skip


@serial
def _apart(net, room, way, back, course, drive, target, free, works, seen, states, paths, slopes):
    """As `_there_and_back`, each sample in its open part once that is small; whether all that could conduct was
    open."""
    size = drive.shape[0]
    allowed = np.zeros((size, len(free)), np.float32)
    counts = np.zeros((size, len(free)), np.int64)
    within = np.zeros(size, np.bool_)
    swept, little = open_up(
        net, room, drive, np.float32(0.0), target, free, works, course.sweeps, seen, allowed, counts
    )  # fmt: skip
    if not little:
        _onwards_and_back(net, course, drive, target, free, works, states, paths, slopes)
        return True
    _each_sample(
        net.rows, net.turned, net.fused, net.biases, net.sums, net.row_sums, net.column_sums, net.low, net.high,
        room.listed, room.rows, room.biases, room.sums, room.low, room.high, room.voltages, room.works, room.share,
        way, back,
        counts, allowed, seen, drive, target, free, paths, slopes, course.sweeps - swept, course.more, within,
    )  # fmt: skip
    return within.all()


@serial
def backpropagate(net, rates, course, free, works, states, paths, slopes, room, way, back, start, seen):
    """Train a `Wiring` over a `Course` in place; the summed free-phase cost, the count of wrong classes, and of steps
    whose samples left their open parts.

    As `propagate`, but for states[l] (batch, units), room for the sweeps after the free phase; paths[l]
    ((more + 1)·batch, units), the voltages before and after each of them; slopes[l] (more·batch, units), zero at
    first; way and back, room for each sample's own paths and slopes.
    """
    order, (steps, size) = course.order, course.order.shape
    target = np.empty((size, course.targets.shape[1]), np.float32)
    drive = np.empty((size, net.biases[0].size), np.float32)
    # Without slopes nothing moves: this fills the sums and the first drive.
    _step(net, rates, course, order[0], order[0], paths, slopes, drive)
    loss, wrong, whole = 0.0, 0, 0
    for step in range(steps):
        for b in range(size):
            target[b] = course.targets[order[step, b]]
        begin(course, free)
        if room is None:
            _there_and_back(net, course, drive, target, free, works, states, paths, slopes)
        else:
            copy(free, start)
            if not _apart(net, room, way, back, course, drive, target, free, works, seen, states, paths, slopes):
                copy(start, free)
                _there_and_back(net, course, drive, target, free, works, states, paths, slopes)
                whole += 1
        cost, mistakes = measure(free[len(free) - 1], target)
        loss, wrong = loss + cost, wrong + mistakes
        _step(net, rates, course, order[step], order[min(step + 1, steps - 1)], paths, slopes, drive)
    return loss, wrong, whole
