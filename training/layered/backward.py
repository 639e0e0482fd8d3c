"""A whole epoch of backpropagation through the sweeps of a deep resistive network in one compiled loop.

The free state v⁰ is held fixed, K more sweeps lead from it to vᴷ, and ½‖oᴷ − y‖² is differentiated through them
(Scellier 2024, Section 4). A unit's update v = (Σ g·v' + i)/Σ g hands its error e on as δ = e/Σ g, or nothing where a
diode clips it: dL/di = δ, dL/dg = δ·(v' − v), and each neighbour's error grows by g·δ. So a crossbar's gradient is one
outer product a sample and update plus one term a line, and is applied while the weights pass by once.
"""

from __future__ import annotations

import numpy as np

from .kernels import crossbar_pass, input_pass
from .products import cross, gather, serial, settle
from .propagation import add_up, free_phase
from .relaxation import fused_crossbar, relax


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
        cross(net.rows[layer], net.turned[layer], slope, errors[layer - 1])
    if layer + 1 < len(errors) and not net.fused[layer + 1]:
        cross(net.rows[layer + 1], not net.turned[layer + 1], slope, errors[layer + 1])


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
            net.rows[crossbar], slopes[other], errors[layer], total, floor, ceiling, slope, errors[other]
        )  # fmt: skip
        errors[layer][:] = 0.0
    else:
        if crossbar > 0:
            gather(net.rows[crossbar], slopes[other], errors[layer])
        _slopes(voltage, errors[layer], total, low, high, slope)
    if not final:
        _send(net, layer, slope, errors)


@serial
def _reverse(net, target, paths, slopes, slope, errors):
    """Fill slopes[l] (sweeps·batch, units) with the δ of every update, from the last to the first; slope[l] is room."""
    size, last = target.shape[0], len(errors) - 1
    sweeps = slopes[0].shape[0] // size
    for layer in range(last):
        errors[layer][:] = 0.0
    for b in range(size):
        for k in range(target.shape[1]):
            errors[last][b, k] = (paths[last][sweeps * size + b, k] - target[b, k]) / np.float32(size)
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
    out = np.zeros((2 * terms, width), np.float32)
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
def backpropagate(net, rates, course, free, works, states, paths, slopes):
    """Train a `Wiring` over a `Course` in place; the summed free-phase cost and the count of wrong classes.

    As `propagate`, but for states[l] (batch, units), room for the sweeps after the free phase; paths[l]
    ((more + 1)·batch, units), the voltages before and after each of them; and slopes[l] (more·batch, units), zero at
    first.
    """
    order, (steps, size) = course.order, course.order.shape
    beta = np.zeros(size, np.float32)
    target = np.empty((size, course.targets.shape[1]), np.float32)
    drive = np.empty((size, net.biases[0].size), np.float32)
    # Without slopes nothing moves: this fills the sums and the first drive.
    _step(net, rates, course, order[0], order[0], paths, slopes, drive)
    loss, wrong = 0.0, 0
    for step in range(steps):
        for b in range(size):
            target[b] = course.targets[order[step, b]]
        cost, mistakes = free_phase(net, course, drive, target, free, works)
        loss, wrong = loss + cost, wrong + mistakes
        for layer in range(len(free)):
            states[layer][:] = free[layer]
            paths[layer][:size] = free[layer]
        for sweep in range(1, course.more + 1):
            relax(net, drive, beta, target, states, works, 1)
            for layer in range(len(free)):
                paths[layer][sweep * size : (sweep + 1) * size] = states[layer]
        _reverse(net, target, paths, slopes, states, works)
        _step(net, rates, course, order[step], order[min(step + 1, steps - 1)], paths, slopes, drive)
    return loss, wrong
