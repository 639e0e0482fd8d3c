"""The cards of V and I: a DC value, an AC phasor and a waveform, in any order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .card import ElementCard
from .element import Element
from .fields import is_expression
from .numbers import looks_numeric
from .stimulus import WAVEFORMS, Stimulus, Value, value_at_start
from .suggestion import counted, nearest
from .values import read_value

_WORDS = ("dc", "ac", *WAVEFORMS)


def read_source(card: ElementCard) -> Element:
    """Nodes, then `[dc] value`, `ac [magnitude [phase]]`, a waveform, and parameters."""
    nodes = card.nodes()
    dc: Value | np.ndarray | None = None
    ac: tuple[Value, Value] | None = None
    shape: str | None = None
    arguments: tuple[Value, ...] = ()
    while True:
        card.skip_separators()
        word = card.peek().lower()
        if not word:
            break
        if word in WAVEFORMS:
            if shape:
                raise card.fail(f"it has two waveforms, {shape} and {word}", "keep one of the two")
            shape, arguments = card.take().lower(), _arguments(card, word)
        elif word == "ac":
            _skip_word(card)
            ac = _phasor(card)
        elif word == "dc" or _is_value(card):
            if word == "dc":
                _skip_word(card)
            if dc is not None:
                raise card.fail(f"{card.peek()!r} is a second DC value", "keep one of the two")
            dc = card.value(
                _value_field(card, "DC value"), card.kind.value, card.kind.value.name if card.kind.value else ""
            )
        elif card.at_keyword():
            card.read_keyword()
        else:
            raise card.fail(f"{card.peek()!r} is no waveform", nearest(word, _WORDS))
    return card.element(nodes, _combined(card, dc, ac, shape, arguments))


def _skip_word(card: ElementCard) -> None:
    """Past `dc` or `ac`, and past an equals sign or a comma that some decks put behind it."""
    card.take()
    if card.peek() in ("=", ","):
        card.take()


def _is_value(card: ElementCard) -> bool:
    word = card.peek()
    if not word or card.at_keyword():
        return False
    return word[0] == "@" or is_expression(word) or looks_numeric(word) or card.scope.has_parameter(word.lower())


def _value_field(card: ElementCard, what: str) -> str:
    if not _is_value(card):
        raise card.fail(f"its {what} is missing")
    return card.take()


def _phasor(card: ElementCard) -> tuple[Value, Value]:
    found: list[Value] = []
    while len(found) < 2 and _is_value(card):
        found.append(_scalar(card, card.take(), "AC value"))
    return found[0] if found else 1.0, found[1] if len(found) > 1 else 0.0


def _scalar(card: ElementCard, text: str, what: str) -> Value:
    if text.startswith("@"):
        raise card.fail(f"its {what} is the array {text}", "write one number; only the DC value can be an array")
    return read_value(text, card.scope, card.location, f"the {what} of {card.name}")


def _arguments(card: ElementCard, name: str) -> tuple[Value, ...]:
    waveform = WAVEFORMS[name]
    found: list[Value] = []
    while True:
        card.skip_separators()
        if not _is_value(card):
            break
        found.append(_scalar(card, card.take(), f"{name} argument"))
    if len(found) < waveform.required:
        raise card.fail(
            f"{name} has {counted(len(found), 'argument')} where {waveform.required} are needed",
            f"write {waveform.card}",
        )
    if name == "pwl":
        _check_points(card, found)
    elif len(found) > len(waveform.arguments):
        raise card.fail(f"{name} has {len(found)} arguments, more than it takes", f"write {waveform.card}")
    return tuple(found)


def _check_points(card: ElementCard, found: list[Value]) -> None:
    if len(found) % 2:
        raise card.fail(f"pwl has {len(found)} numbers, which are no pairs", "write pwl(t1 v1 t2 v2 …)")
    for earlier, later in pairwise(found[::2]):
        if isinstance(earlier, float) and isinstance(later, float) and later <= earlier:
            raise card.fail(
                f"the times {earlier:g} and {later:g} of pwl do not increase", "put the points in order of time"
            )


def _combined(
    card: ElementCard,
    dc: Value | np.ndarray | None,
    ac: tuple[Value, Value] | None,
    shape: str | None,
    arguments: tuple[Value, ...],
) -> object:
    """A plain value for a DC source, else a Stimulus, whose DC value is the waveform's start if the card has none."""
    if ac is None and shape is None:
        return 0.0 if dc is None else dc
    if isinstance(dc, np.ndarray):
        raise card.fail(
            "its DC value is an array, but it has more than a DC value", "put the waveform on a source in series"
        )
    if (
        dc is None
        and shape in ("pulse", "exp")
        and any(isinstance(delay, float) and delay < 0 for delay in arguments[2:3])
    ):
        raise card.fail("its waveform begins before time zero, which leaves its operating point open", "write dc too")
    if dc is None:
        dc = value_at_start(shape, arguments) if shape else 0.0
    return Stimulus(dc, ac, shape, arguments)
