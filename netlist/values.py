"""A field's value: a number, an expression, a parameter's name, or an array in a sidecar."""

from __future__ import annotations

from .errors import Location, NetlistError
from .expression import Expression, Name, Number, Unary
from .expression_parser import parse_expression
from .fields import is_expression
from .numbers import looks_numeric, number
from .scope import Scope
from .suggestion import nearest


def plain_or_tree(text: str, location: Location) -> float | Expression:
    """The value of a text that needs no braces: a constant as a float, anything else as its tree."""
    tree = parse_expression(text, location)
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Unary) and tree.operator == "-" and isinstance(tree.operand, Number):
        return -tree.operand.value
    return tree


def braced(text: str, location: Location) -> Expression:
    """The tree of `{…}` or '…' without its delimiters."""
    return parse_expression(text[1:-1], location)


def read_value(text: str, scope: Scope, location: Location, what: str) -> float | Expression:
    """The value of one field. Raises NetlistError for a word that is neither number nor parameter."""
    if is_expression(text):
        tree = braced(text, location)
        scope.check(tree, location)
        return tree
    if looks_numeric(text):
        return number(text, location)
    lower = text.lower()
    if scope.has_parameter(lower):
        return Name(lower)
    cure = nearest(lower, scope.parameter_names(), "write a number, or the parameter {{{}}}")
    if not scope.parameter_names():
        cure = "write a number such as 4.7k, or an expression in braces"
    raise NetlistError(f"{what} is {text!r}, which is neither a number nor a parameter; {cure}", location)
