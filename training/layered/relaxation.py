"""Exact block coordinate descent of a deep resistive network, compiled for small batches (Scellier 2024, Eqs. 9-11).

One sweep updates the odd layers, then the even ones: every unit takes the minimiser of the co-content given its
neighbours, v = clip(Σ g·v' + i, Σ g), which is Theorem 2 for a whole colour at once.
"""

from __future__ import annotations

from .kernels import _serial
from .products import cross


@_serial
def _update_layer(layer, rows, mirrors, turned, drive, sums, biases, lows, highs, beta, target, state, work):
    numerator = work[layer]
    numerator[:] = biases[layer]
    if layer == 0:
        numerator += drive
    else:
        cross(rows[layer], mirrors[layer], not turned[layer], state[layer - 1], numerator)
    last = len(state) - 1
    if layer < last:
        cross(rows[layer + 1], mirrors[layer + 1], turned[layer + 1], state[layer + 1], numerator)
    total, low, high, voltage = sums[layer], lows[layer], highs[layer], state[layer]
    for b in range(voltage.shape[0]):
        nudge = beta[b] if layer == last else beta[b] * 0
        for k in range(voltage.shape[1]):
            pulled = numerator[b, k]
            if layer == last:
                pulled += nudge * target[b, k]
            voltage[b, k] = min(max(pulled / (total[k] + nudge), low[k]), high[k])


@_serial
def relax(rows, mirrors, turned, drive, sums, biases, lows, highs, beta, target, state, work, sweeps):
    """Sweep the two colours `sweeps` times in place.

    rows[l] holds crossbar l as (inputs, units), or (units, inputs) where turned[l], and mirrors[l] its transpose or
    nothing; drive[b, k] is the input crossbar's
    current at zero hidden voltage; sums[l] are the units' total conductances; beta[b] nudges row b towards target[b].
    """
    for _ in range(sweeps):
        for colour in range(2):
            for layer in range(colour, len(state), 2):
                _update_layer(layer, rows, mirrors, turned, drive, sums, biases, lows, highs, beta, target, state, work)
