"""Kernels called by their address: a loop that may need them does not have to compile them.

A kernel is a function int64(array, …), each array as a pointer and a length. It is compiled when a plan first asks for
it, and kept on disk.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np import arrayobj
from numba.np.numpy_support import carray

from .front_solves import solve_fronts, solve_transposed_fronts
from .fronts import factor_fronts
from .panels import BLOCK
from .plan import KERNEL

WITH_ARRAYS: dict[str, Any] = {**KERNEL, "_nrt": True}


def _factor(t, t_size, w, w_size, v, v_size, f, f_size, x, x_size, q, q_size, s, s_size):
    tables, weights, values = carray(t, (t_size,)), carray(w, (w_size,)), carray(v, (v_size,))
    factors, scratch, sums = carray(f, (f_size,)), carray(x, (x_size,)), carray(s, (s_size,))
    return factor_fronts(tables, weights, values, factors, scratch, carray(q, (3 * BLOCK, BLOCK)), sums)


def _solve(t, t_size, f, f_size, b, b_size, x, x_size):
    tables, factors = carray(t, (t_size,)), carray(f, (f_size,))
    solve_fronts(tables, factors, carray(b, (b_size,)), carray(x, (x_size,)))
    return 0


def _solve_transposed(t, t_size, f, f_size, b, b_size, x, x_size):
    tables, factors = carray(t, (t_size,)), carray(f, (f_size,))
    solve_transposed_fronts(tables, factors, carray(b, (b_size,)), carray(x, (x_size,)))
    return 0


@functools.cache
def kernels(is_complex: bool) -> tuple[Any, Any, Any]:
    """`factor_fronts`, `solve_fronts` and `solve_transposed_fronts` for values of one type; each has an `address`."""
    scalar = types.complex128 if is_complex else types.float64
    solving = [types.uint32, scalar, scalar, scalar]
    factoring = [types.uint32, types.float64, scalar, scalar, scalar, scalar, types.float64]
    return _kernel(_factor, factoring), _kernel(_solve, solving), _kernel(_solve_transposed, solving)


def _kernel(function: Callable[..., Any], arrays: list[Any]) -> Any:
    arguments = [each for scalar in arrays for each in (types.CPointer(scalar), types.int64)]
    return numba.cfunc(types.int64(*arguments), **WITH_ARRAYS)(function)


@intrinsic
def _call(context: Any, address: Any, arrays: Any) -> tuple[Any, Any]:
    """The kernel's value for a tuple of contiguous arrays; nothing is checked."""
    signature = types.int64(address, arrays)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        passed = []
        for number, kind in enumerate(signature.args[1].types):
            whole = arrayobj.make_array(kind)(context, builder, builder.extract_value(arguments[1], number))
            passed += [whole.data, builder.extract_value(whole.shape, 0)]
        kernel = ir.FunctionType(ir.IntType(64), [each.type for each in passed])
        return builder.call(builder.inttoptr(arguments[0], ir.PointerType(kernel)), passed)

    return signature, generate


call_kernel: Callable[..., int] = _call
