"""The part of a deep resistive network that one sample may bring to conduct, and its sweeps there.

Diodes hold most units of the hidden layers at zero volts, each sample's its own, and after the first sweeps the same
ones until the sample is done. A unit at zero drives no current, and one that stays there needs none summed: so all
further sweeps run in the submatrices between open units, small enough to stay in a core's own cache, one sample a
thread, while the crossbars themselves pass by no more.

Which units stay is not guessed. With conductances that are not negative, a unit's current differs from what it was by
at most Σ_m (its conductance to layer m)·(how far any voltage of layer m has travelled since). A distance is allowed to
each layer, units that it might open are kept among the open ones, and every sweep is checked to stay within it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.cpython.unsafe.tuple import tuple_setitem

from ..trainer import State
from .products import PARALLEL_SIZE, matrix, serial, stride
from .relaxation import relax
from .shape import LayeredShape
from .wiring import Wiring

OPENING = 2
"""Sweeps of a free phase through the whole crossbars, at least; the last tells how far voltages still travel."""

SHARE = 0.25
"""The part of the crossbars between units that may be open, in a batch's mean, where sweeping samples apart pays."""

GENEROUS = np.float32(2.0)
"""What is allowed, relative to the last sweep's steps and to the nudged outputs'."""

LARGE = PARALLEL_SIZE
"""Numbers of a hidden crossbar from which on it pays: below, it stays in the nearer caches by itself."""

FEW = 16
"""Samples of a batch up to which it pays: more of them share each pass through a crossbar."""

ROUNDING = np.float32(1e-5)
"""More than a sum of a unit's currents loses, relative to their magnitudes."""


class Room(NamedTuple):
    """Room for the open parts of a batch, layer by layer; sample b's is row b of each, as much of it as it needs.

    listed (batch, units) are the open units' numbers, rows (batch, rows·stride) the submatrices laid out as the
    crossbars are; biases and sums (batch, units), low, high, voltages and works (batch, 2·units) as `relax` takes them.
    Samples are swept apart where no more than `share` of the crossbars is open.
    """

    listed: tuple[np.ndarray, ...]
    rows: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    sums: tuple[np.ndarray, ...]
    low: tuple[np.ndarray, ...]
    high: tuple[np.ndarray, ...]
    voltages: tuple[np.ndarray, ...]
    works: tuple[np.ndarray, ...]
    share: float


def room_for(wiring: Wiring, batch: int) -> Room:
    """As much as a batch can need."""
    sizes = [bias.size for bias in wiring.biases]
    spans = [0, *(rows.size for rows in wiring.rows[1:])]

    def each(widths: list[int]) -> tuple[np.ndarray, ...]:
        return tuple(matrix(batch, width) for width in widths)

    pairs = [2 * size for size in sizes]
    numbers = tuple(np.zeros((batch, size), np.int64) for size in sizes)
    return Room(numbers, each(spans), each(sizes), each(sizes), *map(each, [pairs] * 4), share=SHARE)


def may_open(shape: LayeredShape, state: State, sweeps: int, batch: int) -> bool:
    """Whether sweeping samples apart is right, and pays: no conductance negative, diodes at zero, large crossbars."""
    network = shape.network
    ranges = [
        low if name in shape.learned else float(weight.min())
        for name, (low, _), weight in zip(network.crossbars, shape.ranges, state["weights"], strict=True)
    ]
    bounds = np.concatenate([*network.lows, *network.highs])
    hidden = [weight.size for weight in state["weights"][1:-1]]
    return (
        sweeps > OPENING
        and batch <= FEW
        and min(ranges) >= 0
        and bool(np.all((bounds == 0) | np.isinf(bounds)))
        and max(hidden, default=0) >= LARGE
    )


@serial
def with_item(values, index, value):
    """The tuple with another value of the same type in one place."""
    # The context that the type checker misses is numba's to give.
    return tuple_setitem(values, index, value)  # pyright: ignore[reportCallIssue]


@serial
def cut(room, lines, columns):
    """The first numbers of a vector as a matrix."""
    return room[: lines * columns].reshape((lines, columns))


@serial
def views(room, counts, b, lines, like):
    """One matrix (lines, open units) a layer, from sample b's room; of the type of the tuple `like`."""
    out = like
    for layer in range(len(like)):
        out = with_item(out, layer, cut(room[layer][b], lines, counts[layer]))
    return out


@serial
def largest_step(before, after):
    """max |after − before| of two vectors."""
    largest = np.float32(0.0)
    for k in range(before.size):
        largest = max(largest, abs(after[k] - before[k]))
    return largest


@serial
def copy(source, out):
    """Every layer's voltages."""
    for layer in range(len(out)):
        out[layer][:] = source[layer]


@serial
def open_up(net, room, drive, beta, target, free, works, sweeps, seen, allowed, counts):
    """The free phase's first sweeps, until little is open for what follows: how many, and whether it is little.

    seen[l] (batch, units) becomes what a layer's neighbours last saw of it, allowed[b, l] how far it may travel from
    there in volts, counts[b, l] the number of its open units.
    """
    calm, swept, little = np.zeros(drive.shape[0], np.float32), OPENING - 1, False
    relax(net, drive, calm, target, free, works, swept)
    while swept < sweeps and not little:
        copy(free, seen)
        relax(net, drive, calm, target, free, works, 1)
        swept += 1
        for b in range(drive.shape[0]):
            _allow(net, b, beta, target, seen, free, allowed[b])
            for layer in range(len(free)):
                counts[b, layer] = list_open(net, b, layer, allowed[b], works[layer][b], room.listed[layer][b])
        little = _open_share(net, counts) <= room.share
    for layer in range(0, len(free), 2):
        seen[layer][:] = free[layer]
    return swept, little


@serial
def _open_share(net, counts):
    """The submatrices between open units relative to the crossbars, in the mean over the batch."""
    part, whole = 0.0, 0.0
    for layer in range(1, counts.shape[1]):
        whole += counts.shape[0] * net.biases[layer - 1].size * net.biases[layer].size
        for b in range(counts.shape[0]):
            part += counts[b, layer - 1] * counts[b, layer]
    return part / whole


@serial
def _allow(net, b, beta, target, before, free, allowed):
    """How far each layer's voltages may travel from here before its neighbours' units are no longer known."""
    last = len(free) - 1
    for layer in range(last + 1):
        allowed[layer] = GENEROUS * largest_step(before[layer][b], free[layer][b])
        for k in range(free[layer].shape[1]):
            allowed[layer] = max(allowed[layer], ROUNDING * abs(free[layer][b, k]))
    nudged = np.float32(0.0)
    for k in range(target.shape[1]):
        left = net.sums[last][k] - beta
        moved = beta * abs(target[b, k] - free[last][b, k]) / left if left > 0.0 else np.float32(np.inf)
        nudged = max(nudged, moved)
    allowed[last] += GENEROUS * nudged


@serial
def _reach(net, layer, allowed, out):
    """out[k] = how far a unit's current may have moved while the neighbouring layers stay within what they may."""
    out[:] = 0.0
    if layer > 0:
        sums = net.row_sums[layer] if net.turned[layer] else net.column_sums[layer]
        for k in range(out.size):
            out[k] += allowed[layer - 1] * sums[k]
    if layer + 1 < len(net.sums):
        sums = net.column_sums[layer + 1] if net.turned[layer + 1] else net.row_sums[layer + 1]
        for k in range(out.size):
            out[k] += allowed[layer + 1] * sums[k]


@serial
def list_open(net, b, layer, allowed, drawn, listed):
    """List the units of a layer that may conduct while its neighbours stay within `allowed`; their number.

    drawn (units) are the currents that the layer was last settled by.
    """
    low, high = net.low[layer][b], net.high[layer][b]
    reach = np.empty_like(drawn)
    _reach(net, layer, allowed, reach)
    count = 0
    for k in range(drawn.size):
        doubt = reach[k] + ROUNDING * abs(drawn[k])
        held = (low[k] == 0.0 and drawn[k] + doubt <= 0.0) or (high[k] == 0.0 and drawn[k] - doubt >= 0.0)
        listed[count] = k
        count += not held
    return count


@serial
def _pick(values, listed, out):
    for i in range(listed.size):
        out[i] = values[listed[i]]


@serial
def _submatrix(rows, lines, columns, out):
    for i in range(lines.size):
        row, new = rows[lines[i]], out[i]
        for k in range(columns.size):
            new[k] = row[columns[k]]


@serial
def narrow(net, room, counts, drive, b):
    """The `Wiring` of sample b's open part; its biases hold the input's drive."""
    rows, biases, sums, low, high = net.rows, net.biases, net.sums, net.low, net.high
    for layer in range(len(biases)):
        count = counts[layer]
        listed = room.listed[layer][b, :count]
        bias, total = room.biases[layer][b, :count], room.sums[layer][b, :count]
        floors, ceilings = cut(room.low[layer][b], 2, count), cut(room.high[layer][b], 2, count)
        _pick(net.biases[layer], listed, bias)
        _pick(net.sums[layer], listed, total)
        for line in range(2):
            _pick(net.low[layer][b], listed, floors[line])
            _pick(net.high[layer][b], listed, ceilings[line])
        if layer == 0:
            for i in range(count):
                bias[i] += drive[b, listed[i]]
        else:
            before = room.listed[layer - 1][b, : counts[layer - 1]]
            lines, columns = (listed, before) if net.turned[layer] else (before, listed)
            part = cut(room.rows[layer][b], lines.size, stride(columns.size))
            _submatrix(net.rows[layer], lines, columns, part)
            rows = with_item(rows, layer, part)
        biases, sums = with_item(biases, layer, bias), with_item(sums, layer, total)
        low, high = with_item(low, layer, floors), with_item(high, layer, ceilings)
    return Wiring(rows, net.turned, net.fused, biases, sums, net.row_sums, net.column_sums, low, high, True)


@serial
def load(voltages, b, listed, counts, out, line):
    """out[layer][line] = sample b's voltages at its open units."""
    for layer in range(len(out)):
        _pick(voltages[layer][b], listed[layer][b, : counts[layer]], out[layer][line])


@serial
def store(values, line, b, listed, counts, out, at):
    """out[layer][at] = the open units' values, nothing elsewhere."""
    for layer in range(len(out)):
        row, value = out[layer][at], values[layer][line]
        row[:] = 0.0
        for i in range(counts[layer]):
            row[listed[layer][b, i]] = value[i]


@serial
def _within(state, b, seen, listed, counts, allowed):
    """Whether no voltage has travelled farther than allowed from what its neighbours last saw of it."""
    for layer in range(len(state)):
        for line in range(state[layer].shape[0]):
            for i in range(counts[layer]):
                far = abs(state[layer][line, i] - seen[layer][b, listed[layer][b, i]])
                if not far <= allowed[layer]:
                    return False
    return True


@serial
def sweep_within(part, room, counts, allowed, seen, b, beta, target, state, work, sweeps):
    """Relax the open part; whether every sweep left the held units where they are."""
    still, within = np.zeros_like(state[0]), True
    for _ in range(sweeps):
        relax(part, still, beta, target, state, work, 1)
        within = within and _within(state, b, seen, room.listed, counts, allowed)
    return within
