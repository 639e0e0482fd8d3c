"""What to write instead of an unknown word: the nearest known one, or all of them when none is near."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 12


def nearest(word: str, known: Iterable[str], phrase: str = "write {}", otherwise: str = "define it first") -> str:
    """A cure such as `write trainable`; `phrase` says how the nearest word is to be written, `otherwise` what to do
    when nothing is known.
    """
    candidates = list(known)
    near = get_close_matches(word.lower(), candidates, 1, 0.6 if len(word) > 3 else 0.5)
    if near:
        return phrase.format(near[0])
    if not candidates:
        return otherwise
    if len(candidates) == 1:
        return phrase.format(candidates[0])
    more = ", …" if len(candidates) > _SHOWN else ""
    return f"write one of {', '.join(candidates[:_SHOWN])}{more}"


def counted(count: int, noun: str) -> str:
    """`1 node`, `2 nodes`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
