"""Eight numbers at once, as a type for compiled functions: a vector register, or as many as the machine needs.

LLVM turns a loop over lanes into vector instructions only where it can prove that what is written is not what is read
next, which it cannot for entries of one array at places from a table. Here every operation is one on vectors from the
start. Rows of eight should begin at multiples of 64 bytes (`aligned_rows`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model
from numba.np import arrayobj

LANES = 8

_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)


class LanesType(types.Type):
    """Eight doubles."""

    def __init__(self) -> None:
        super().__init__("Lanes")


LANES_TYPE = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _DOUBLES)


def aligned_rows(count: int) -> np.ndarray:
    """Zeros (count, LANES) whose rows begin at multiples of 64 bytes."""
    whole = np.zeros((count + 1) * LANES)
    skipped = -(whole.ctypes.data // 8) % LANES
    return whole[skipped : skipped + count * LANES].reshape(count, LANES)


def _row(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    """A pointer to a row of a contiguous array (rows, LANES)."""
    data = arrayobj.make_array(kind)(context, builder, array).data
    place = builder.mul(builder.zext(row, ir.IntType(64)) if row.type.width < 64 else row, ir.IntType(64)(LANES))
    return builder.bitcast(cgutils.gep(builder, data, place), ir.PointerType(_DOUBLES))


def _called(builder: Any, name: str, *operands: Any) -> Any:
    kind = ir.FunctionType(_DOUBLES, [_DOUBLES] * len(operands))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f64"), operands)


def _spread(builder: Any, number: Any) -> Any:
    """A double in every lane."""
    one = builder.insert_element(ir.Constant(_DOUBLES, ir.Undefined), number, ir.IntType(32)(0))
    return builder.shuffle_vector(
        one, ir.Constant(_DOUBLES, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    )


@intrinsic
def _load(context: Any, array: Any, row: Any) -> tuple[Any, Any]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_row(context, builder, signature.args[0], *arguments), align=8)

    return LANES_TYPE(array, row), generate


@intrinsic
def _store(context: Any, array: Any, row: Any, value: Any) -> tuple[Any, Any]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[2], _row(context, builder, signature.args[0], *arguments[:2]), align=8)
        return context.get_dummy_value()

    return types.void(array, row, value), generate


@intrinsic
def _spread_number(context: Any, number: Any) -> tuple[Any, Any]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _spread(builder, arguments[0])

    return LANES_TYPE(types.float64), generate


@intrinsic
def _is_any_above(context: Any, a: Any, b: Any) -> tuple[Any, Any]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        above = builder.fcmp_unordered(">", *arguments)
        bits = builder.bitcast(above, ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.IntType(LANES)(0))

    return types.boolean(a, b), generate


@intrinsic
def _largest_lane(context: Any, numbers: Any) -> tuple[Any, Any]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = builder.extract_element(arguments[0], ir.IntType(32)(0))
        for lane in range(1, LANES):
            one = builder.extract_element(arguments[0], ir.IntType(32)(lane))
            found = builder.select(builder.fcmp_ordered(">", one, found), one, found)
        return found

    return types.float64(numbers), generate


def _operation(count: int, emit: Callable[..., Any]) -> Any:
    """A compiled function of one, two or three `Lanes`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return emit(builder, *arguments)

    def one(context: Any, a: Any) -> tuple[Any, Any]:
        return LANES_TYPE(a), generate

    def two(context: Any, a: Any, b: Any) -> tuple[Any, Any]:
        return LANES_TYPE(a, b), generate

    def three(context: Any, a: Any, b: Any, c: Any) -> tuple[Any, Any]:
        return LANES_TYPE(a, b, c), generate

    return intrinsic((one, two, three)[count - 1])


def _multiply_subtract(builder: Any, a: Any, b: Any, c: Any) -> Any:
    return _called(builder, "llvm.fmuladd", builder.fneg(b), c, a)


def _multiply_add(builder: Any, a: Any, b: Any, c: Any) -> Any:
    return _called(builder, "llvm.fmuladd", b, c, a)


def _first_not_above(builder: Any, found: Any, a: Any, b: Any) -> Any:
    """Mark the lanes in which a > b is not true with 1.0."""
    return builder.select(builder.fcmp_unordered("<=", a, b), ir.Constant(_DOUBLES, [1.0] * LANES), found)


load: Callable[..., Any] = _load
"""load(array, row): a row of a contiguous array (rows, LANES)."""
store: Callable[..., Any] = _store
"""store(array, row, value)."""
spread: Callable[..., Any] = _spread_number
"""spread(number): the same in every lane."""
is_any_above: Callable[..., bool] = _is_any_above
"""is_any_above(a, b): whether a ≤ b is untrue in any lane."""
largest_lane: Callable[..., float] = _largest_lane
"""largest_lane(a): the largest number."""
add: Callable[..., Any] = _operation(2, lambda builder, a, b: builder.fadd(a, b))
subtract: Callable[..., Any] = _operation(2, lambda builder, a, b: builder.fsub(a, b))
divide: Callable[..., Any] = _operation(2, lambda builder, a, b: builder.fdiv(a, b))
larger: Callable[..., Any] = _operation(2, lambda builder, a, b: builder.select(builder.fcmp_ordered(">", b, a), b, a))
"""larger(a, b): b where it is larger than a, else a; a NaN in b is left out."""
smaller: Callable[..., Any] = _operation(2, lambda builder, a, b: builder.select(builder.fcmp_ordered("<", b, a), b, a))
"""smaller(a, b): b where it is smaller than a, else a."""
multiply: Callable[..., Any] = _operation(2, lambda builder, a, b: builder.fmul(a, b))
subtract_product: Callable[..., Any] = _operation(3, _multiply_subtract)
"""subtract_product(a, b, c): a − b c."""
add_product: Callable[..., Any] = _operation(3, _multiply_add)
"""add_product(a, b, c): a + b c."""
reciprocal: Callable[..., Any] = _operation(1, lambda builder, a: builder.fdiv(ir.Constant(_DOUBLES, [1.0] * LANES), a))
absolute: Callable[..., Any] = _operation(1, lambda builder, a: _called(builder, "llvm.fabs", a))
mark_unless_above: Callable[..., Any] = _operation(3, _first_not_above)
"""mark_unless_above(marks, a, b): the marks, and 1.0 in every lane in which a > b is not true."""
