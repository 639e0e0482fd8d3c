"""Trees in the place of names and of `.func` calls, and other names for nodes and elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .circuit import Function
from .errors import Location, NetlistError
from .expression import MAX_DEPTH, Call, Current, Expression, Name, Voltage, calls, children, depth, rebuild

MAX_SIZE = 100_000
"""The most nodes a tree may have after its functions are inlined."""


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """The tree with other trees in the place of names."""
    return _Substitution(replacements, {}, None).apply(expression)


def inline(expression: Expression, functions: Mapping[str, Function], location: Location | None = None) -> Expression:
    """The tree with the body of every `.func` in the place of its call.

    Raises NetlistError for a function that calls itself, a wrong number of arguments, or a tree that grows too large.
    """
    if not functions or calls(expression).isdisjoint(functions):
        return expression
    found = _Substitution({}, functions, location).apply(expression)
    if depth(found) > MAX_DEPTH:
        cause = f"an expression has more than {MAX_DEPTH} nested operations once its functions are inlined"
        raise NetlistError(f"{cause}; split it over several parameters or sources", location)
    return found


def rename(expression: Expression, node: Callable[[str], str], element: Callable[[str], str]) -> Expression:
    """The tree with other names for the nodes and elements it reads."""
    if isinstance(expression, Voltage):
        return Voltage(node(expression.positive), expression.negative and node(expression.negative))
    if isinstance(expression, Current):
        return Current(element(expression.element))
    return rebuild(expression, tuple(rename(child, node, element) for child in children(expression)))


class _Substitution:
    """One pass over a tree; counts what it makes, and knows which functions it is inside of."""

    def __init__(
        self, replacements: Mapping[str, Expression], functions: Mapping[str, Function], location: Location | None
    ):
        self.replacements = replacements
        self.functions = functions
        self.location = location
        self.size = 0
        self.level = 0
        self.inside: list[str] = []

    def apply(self, node: Expression) -> Expression:
        self.size += 1
        if self.size > MAX_SIZE:
            cause = f"an expression grows beyond {MAX_SIZE} terms when its functions are inlined"
            raise NetlistError(f"{cause}; use parameters for the common parts", self.location)
        if isinstance(node, Name):
            return self.replacements.get(node.name, node)
        self.level += 1
        if self.level > 2 * MAX_DEPTH:
            cause = f"an expression has more than {MAX_DEPTH} nested operations once its functions are inlined"
            raise NetlistError(f"{cause}; split it over several parameters or sources", self.location)
        operands = []
        for child in children(node):
            operands.append(self.apply(child))
        if isinstance(node, Call) and node.function in self.functions:
            found = self.body(self.functions[node.function], tuple(operands))
        else:
            found = rebuild(node, tuple(operands))
        self.level -= 1
        return found

    def body(self, function: Function, operands: tuple[Expression, ...]) -> Expression:
        if len(operands) != len(function.arguments):
            form = f"{function.name}({','.join(function.arguments)})"
            cause = f"{function.name} is called with {len(operands)} arguments, but {function.location} defines {form}"
            raise NetlistError(f"{cause}; give as many", self.location)
        if function.name in self.inside:
            circle = " → ".join((*self.inside, function.name))
            raise NetlistError(f"functions call each other in a circle: {circle}; break it", function.location)
        outer, self.replacements = self.replacements, dict(zip(function.arguments, operands, strict=True))
        self.inside.append(function.name)
        found = self.apply(function.body)
        self.inside.pop()
        self.replacements = outer
        return found
