"""Expressions as JAX values, so that what a parameter or a voltage does to every element can be differentiated.

The trees are those of the netlist; the functions are ngspice's, as netlist/functions.py states them: of parameters, or
of behavioural sources where `pow` and `pwr` mean something else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import jax.numpy as jnp
from jax import Array

from ..netlist.errors import CircuitError
from ..netlist.expression import Binary, Call, Conditional, Current, Expression, Name, Number, Unary, Voltage
from ..netlist.functions import CONSTANTS

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


def _piecewise_linear(x: Any, *points: Any) -> Array:
    """The line through (x1,y1,x2,y2,…), its end pieces prolonged without end."""
    xs, ys = points[::2], points[1::2]
    pieces = [ys[k] + (ys[k + 1] - ys[k]) / (xs[k + 1] - xs[k]) * (x - xs[k]) for k in range(len(xs) - 1)]
    found = pieces[0]
    for corner, piece in zip(xs[1:-1], pieces[1:], strict=True):
        found = jnp.where(x >= corner, piece, found)
    return found


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
    "pwl": _piecewise_linear,
    "pwr": lambda x, y: jnp.abs(x) ** y,
    "sgn": jnp.sign,
    "sin": jnp.sin,
    "sinh": jnp.sinh,
    "sqr": lambda x: x * x,
    "sqrt": jnp.sqrt,
    "tan": jnp.tan,
    "tanh": jnp.tanh,
    "ternary_fcn": lambda test, then, otherwise: jnp.where(test != 0, then, otherwise),
    "u": lambda x: 0.5 * (1.0 + jnp.sign(x)),
    "u2": lambda x: jnp.clip(x, 0.0, 1.0),
    "uramp": lambda x: jnp.maximum(x, 0.0),
}


BEHAVIOURAL: Mapping[str, Callable[..., Array]] = {
    "pow": lambda x, y: jnp.abs(x) ** y,
    "pwr": lambda x, y: jnp.sign(x) * jnp.abs(x) ** y,
}
"""The functions that mean something else in B sources."""


class Formulas:
    """Evaluates expressions; `values` are numbers, JAX values or further expressions by parameter name.

    `signals` are the values of voltages by node, of expressions as B sources have them; without it voltages have no
    value and functions are those of parameters. `functions` are used in the place of those here. Functions of
    `.func` must have been inlined (`netlist.substitution`).
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        signals: Mapping[str, Any] | None = None,
        functions: Mapping[str, Callable[..., Array]] = MappingProxyType({}),
    ):
        self._values = dict(values)
        self._signals = signals
        self._functions = {**FUNCTIONS, **(BEHAVIOURAL if signals is not None else {}), **functions}

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
        if node.function not in self._functions:
            raise CircuitError(f"the function {node.function} cannot be trained through; write it with others")
        return self._functions[node.function](*map(self.value, node.arguments))

    def voltage(self, node: Voltage) -> Any:
        """The voltage of a node against ground, or between two."""
        if self._signals is None:
            raise _without_value()
        found = self._signals[node.positive]
        return found if node.negative is None else found - self._signals[node.negative]


def _without_value() -> CircuitError:
    return CircuitError("an element's value depends on a voltage or current; only ideal resistive circuits learn here")


def _current(formulas: Formulas, node: Current) -> Any:
    raise _without_value()


_EVALUATE: dict[type, Callable[[Formulas, Any], Any]] = {
    Number: lambda formulas, node: node.value,
    Name: lambda formulas, node: formulas.parameter(node.name),
    Unary: lambda formulas, node: UNARY[node.operator](formulas.value(node.operand)),
    Binary: lambda formulas, node: BINARY[node.operator](formulas.value(node.left), formulas.value(node.right)),
    Conditional: lambda formulas, node: jnp.where(
        formulas.value(node.test) != 0, formulas.value(node.then), formulas.value(node.otherwise)
    ),
    Call: lambda formulas, node: formulas.call(node),
    Voltage: lambda formulas, node: formulas.voltage(node),
    Current: _current,
}
