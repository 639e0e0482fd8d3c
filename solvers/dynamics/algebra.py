"""Sums and products of expression trees, with numbers folded where they meet."""

from __future__ import annotations

from ...netlist.evaluation import Evaluator
from ...netlist.expression import Binary, Expression, Number, Unary, children, constant

ONE = Number(1.0)
TWO = Number(2.0)
ZERO = Number(0.0)


def number_of(expression: Expression) -> float | None:
    """The value of a constant of either sign; None for anything else."""
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Unary) and expression.operator == "-" and isinstance(expression.operand, Number):
        return -expression.operand.value
    return None


def folded(expression: Expression) -> Expression:
    """The constant, where all its operands are constants. Raises NetlistError where it has no value."""
    operands = children(expression)
    if not operands or any(number_of(operand) is None for operand in operands):
        return expression
    return constant(_EVALUATE(expression))


_EVALUATE = Evaluator({}, behavioural=True)


def product(left: Expression, right: Expression) -> Expression:
    """left·right."""
    a, b = number_of(left), number_of(right)
    if a is not None and b is not None:
        return constant(a * b)
    if a == 1.0:
        return right
    return left if b == 1.0 else Binary("*", left, right)


def total(left: Expression, right: Expression) -> Expression:
    """left + right."""
    a, b = number_of(left), number_of(right)
    if a is not None and b is not None:
        return constant(a + b)
    if a == 0.0:
        return right
    return left if b == 0.0 else Binary("+", left, right)


def negative(operand: Expression) -> Expression:
    """-operand."""
    value = number_of(operand)
    return Unary("-", operand) if value is None else constant(-value)


def difference(left: Expression, right: Expression) -> Expression:
    """left - right."""
    if number_of(right) == 0.0:
        return left
    return negative(right) if number_of(left) == 0.0 else Binary("-", left, right)


def reciprocal(operand: Expression) -> Expression:
    """1/operand; a constant of 0 stays a division, for the message that names it."""
    value = number_of(operand)
    return Binary("/", ONE, operand) if not value else constant(1.0 / value)
