"""The functions of expressions, as ngspice 39 computes them, and the constants.

Some differ between parameters (`.param`, braces) and behavioural sources. In parameters `pow(x,y)` is the plain power
and `pwr(x,y)` is |x|^y; in sources `pow(x,y)` is |x|^y and `pwr(x,y)` is sgn(x)·|x|^y. In both, `x^y` and `x**y` are
|x|^y, and `log` is the natural logarithm.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}
"""Names with a fixed value, unless a parameter has the same name."""


@dataclass(frozen=True, slots=True)
class FunctionRule:
    """A function by its number of arguments (`most` None: any) and its value; `behavioural` where that differs."""

    least: int
    most: int | None
    value: Callable[..., float]
    behavioural: Callable[..., float] | None = None


def power(base: float, exponent: float) -> float:
    """|base|^exponent, what ngspice makes of `^` and `**`."""
    return math.pow(abs(base), exponent)


def _signed_power(base: float, exponent: float) -> float:
    return math.copysign(math.pow(abs(base), exponent), base) if base else math.pow(0.0, exponent)


def sign(value: float) -> float:
    """-1, 0 or 1."""
    return float((value > 0.0) - (value < 0.0))


def nearest_integer(value: float) -> float:
    """Rounded, halves to the even neighbour."""
    return float(round(value))


def _limit(value: float, low: float, high: float) -> float:
    return min(max(value, min(low, high)), max(low, high))


def piecewise_linear(x: float, *points: float) -> float:
    """The line through (x1,y1,x2,y2,…), its end pieces prolonged without end."""
    xs, ys = points[::2], points[1::2]
    index = min(max(bisect.bisect_right(xs, x) - 1, 0), len(xs) - 2)
    slope = (ys[index + 1] - ys[index]) / (xs[index + 1] - xs[index])
    return ys[index] + slope * (x - xs[index])


def _one(value: Callable[..., float]) -> FunctionRule:
    return FunctionRule(1, 1, value)


FUNCTIONS: Mapping[str, FunctionRule] = {
    "abs": _one(math.fabs),
    "acos": _one(math.acos),
    "acosh": _one(math.acosh),
    "asin": _one(math.asin),
    "asinh": _one(math.asinh),
    "atan": _one(math.atan),
    "arctan": _one(math.atan),
    "atanh": _one(math.atanh),
    "atan2": FunctionRule(2, 2, math.atan2),
    "ceil": _one(lambda x: float(math.ceil(x))),
    "cos": _one(math.cos),
    "cosh": _one(math.cosh),
    "exp": _one(math.exp),
    "floor": _one(lambda x: float(math.floor(x))),
    "int": _one(lambda x: float(math.trunc(x))),
    "limit": FunctionRule(3, 3, _limit),
    "ln": _one(math.log),
    "log": _one(math.log),
    "log10": _one(math.log10),
    "max": FunctionRule(2, 2, max),
    "min": FunctionRule(2, 2, min),
    "nint": _one(nearest_integer),
    "pow": FunctionRule(2, 2, math.pow, power),
    "pwr": FunctionRule(2, 2, power, _signed_power),
    "pwl": FunctionRule(5, None, piecewise_linear),
    "sgn": _one(sign),
    "sin": _one(math.sin),
    "sinh": _one(math.sinh),
    "sqr": _one(lambda x: x * x),
    "sqrt": _one(math.sqrt),
    "tan": _one(math.tan),
    "tanh": _one(math.tanh),
    "ternary_fcn": FunctionRule(3, 3, lambda test, then, otherwise: then if test else otherwise),
    "u": _one(lambda x: 0.5 * (1.0 + sign(x))),
    "u2": _one(lambda x: min(max(x, 0.0), 1.0)),
    "uramp": _one(lambda x: max(x, 0.0)),
}
"""Every function by its name."""
