"""`key=value` lists of `.param`, `.subckt`, `.model`, `.options` and X cards."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from .errors import Location, NetlistError
from .fields import closing_brace

_KEY = re.compile(r"[\s,]*([^\s=(){},'\"]+(?:\([^()=]*\))?)\s*=\s*")


class KeyValue(NamedTuple):
    """A key in lower case and its value's text, with the braces or quotes it may have."""

    key: str
    text: str


def key_values(text: str, location: Location, start: int = 0) -> list[KeyValue]:
    """Every `key=value` from `start` to the end of a card. A value without braces ends at the first blank outside
    parentheses; what follows it must be the next key.
    """
    found: list[KeyValue] = []
    position = start
    while text[position:].strip(" \t,"):
        match = _KEY.match(text, position)
        if match is None:
            _refuse(text[position:].strip(), found, location)
        position = value_end(text, match.end(), location)
        value = text[match.end() : position].rstrip(",")
        if not value:
            raise NetlistError(f"{match[1]}= has no value; write one after the equals sign", location)
        found.append(KeyValue(match[1].lower(), value))
    return found


def value_end(text: str, start: int, location: Location) -> int:
    """Where the value at `start` ends."""
    opening = text[start : start + 1]
    if opening == "{":
        return closing_brace(text, start, location) + 1
    if opening and opening in "'\"":
        close = text.find(opening, start + 1)
        if close < 0:
            raise NetlistError(f"{text[start : start + 40]!r} has no closing quote; complete it on this card", location)
        return close + 1
    depth = 0
    for position in range(start, len(text)):
        character = text[position]
        if depth == 0 and (character.isspace() or character in ",)"):
            return position
        depth += (character in "({") - (character in ")}")
    return len(text)


def _refuse(rest: str, found: list[KeyValue], location: Location) -> NoReturn:
    word = rest.split()[0]
    if found and word[0] in "+-*/^<>?:&|=(":
        last = found[-1]
        whole = f"{last.text} {rest}".partition("=")[0].strip()
        cure = f"put it in braces, as in {last.key}={{{whole}}}"
        raise NetlistError(f"the value of {last.key} goes on after a blank with {word!r}; {cure}", location)
    raise NetlistError(f"{word!r} where key=value was expected; write {word.strip('=')}=…, or remove it", location)
