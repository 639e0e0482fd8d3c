"""An expression written so that it reads back as the same tree, with no more parentheses than that needs."""

from __future__ import annotations

from collections.abc import Callable

from .expression import (
    COMPARISONS,
    PRECEDENCE,
    Binary,
    Call,
    Conditional,
    Current,
    Expression,
    Name,
    Number,
    Unary,
    Voltage,
)
from .numbers import format_number

_ATOM = 10


def write_expression(expression: Expression) -> str:
    """The text of an expression without delimiters."""
    return _WRITERS[type(expression)](expression)[0]


def _operand(expression: Expression, least: int) -> str:
    """The operand's text, in parentheses if it binds more loosely than `least`."""
    text, binding = _WRITERS[type(expression)](expression)
    return text if binding >= least else f"({text})"


def _write_voltage(node: Voltage) -> tuple[str, int]:
    inside = node.positive if node.negative is None else f"{node.positive},{node.negative}"
    return f"v({inside})", _ATOM


def _write_unary(node: Unary) -> tuple[str, int]:
    """A prefix is put in parentheses wherever it is an operand: ngspice cannot read `a/-b` or `a<-b` in parameters."""
    return f"{node.operator}{_operand(node.operand, _ATOM)}", 0


def _write_binary(node: Binary) -> tuple[str, int]:
    binding = PRECEDENCE[node.operator]
    left = _operand(node.left, binding + (node.operator in COMPARISONS))
    right = _operand(node.right, binding + 1)
    return f"{left}{node.operator}{right}", binding


def _write_conditional(node: Conditional) -> tuple[str, int]:
    test = _operand(node.test, 2)
    return f"{test} ? {_operand(node.then, 2)} : {_operand(node.otherwise, 1)}", 1


_WRITERS: dict[type[Expression], Callable[..., tuple[str, int]]] = {
    Number: lambda node: (format_number(node.value), _ATOM),
    Name: lambda node: (node.name, _ATOM),
    Voltage: _write_voltage,
    Current: lambda node: (f"i({node.element})", _ATOM),
    Call: lambda node: (f"{node.function}({','.join(write_expression(part) for part in node.arguments)})", _ATOM),
    Unary: _write_unary,
    Binary: _write_binary,
    Conditional: _write_conditional,
}
"""One writer a node class; it returns the text and how tightly it binds."""
