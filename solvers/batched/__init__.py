"""The steady state of one circuit for many inputs at once, in JAX: conductances may be traced, gradients are implicit.

steady_states       arrays of source values in, `Traces` over samples out
network             the pure function from branch values to potentials, for use under jit, vmap and grad
exact               its core over the QP's arrays: active sets, with the adjoint as its derivative
convexity           whether negative loads leave the energy a minimum
interior            the second guess where active sets run in a circle
smooth              its core where the diodes are real: Newton's method on the co-content
characteristics     what those diodes say; junction_diode, mosfet_diode their laws
wires               index arrays, and the Laplacian they make
"""

from __future__ import annotations

from .network import BatchedNetwork
from .operating import operating_points
from .wires import BatchState

__all__ = ["BatchState", "BatchedNetwork", "operating_points"]
