"""A deck's `.tran` as waveforms, of any circuit: implicit formulas, steps of their own length, corners met exactly.

    d/dt q(x) + i(x, t) = 0

In: a `Circuit` with one `.tran` card. Out: `Traces` over `time`, at the card's grid or at all accepted points.

settings        `.options` as numbers: method, order, what a step may err by
beginning       the arrays at time zero: operating point or initial conditions
problem         what the loop carries; loop: it, compiled; running: in pieces, for progress, room and pivots
formulas        trapezoidal rule, backward differentiation of order 1 to 6; truncation: what they err by
correction      Newton's method of one step; contraction: how small the next would be
delays, events  lossless lines; switches
readings        accepted points as signals; interpolation: between the points
waveform        the whole of it: `transient`
dies            many dies, or many inputs, in threads; eights: eight of them in step, by eight_correction and
                eight_truncation in place of the above; choice: how compiled code knows which
"""

from __future__ import annotations

from .dies import transients as transients
from .dies import transients_of_dies as transients_of_dies
from .waveform import transient as transient
