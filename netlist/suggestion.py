"""What to write instead of an unknown word: the nearest known one, or all of them when none is near."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 12


def nearest(word: str, known: Iterable[str], phrase: str = "write {}") -> str:
    """A cure such as `write trainable`; `phrase` says how the nearest word is to be written."""
    candidates = list(known)
    near = get_close_matches(word.lower(), candidates, 1, 0.6)
    if near:
        return phrase.format(near[0])
    if not candidates:
        return "there is none to choose from; define it first"
    more = ", …" if len(candidates) > _SHOWN else ""
    return f"{phrase.format('one of ' + ', '.join(candidates[:_SHOWN]))}{more}"
