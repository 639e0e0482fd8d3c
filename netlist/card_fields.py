"""The fields of cards that are kept as data, and the expressions in them: `{…}` and '…', also as a part of a field."""

from __future__ import annotations

import re
from collections.abc import Callable

from .errors import Location, NetlistError
from .expression import Expression, reads_signals
from .expression_parser import parse_expression

_EXPRESSION = re.compile(r"\{[^{}]*\}|'[^']*'")
_PART = re.compile(r"'[^']*'|\"[^\"]*\"|[(){}]|\s+|[^\s(){}'\"]+|['\"]")


def card_fields(text: str, location: Location) -> tuple[str, ...]:
    """The fields of a card kept as data: blanks separate them, but not inside parentheses, braces or quotes."""
    found: list[str] = []
    depth = 0
    joined = False
    for part in _PART.findall(text):
        if part.isspace():
            joined = joined and depth > 0
            continue
        depth += (part in ("(", "{")) - (part in (")", "}"))
        part = re.sub(r"\s+", "", part)
        if joined:
            found[-1] += part
        else:
            found.append(part)
        joined = True
    if depth:
        raise NetlistError(f"the parentheses of {text.strip()[:40]!r} do not match; close every one", location)
    return tuple(found)


def whole_expressions(field: str, location: Location | None) -> list[Expression]:
    """The tree of a field that is one expression of parameters; none for any other field."""
    if _EXPRESSION.fullmatch(field) is None:
        return []
    tree = parse_expression(field[1:-1], location)
    return [] if reads_signals(tree) else [tree]


def with_expressions(field: str, location: Location | None, text_of: Callable[[Expression], str | None]) -> str:
    """The field with `text_of(tree)` in the place of every expression, where that is not None."""

    def replacement(match: re.Match[str]) -> str:
        return text_of(parse_expression(match[0][1:-1], location)) or match[0]

    return _EXPRESSION.sub(replacement, field)
