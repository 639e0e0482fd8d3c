"""Weighted sums of matrix rows held in the processor's vector registers.

A compiler that meets these loops as scalar code must assume that the sum overlaps the rows, and gives the registers up.
So this one loop is written as vector instructions; they are lowered to whatever width the machine has.
"""

from __future__ import annotations

from numba.core import cgutils, types
from numba.extending import intrinsic

LANES = 16
REGISTERS = 4
TILE = LANES * REGISTERS
"""Columns summed at a time: four registers of the widest kind hide the latency of one another's additions."""

_FLAGS = ("reassoc", "contract", "nsz")
_ir = cgutils.ir  # pyright: ignore[reportPrivateImportUsage]


def _is_matrix(kind: types.Type, dtype: types.Type) -> bool:
    return isinstance(kind, types.Array) and kind.dtype == dtype and kind.ndim == 2 and kind.layout == "C"


def _pointer(context, builder, kind, value, row, column):
    """The address of one element of a C-contiguous matrix."""
    array = context.make_array(kind)(context, builder, value)
    width = cgutils.unpack_tuple(builder, array.shape, 2)[1]
    return builder.gep(array.data, [builder.add(builder.mul(row, width), column)])


@intrinsic
def add_rows(typingctx, rows, listed, weights, which, count, start, out, line):
    """out[line, start : start + TILE] += Σ_{i < count} weights[which, i]·rows[listed[which, i], start : start + TILE].

    All matrices are C-contiguous, float32 but for the int64 `listed`; indices are not checked.
    """
    numbers = (rows, weights, out)
    if not (all(_is_matrix(kind, types.float32) for kind in numbers) and _is_matrix(listed, types.int64)):
        return None
    signature = types.void(rows, listed, weights, *[types.int64] * 3, out, types.int64)

    def generate(context, builder, signature, arguments):
        rows_, listed_, weights_, which_, count_, start_, out_, line_ = arguments
        kinds = signature.args
        vector = _ir.VectorType(_ir.FloatType(), LANES)
        word = _ir.IntType(32)
        nothing = _ir.Constant(word, 0)

        def lanes(pointer):
            first = builder.bitcast(pointer, vector.as_pointer())
            return [builder.gep(first, [_ir.Constant(word, n)]) for n in range(REGISTERS)]

        goals = lanes(_pointer(context, builder, kinds[6], out_, line_, start_))
        sums = [cgutils.alloca_once(builder, vector) for _ in goals]
        for total, goal in zip(sums, goals, strict=True):
            builder.store(builder.load(goal, align=4), total)
        with cgutils.for_range(builder, count_) as loop:
            weight = builder.load(_pointer(context, builder, kinds[2], weights_, which_, loop.index))
            number = builder.load(_pointer(context, builder, kinds[1], listed_, which_, loop.index))
            one = builder.insert_element(_ir.Constant(vector, _ir.Undefined), weight, nothing)
            spread = builder.shuffle_vector(one, one, _ir.Constant(_ir.VectorType(word, LANES), [0] * LANES))
            for total, source in zip(
                sums, lanes(_pointer(context, builder, kinds[0], rows_, number, start_)), strict=True
            ):
                product = builder.fmul(spread, builder.load(source, align=4), flags=_FLAGS)
                builder.store(builder.fadd(builder.load(total), product, flags=_FLAGS), total)
        for total, goal in zip(sums, goals, strict=True):
            builder.store(builder.load(total), goal, align=4)
        return context.get_dummy_value()

    return signature, generate
