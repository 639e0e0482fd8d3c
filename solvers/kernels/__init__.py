"""Scalar JAX functions as machine code that numba loops call by address.

A device's physics is written once, in JAX, and differentiated by JAX. Called through JAX it costs microseconds an
operation; lowered to scalar machine code it costs nanoseconds, and compiles in milliseconds.

In: a function of scalars. Out: a `Kernel`, an address with the signature `void(double* a, double* b, double* out)`.

scalar_graph    the function as a graph of scalar operations, each computed once; constants folded
primitives      what every primitive of JAX means there
emission        the graph as LLVM instructions
machine         instructions compiled and kept; `compile_kernel`
calls           how numba calls an address
"""

from __future__ import annotations

from .calls import call_kernel as call_kernel
from .machine import Kernel as Kernel
from .machine import compile_kernel as compile_kernel
from .machine import constant_outputs as constant_outputs
