"""A card's fields: words, numbers, `{…}` and '…' expressions, and the signs `=`, `(`, `)`, `,`."""

from __future__ import annotations

import re

from .errors import Location, NetlistError

_FIELD = re.compile(r"""\s*(?:([=(),])|('[^']*'|"[^"]*")|(\{)|((?:[^\s=(),{}'"\[]|\[[^\]\s]*\])+))""")


def fields(text: str, location: Location) -> list[str]:
    """The fields of a card in order, in the text's own case.

    An expression keeps its delimiters (`{2*a}`), so a field's first character says what it is.
    Raises NetlistError for an unclosed brace, quote or bracket.
    """
    found: list[str] = []
    position = 0
    end = len(text)
    while position < end:
        match = _FIELD.match(text, position)
        if match is None:
            if text[position:].isspace():
                break
            raise NetlistError(_unclosed(text[position:].lstrip()), location)
        position = match.end()
        if match[3]:
            close = closing_brace(text, match.start(3), location)
            found.append(text[match.start(3) : close + 1])
            position = close + 1
        else:
            found.append(match[0].lstrip())
    return found


def closing_brace(text: str, start: int, location: Location) -> int:
    """Position of the brace that closes the one at `start`."""
    depth = 0
    for position in range(start, len(text)):
        if text[position] == "{":
            depth += 1
        elif text[position] == "}":
            depth -= 1
            if depth == 0:
                return position
    raise NetlistError(f"the expression {text[start : start + 40]!r} has no closing brace; write {{…}}", location)


def is_expression(field: str) -> bool:
    """Whether a field is an expression in braces or quotes."""
    return field[0] in "{'\""


def _unclosed(rest: str) -> str:
    opening = rest[0]
    names = {"'": "quote", '"': "quote", "}": "opening brace", "[": "closing bracket"}
    return f"{rest[:40]!r} has no matching {names.get(opening, 'close')}; complete it on this card"
