"""The fast path: cards of two nodes and a number, a conductance or a diode's model, which are nearly all of a big deck.

It reads what it is sure of and leaves everything else, and every error, to the readers of `card`.
"""

from __future__ import annotations

import math
import re

from .element import Element, empty
from .errors import Location, NetlistError
from .numbers import looks_numeric, number
from .scope import Scope

_NAME = r"[^\s=(){},:;'\"\[\]@]+(?:\[\d+(?:,\d+)?\])?"
_CARD = re.compile(rf"([rclvid]{_NAME})\s+({_NAME})\s+({_NAME})\s+(g=)?([^\s=(){{}},:;'\"@]+)")


class PlainCards:
    """Reads the plain cards of one scope; equal node names become one string."""

    def __init__(self, scope: Scope):
        self._scope = scope
        self._nodes: dict[str, str] = {"gnd": "0"}
        self._diodes: dict[str, bool] = {}
        self._match = _CARD.fullmatch
        self._nothing = empty()

    def read(self, text: str, location: Location) -> Element | None:
        """The element of a card, or None if the card is not plain."""
        match = self._match(text.lower())
        if match is None:
            return None
        name, first, second, conductance, last = match.groups()
        pair = (self._nodes.setdefault(first, first), self._nodes.setdefault(second, second))
        letter = name[0]
        if letter == "d":
            return Element(name, pair, None, last, self._nothing, (), (), location) if self._is_diode(last) else None
        value = _value(last)
        if value is None:
            return None
        if conductance:
            if letter != "r" or value < 0.0:
                return None
            return Element(name, pair, None, None, {"g": value}, (), (), location)
        if letter in "vi" or value > 0.0 or (value == 0.0 and letter in "cl"):
            return Element(name, pair, value, None, self._nothing, (), (), location)
        return None

    def _is_diode(self, name: str) -> bool:
        found = self._diodes.get(name)
        if found is None:
            model = self._scope.model(name)
            found = self._diodes[name] = model is not None and model.type == "d"
        return found


def _value(text: str) -> float | None:
    """The value of a number, or None for what is none, or is out of range, or has an unknown unit."""
    if text[-1] in "0123456789." and "_" not in text:
        try:
            value = float(text)
        except ValueError:
            return None
        return value if math.isfinite(value) else None
    try:
        return number(text) if looks_numeric(text) else None
    except NetlistError:
        return None
