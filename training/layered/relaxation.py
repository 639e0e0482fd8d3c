"""Exact block coordinate descent of a deep resistive network, compiled for small batches (Scellier 2024, Eqs. 9-11).

One sweep updates the odd layers, then the even ones: every unit takes the minimiser of the co-content given its
neighbours, v = clip(Σ g·v' + i, Σ g), which is Theorem 2 for a whole colour at once. Crossbars between hidden layers
are passed once a sweep: the first colour's update leaves behind what it drives into the second.
"""

from __future__ import annotations

from .products import cross, serial, settle


@serial
def fused_crossbar(net, layer):
    """The crossbar through which an even layer is updated and answers at once, or 0: see `Wiring.fused`."""
    if layer + 1 < len(net.rows) and net.fused[layer + 1]:
        return layer + 1
    return layer if net.fused[layer] else 0


@serial
def receive(net, layer, state, numerator):
    """Add the currents that neighbours drive into a layer, but for those that fused passes bring."""
    if layer > 0 and not net.fused[layer]:
        cross(net.rows[layer], not net.turned[layer], state[layer - 1], numerator, net.alone)
    if layer + 1 < len(state) and not net.fused[layer + 1]:
        cross(net.rows[layer + 1], net.turned[layer + 1], state[layer + 1], numerator, net.alone)


@serial
def _clip(net, layer, numerator, voltage):
    total, low, high = net.sums[layer], net.low[layer], net.high[layer]
    for b in range(voltage.shape[0]):
        for k in range(voltage.shape[1]):
            voltage[b, k] = min(max(numerator[b, k] / total[k], low[b, k]), high[b, k])


@serial
def _clip_nudged(net, layer, numerator, beta, target, voltage):
    total, low, high = net.sums[layer], net.low[layer], net.high[layer]
    for b in range(voltage.shape[0]):
        for k in range(voltage.shape[1]):
            pulled = numerator[b, k] + beta[b] * target[b, k]
            voltage[b, k] = min(max(pulled / (total[k] + beta[b]), low[b, k]), high[b, k])


@serial
def _update_layer(net, layer, beta, target, state, work):
    """Settle one layer, whose work[layer] holds the currents that come from elsewhere."""
    receive(net, layer, state, work[layer])
    crossbar = fused_crossbar(net, layer) if layer % 2 == 0 else 0
    if crossbar > 0:
        other = 2 * crossbar - 1 - layer
        settle(
            net.rows[crossbar], state[other], work[layer], net.sums[layer], net.low[layer], net.high[layer],
            state[layer], work[other], net.alone,
        )  # fmt: skip
    elif layer + 1 == len(state):
        _clip_nudged(net, layer, work[layer], beta, target, state[layer])
    else:
        _clip(net, layer, work[layer], state[layer])


@serial
def _start(bias, drive, driven, numerator):
    for b in range(numerator.shape[0]):
        for k in range(bias.size):
            numerator[b, k] = bias[k] + drive[b, k] if driven else bias[k]


@serial
def relax(net, drive, beta, target, state, work, sweeps):
    """Sweep the two colours `sweeps` times in place, over a `Wiring`.

    drive[b, k] is the input crossbar's current at zero hidden voltage; beta[b] nudges row b towards target[b].
    """
    for _ in range(sweeps):
        for layer in range(len(state)):
            _start(net.biases[layer], drive, layer == 0, work[layer])
        for colour in range(2):
            for layer in range(colour, len(state), 2):
                _update_layer(net, layer, beta, target, state, work)
