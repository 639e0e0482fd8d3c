"""Expressions as trees: what stands in braces, in quotes, and behind the `=` of a B source.

Nodes are frozen and hashable, so equal expressions can be grouped and compiled once. `0 <= value` holds for every
`Number`: a negative constant is a `Unary` minus, because that is how SPICE reads it back (`-2^2` is `-(2^2)`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_DEPTH = 200
"""The deepest tree that is read, and so the longest sum: deeper ones are refused with a message, never by a stack."""

MAX_NESTING = 100
"""The most parentheses, calls and prefixes inside each other."""


class Expression:
    """A node of the tree: one of the classes below."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A constant that is finite and not negative."""

    value: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and math.copysign(1.0, self.value) > 0.0):
            raise ValueError(f"Number takes a finite constant of at least 0, not {self.value}; use constant()")


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A parameter, an argument of a `.func`, or one of `time`, `temper`, `hertz`, `pi`, `e`."""

    name: str


@dataclass(frozen=True, slots=True)
class Voltage(Expression):
    """`v(positive)` or `v(positive,negative)`, in volts."""

    positive: str
    negative: str | None = None


@dataclass(frozen=True, slots=True)
class Current(Expression):
    """`i(element)`: the current through an element, in amperes."""

    element: str


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function of ngspice, or one of a `.func` card."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """`-operand` or `!operand`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """`left operator right`; the operators are those of `PRECEDENCE`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    """`test ? then : otherwise`."""

    test: Expression
    then: Expression
    otherwise: Expression


COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})

PRECEDENCE = {
    "||": 2,
    "&&": 3,
    **dict.fromkeys(COMPARISONS, 4),
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
    "%": 7,
    "\\": 7,
    "^": 9,
}
"""How tightly each operator binds; `?:` is 1 and a prefix 8. All group from the left, `^` too, as in ngspice; but two
comparisons in a row need parentheses, because ngspice groups them one way in parameters and another in B sources.
"""

PREFIX_PRECEDENCE = 8


def constant(value: float) -> Expression:
    """The expression of a finite constant of either sign."""
    return Unary("-", Number(-value)) if math.copysign(1.0, value) < 0.0 else Number(value)


_CHILDREN: dict[type[Expression], Callable[..., tuple[Expression, ...]]] = {
    Number: lambda node: (),
    Name: lambda node: (),
    Voltage: lambda node: (),
    Current: lambda node: (),
    Call: lambda node: node.arguments,
    Unary: lambda node: (node.operand,),
    Binary: lambda node: (node.left, node.right),
    Conditional: lambda node: (node.test, node.then, node.otherwise),
}

_REBUILD: dict[type[Expression], Callable[..., Expression]] = {
    Call: lambda node, children: Call(node.function, children),
    Unary: lambda node, children: Unary(node.operator, *children),
    Binary: lambda node, children: Binary(node.operator, *children),
    Conditional: lambda node, children: Conditional(*children),
}

NODE_TYPES: tuple[type[Expression], ...] = tuple(_CHILDREN)
"""Every class a tree is made of."""


def children(expression: Expression) -> tuple[Expression, ...]:
    """The operands of a node, in the order they are written."""
    return _CHILDREN[type(expression)](expression)


def rebuild(expression: Expression, operands: tuple[Expression, ...]) -> Expression:
    """The node with other operands; a leaf stays as it is."""
    return _REBUILD[type(expression)](expression, operands) if operands else expression


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node of the tree, the root first. Linear in the tree's size."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def depth(expression: Expression) -> int:
    """Number of nodes on the longest path from the root to a leaf."""
    deepest, level = 0, [expression]
    while level:
        deepest += 1
        level = [child for node in level for child in children(node)]
    return deepest


def names(expression: Expression) -> frozenset[str]:
    """The parameters, arguments and constants it reads."""
    return frozenset(node.name for node in walk(expression) if isinstance(node, Name))


def calls(expression: Expression) -> frozenset[str]:
    """The functions it calls."""
    return frozenset(node.function for node in walk(expression) if isinstance(node, Call))


def reads_signals(expression: Expression) -> bool:
    """Whether it depends on a voltage, a current, time or frequency, so that only a solution gives it a value."""
    return any(
        isinstance(node, Voltage | Current) or (isinstance(node, Name) and node.name in SIGNALS)
        for node in walk(expression)
    )


SIGNALS = frozenset({"time", "hertz"})
"""Names with a value only while a solver runs."""

TEMPERATURE = "temper"
"""The name of the circuit's temperature in °C."""
