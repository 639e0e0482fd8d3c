"""Exponential and logarithm of vectors of doubles: a few dozen vector instructions in place of a call for each lane.

Both reduce their argument to a short interval around 0 or 1 and take a polynomial there, as fdlibm does (Sun
Microsystems, 1993, e_exp.c and e_log.c; the coefficients are theirs): the error is below one unit in the last place
for results that are normal numbers; an exponential below 1e-307 is 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llvmlite import ir

WORD = ir.IntType(64)
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
LARGEST, SMALLEST = 709.78, -707.0
ROUNDER = 6755399441055744.0
"""1.5·2⁵²: a double that is added to it is rounded to an integer, which then stands in the last bits."""
EXPONENTIAL = [1.0 / math.factorial(k) for k in range(14)]
"""Taylor's coefficients: on |r| ≤ ln 2/2 what is left out is 2e-18."""
LOGARITHM = [
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
]  # fmt: skip
"""Of log(1 + f) = 2s + s·(Σ c_k s^{2k}), s = f/(2 + f), on √½ < 1 + f < √2."""


def intrinsic(name: str, kind: Any) -> str:
    """What LLVM calls its function for doubles, or for vectors of them."""
    return f"llvm.{name}.{f'v{kind.count}' if isinstance(kind, ir.VectorType) else ''}f64"


def lane_by_lane(builder: ir.IRBuilder, function: ir.Function, operands: Sequence[Any]) -> Any:
    """A function of numbers, called for every lane."""
    kind: Any = operands[0].type
    found: Any = ir.Constant(kind, ir.Undefined)
    for lane in range(kind.count):
        place = ir.IntType(32)(lane)
        one = builder.call(function, [builder.extract_element(each, place) for each in operands])
        found = builder.insert_element(found, one, place)
    return found


class _Vectors:
    """Arithmetic on vectors of one length."""

    def __init__(self, builder: ir.IRBuilder, kind: Any):
        self.builder, self.kind = builder, kind
        self.words = ir.VectorType(WORD, kind.count)

    def number(self, value: float) -> ir.Constant:
        """The same double in every lane."""
        return ir.Constant(self.kind, [value] * self.kind.count)

    def word(self, value: int) -> ir.Constant:
        """The same integer in every lane."""
        return ir.Constant(self.words, [value] * self.kind.count)

    def fused(self, a: Any, b: Any, c: Any) -> Any:
        """a·b + c."""
        name = intrinsic("fmuladd", self.kind)
        module = self.builder.module
        function = module.globals.get(name) or ir.Function(module, ir.FunctionType(self.kind, [self.kind] * 3), name)
        return self.builder.call(function, [a, b, c])

    def polynomial(self, x: Any, coefficients: Sequence[float]) -> Any:
        """Σ c_k x^k, by Horner's rule."""
        found: Any = self.number(coefficients[-1])
        for each in reversed(coefficients[:-1]):
            found = self.fused(found, x, self.number(each))
        return found

    def as_words(self, x: Any) -> Any:
        """The bits of doubles."""
        return self.builder.bitcast(x, self.words)

    def as_numbers(self, x: Any) -> Any:
        """Doubles by their bits."""
        return self.builder.bitcast(x, self.kind)


def _exponential(builder: ir.IRBuilder, x: Any) -> Any:
    """2^k·exp(x − k ln 2), with k the nearest integer to x/ln 2."""
    v = _Vectors(builder, x.type)
    rounded = v.fused(x, v.number(1.0 / math.log(2.0)), v.number(ROUNDER))
    k = builder.fsub(rounded, v.number(ROUNDER))
    rest = v.fused(k, v.number(-LN2_HIGH), x)
    rest = v.fused(k, v.number(-LN2_LOW), rest)
    mantissa = v.as_words(v.polynomial(rest, EXPONENTIAL))
    scaled = v.as_numbers(builder.add(mantissa, builder.shl(v.as_words(rounded), v.word(52))))
    found = builder.select(builder.fcmp_ordered("<", x, v.number(SMALLEST)), v.number(0.0), scaled)
    found = builder.select(builder.fcmp_ordered(">", x, v.number(LARGEST)), v.number(math.inf), found)
    return builder.select(builder.fcmp_unordered("uno", x, x), x, found)


def _logarithm(builder: ir.IRBuilder, x: Any) -> Any:
    """k ln 2 + log(x/2^k), with x/2^k between √½ and √2."""
    v = _Vectors(builder, x.type)
    tiny = builder.fcmp_ordered("<", x, v.number(2.0**-1022))
    bits = v.as_words(builder.select(tiny, builder.fmul(x, v.number(2.0**54)), x))
    shifted = builder.sub(bits, v.word(0x3FE6A09E667F3BCD))
    k = builder.sitofp(builder.ashr(shifted, v.word(52)), v.kind)
    k = builder.fsub(k, builder.select(tiny, v.number(54.0), v.number(0.0)))
    exponent = builder.and_(shifted, v.word(-(1 << 52)))
    f = builder.fsub(v.as_numbers(builder.sub(bits, exponent)), v.number(1.0))
    s = builder.fdiv(f, builder.fadd(v.number(2.0), f))
    z = builder.fmul(s, s)
    half = builder.fmul(v.number(0.5), builder.fmul(f, f))
    series = builder.fmul(z, v.polynomial(z, LOGARITHM))
    inner = v.fused(s, builder.fadd(half, series), builder.fmul(k, v.number(LN2_LOW)))
    found = builder.fsub(v.fused(k, v.number(LN2_HIGH), f), builder.fsub(half, inner))
    found = builder.select(builder.fcmp_ordered("==", x, v.number(0.0)), v.number(-math.inf), found)
    found = builder.select(builder.fcmp_ordered("==", x, v.number(math.inf)), x, found)
    return builder.select(builder.fcmp_unordered("<", x, v.number(0.0)), v.number(math.nan), found)


VECTOR_FUNCTIONS: Mapping[str, Callable[..., Any]] = {"exp": _exponential, "log": _logarithm}
