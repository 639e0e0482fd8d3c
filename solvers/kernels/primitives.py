"""What JAX's primitives mean among scalars: operations of `scalar_graph`, most of them one to one.

Shapes are all (), so operations on shapes do nothing. Every float is a double, every truth value a bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Add = Callable[..., Any]
Translate = Callable[[Add, Sequence[Any], Mapping[str, Any]], Any]

INLINED = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "remat": "jaxpr",
    "checkpoint": "jaxpr",
}
"""Primitives that hold a function, and the parameter that does."""

ARITHMETIC = ("add", "sub", "mul", "div", "rem", "max", "min", "pow", "atan2")
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
FUNCTIONS = (
    "neg", "exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
    "asinh", "acosh", "atanh", "exp2", "expm1", "log1p", "abs", "sign", "floor", "ceil",
)  # fmt: skip


def _same(add: Add, operands: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    return operands[0]


def _plainly(name: str) -> Translate:
    return lambda add, operands, parameters: add(name, *operands)


def _integer_power(add: Add, operands: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    base, exponent = operands[0], parameters["y"]
    found, power = 1.0, abs(exponent)
    while power:
        if power & 1:
            found = add("mul", found, base)
        base, power = add("mul", base, base), power >> 1
    return add("div", 1.0, found) if exponent < 0 else found


def _select(add: Add, operands: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    test, otherwise, then = operands
    return add("select", test, then, otherwise)


def _round(add: Add, operands: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    """To even, as `numpy.round`; JAX's other rule, away from zero, is not used by any function of ngspice."""
    if int(parameters["rounding_method"]) != 1:
        raise NotImplementedError("rounding away from zero is not translated; use jnp.round")
    return add("rint", operands[0])


TRANSLATE: Mapping[str, Translate] = {
    **{name: _plainly(name) for name in (*ARITHMETIC, *COMPARISONS, *FUNCTIONS, "and", "or", "not")},
    **dict.fromkeys(
        ("convert_element_type", "copy", "copy_p", "stop_gradient", "broadcast_in_dim", "reshape", "squeeze"), _same
    ),
    "add_any": _plainly("add"),
    "integer_pow": _integer_power,
    "square": lambda add, operands, parameters: add("mul", operands[0], operands[0]),
    "rsqrt": lambda add, operands, parameters: add("div", 1.0, add("sqrt", operands[0])),
    "logistic": lambda add, operands, parameters: add("div", 1.0, add("add", 1.0, add("exp", add("neg", operands[0])))),
    "clamp": lambda add, operands, parameters: add("min", add("max", operands[0], operands[1]), operands[2]),
    "select_n": _select,
    "round": _round,
}
"""By the primitive's name: from the operands to one operation's value."""

FOLD: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "max": max,
    "min": min,
    "abs": abs,
    "pow": math.pow,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "sign": lambda a: math.copysign(1.0, a) if a else 0.0,
    "lt": lambda a, b: float(a < b),
    "le": lambda a, b: float(a <= b),
    "gt": lambda a, b: float(a > b),
    "ge": lambda a, b: float(a >= b),
    "eq": lambda a, b: float(a == b),
    "ne": lambda a, b: float(a != b),
    "and": lambda a, b: float(bool(a) and bool(b)),
    "or": lambda a, b: float(bool(a) or bool(b)),
    "not": lambda a: float(not a),
}
"""What is computed at once where all operands are constants; it raises where there is no finite value."""
