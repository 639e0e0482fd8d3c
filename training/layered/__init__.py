"""Training of deep resistive networks at the speed of memory.

`shape` is what a layered trainer reads from a circuit; `selection` picks one of two. `fused` drives the compiled
kernels on the processor: `wiring` is what they work on, `kernels` are the passes that update crossbars, `products` the
voltages' ways through them, `lanes` their vector instructions, `relaxation` the sweeps for small batches, `propagation`
a whole epoch of equilibrium propagation in one loop, `backward` one of backpropagation, `threads` starts them. `scan`
trains by every rule of `gradients` through JAX, on any device. `evaluation` finds the steady states of many samples;
`amplified` trains with amplifiers between the layers.
"""

from .selection import layered_trainer, refusal
from .shape import LayeredShape

__all__ = ["LayeredShape", "layered_trainer", "refusal"]
