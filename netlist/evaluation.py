"""The value of an expression, computed as ngspice 39 does."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from .errors import Location, NetlistError
from .expression import Binary, Call, Conditional, Current, Expression, Name, Number, Unary, Voltage
from .expression_text import write_expression
from .functions import CONSTANTS, FUNCTIONS, power
from .suggestion import nearest

Signals = Callable[[Voltage | Current], float]


class _Undefined(ArithmeticError):
    """An operation without a value; the message says which."""


class Evaluator:
    """Evaluates trees over given names. `behavioural` takes the functions as B sources have them.

    `signals` gives the value of `v(…)` and `i(…)`; without it they have none. Functions of `.func` must have been
    inlined (see `substitution.inline`).
    """

    def __init__(self, names: Mapping[str, float], signals: Signals | None = None, behavioural: bool = False):
        self.names = names
        self.signals = signals
        self.behavioural = behavioural

    def __call__(self, expression: Expression, location: Location | None = None) -> float:
        """The finite value. Raises NetlistError for an unknown name, and for an operation that has no value."""
        try:
            value = float(self.value(expression))
        except (ArithmeticError, ValueError) as error:
            reason = str(error) if isinstance(error, _Undefined) else "an operation out of its domain or range"
            raise NetlistError(_failed(expression, reason), location) from None
        except KeyError as error:
            cure = nearest(error.args[0], self.names, "write {}, or define it by .param", "define it by .param")
            raise NetlistError(f"unknown parameter {error.args[0]} in an expression; {cure}", location) from None
        if not math.isfinite(value):
            raise NetlistError(_failed(expression, f"the value {value}"), location)
        return value

    def value(self, node: Expression) -> float:
        return _VALUES[type(node)](self, node)

    def name(self, node: Name) -> float:
        found = self.names.get(node.name)
        return CONSTANTS[node.name] if found is None else found

    def signal(self, node: Voltage | Current) -> float:
        if self.signals is None:
            raise _Undefined(f"{write_expression(node)}, which has no value before the circuit is solved")
        return self.signals(node)

    def call(self, node: Call) -> float:
        rule = FUNCTIONS.get(node.function)
        if rule is None:
            raise _Undefined(f"the unknown function {node.function}")
        count = len(node.arguments)
        if count < rule.least or (rule.most is not None and count > rule.most):
            raise _Undefined(f"{node.function} with {count} arguments")
        if node.function == "ternary_fcn":
            return self.conditional(Conditional(*node.arguments))
        function = rule.behavioural if self.behavioural and rule.behavioural else rule.value
        try:
            return function(*map(self.value, node.arguments))
        except ValueError:
            shown = ", ".join(write_expression(part) for part in node.arguments)
            raise _Undefined(f"{node.function}({shown}) out of its domain") from None

    def unary(self, node: Unary) -> float:
        value = self.value(node.operand)
        return -value if node.operator == "-" else float(not value)

    def binary(self, node: Binary) -> float:
        if node.operator == "&&":
            return float(bool(self.value(node.left)) and bool(self.value(node.right)))
        if node.operator == "||":
            return float(bool(self.value(node.left)) or bool(self.value(node.right)))
        return _OPERATIONS[node.operator](self.value(node.left), self.value(node.right))

    def conditional(self, node: Conditional) -> float:
        return self.value(node.then if self.value(node.test) else node.otherwise)


def _divide(left: float, right: float) -> float:
    if right == 0.0:
        raise _Undefined("a division by zero")
    return left / right


def _remainder(left: float, right: float) -> float:
    if right == 0.0:
        raise _Undefined("a division by zero")
    return math.fmod(left, right)


_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "<": lambda left, right: float(left < right),
    ">": lambda left, right: float(left > right),
    "<=": lambda left, right: float(left <= right),
    ">=": lambda left, right: float(left >= right),
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "%": _remainder,
    "\\": lambda left, right: float(math.trunc(_divide(left, right))),
    "^": power,
}

_VALUES: dict[type[Expression], Callable[..., float]] = {
    Number: lambda evaluator, node: node.value,
    Name: Evaluator.name,
    Voltage: Evaluator.signal,
    Current: Evaluator.signal,
    Call: Evaluator.call,
    Unary: Evaluator.unary,
    Binary: Evaluator.binary,
    Conditional: Evaluator.conditional,
}
"""One rule a node class."""


def _failed(expression: Expression, reason: str) -> str:
    shown = write_expression(expression)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}…"
    return f"the expression {shown!r} has no value because of {reason}; change it or its parameters"
