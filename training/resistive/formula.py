"""Expressions over parameters as JAX values, so that what a parameter does to every element can be differentiated.

The trees are those of the netlist; the functions are ngspice's, as netlist/functions.py states them for parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
from jax import Array

from ...netlist.errors import CircuitError
from ...netlist.expression import Binary, Call, Conditional, Current, Expression, Name, Number, Unary, Voltage
from ...netlist.functions import CONSTANTS

BINARY: Mapping[str, Callable[[Any, Any], Array]] = {
    "+": jnp.add,
    "-": jnp.subtract,
    "*": jnp.multiply,
    "/": jnp.divide,
    "%": jnp.fmod,
    "\\": lambda a, b: jnp.trunc(a / b),
    "^": lambda a, b: jnp.abs(a) ** b,
    "==": lambda a, b: jnp.where(a == b, 1.0, 0.0),
    "!=": lambda a, b: jnp.where(a != b, 1.0, 0.0),
    "<": lambda a, b: jnp.where(a < b, 1.0, 0.0),
    ">": lambda a, b: jnp.where(a > b, 1.0, 0.0),
    "<=": lambda a, b: jnp.where(a <= b, 1.0, 0.0),
    ">=": lambda a, b: jnp.where(a >= b, 1.0, 0.0),
    "&&": lambda a, b: jnp.where((a != 0) & (b != 0), 1.0, 0.0),
    "||": lambda a, b: jnp.where((a != 0) | (b != 0), 1.0, 0.0),
}

UNARY: Mapping[str, Callable[[Any], Array]] = {
    "-": jnp.negative,
    "+": jnp.positive,
    "!": lambda a: jnp.where(a == 0, 1.0, 0.0),
}

FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "abs": jnp.abs,
    "acos": jnp.arccos,
    "acosh": jnp.arccosh,
    "arctan": jnp.arctan,
    "asin": jnp.arcsin,
    "asinh": jnp.arcsinh,
    "atan": jnp.arctan,
    "atan2": jnp.arctan2,
    "atanh": jnp.arctanh,
    "ceil": jnp.ceil,
    "cos": jnp.cos,
    "cosh": jnp.cosh,
    "exp": jnp.exp,
    "floor": jnp.floor,
    "int": jnp.trunc,
    "limit": lambda x, a, b: jnp.clip(x, jnp.minimum(a, b), jnp.maximum(a, b)),
    "ln": jnp.log,
    "log": jnp.log,
    "log10": jnp.log10,
    "max": jnp.maximum,
    "min": jnp.minimum,
    "nint": jnp.round,
    "pow": lambda x, y: x**y,
    "pwr": lambda x, y: jnp.abs(x) ** y,
    "sgn": jnp.sign,
    "sin": jnp.sin,
    "sinh": jnp.sinh,
    "sqr": lambda x: x * x,
    "sqrt": jnp.sqrt,
    "tan": jnp.tan,
    "tanh": jnp.tanh,
    "ternary_fcn": lambda test, then, otherwise: jnp.where(test != 0, then, otherwise),
    "u": lambda x: jnp.where(x > 0, 1.0, 0.0),
    "u2": lambda x: jnp.clip(x, 0.0, 1.0),
    "uramp": lambda x: jnp.maximum(x, 0.0),
}


class Formulas:
    """Evaluates expressions; `values` are numbers, JAX values or further expressions by parameter name.

    Functions of `.func` must have been inlined (`netlist.substitution`).
    """

    def __init__(self, values: Mapping[str, Any]):
        self._values = dict(values)

    def value(self, what: Any) -> Any:
        """The value of a number or of an expression. Raises `CircuitError` for what has none before a solution."""
        return _EVALUATE[type(what)](self, what) if isinstance(what, Expression) else what

    def parameter(self, name: str) -> Any:
        """The value of a parameter; an expression is evaluated once."""
        if name not in self._values:
            if name in CONSTANTS:
                return CONSTANTS[name]
            raise CircuitError(f"{name} is no parameter with a value; a trainable circuit needs a number for it")
        self._values[name] = self.value(self._values[name])
        return self._values[name]

    def call(self, node: Call) -> Any:
        """The value of a function of ngspice."""
        if node.function not in FUNCTIONS:
            raise CircuitError(f"the function {node.function} cannot be trained through; write it with others")
        return FUNCTIONS[node.function](*map(self.value, node.arguments))


def _signal(formulas: Formulas, node: Voltage | Current) -> Any:
    raise CircuitError("an element's value depends on a voltage or current; only ideal resistive circuits learn here")


_EVALUATE: dict[type, Callable[[Formulas, Any], Any]] = {
    Number: lambda formulas, node: node.value,
    Name: lambda formulas, node: formulas.parameter(node.name),
    Unary: lambda formulas, node: UNARY[node.operator](formulas.value(node.operand)),
    Binary: lambda formulas, node: BINARY[node.operator](formulas.value(node.left), formulas.value(node.right)),
    Conditional: lambda formulas, node: jnp.where(
        formulas.value(node.test) != 0, formulas.value(node.then), formulas.value(node.otherwise)
    ),
    Call: lambda formulas, node: formulas.call(node),
    Voltage: _signal,
    Current: _signal,
}
