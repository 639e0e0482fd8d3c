"""Element lines to elements: a fast path for plain two-terminal cards, and a reader a kind for all others."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from .behaviour import read_behavioural, read_controlled
from .card import ElementCard
from .element import Element, empty
from .errors import Location, NetlistError
from .instances import read_instance
from .ordinary import read_coupling, read_ordinary
from .scope import Scope
from .sidecar import Sidecars
from .sources import read_source

_NAME = r"[^\s=(){},:;'\"\[\]@]+(?:\[\d+(?:,\d+)?\])?"
_PLAIN = re.compile(
    rf"([rclvid]{_NAME})\s+({_NAME})\s+({_NAME})\s+([^\s=(){{}},:;'\"@]*[\d.]|[a-z][^\s=(){{}},:;'\"@]*)"
)

_READERS: dict[str, Callable[[ElementCard], Element]] = {
    "V": read_source,
    "I": read_source,
    "E": read_controlled,
    "F": read_controlled,
    "G": read_controlled,
    "H": read_controlled,
    "B": read_behavioural,
    "K": read_coupling,
    "X": read_instance,
}


def read_elements(scope: Scope, sidecars: Sidecars) -> tuple[Element, ...]:
    """The elements of a scope's cards in order. Linear in the number of cards.

    Raises NetlistError for a card that is no element, and for a name that an earlier card has.
    """
    elements: list[Element] = []
    seen: dict[str, Element] = {}
    nodes: dict[str, str] = {"gnd": "0"}
    diode_models: dict[str, bool] = {}
    plain = _PLAIN.fullmatch
    nothing = empty()
    for location, text in scope.cards:
        match = plain(text.lower())
        element = None
        if match:
            name, first, second, last = match.groups()
            pair = (nodes.setdefault(first, first), nodes.setdefault(second, second))
            if name[0] == "d":
                if last not in diode_models:
                    model = scope.model(last)
                    diode_models[last] = model is not None and model.type == "d"
                if diode_models[last]:
                    element = Element(name, pair, None, last, nothing, (), (), location)
            else:
                value = _plain_value(name[0], last)
                if value is not None:
                    element = Element(name, pair, value, None, nothing, (), (), location)
        if element is None:
            element = read_element(text, location, scope, sidecars)
        if seen.setdefault(element.name, element) is not element:
            _refuse_duplicate(element, seen[element.name])
        elements.append(element)
    return tuple(elements)


def _plain_value(letter: str, text: str) -> float | None:
    """The value of a plain number that its kind allows, else None: the slow path then says what is wrong."""
    if text[-1] not in "0123456789." or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    allowed = letter in "vi" or value > 0.0 or (value == 0.0 and letter in "cl")
    return value if allowed else None


def read_element(text: str, location: Location, scope: Scope, sidecars: Sidecars) -> Element:
    """The element of one card."""
    card = ElementCard.of(text, location, scope, sidecars)
    return _READERS.get(card.kind.letter, read_ordinary)(card)


def _refuse_duplicate(element: Element, earlier: Element) -> None:
    cause = f"the element {element.name} is defined twice, first at {earlier.location}"
    raise NetlistError(f"{cause}; rename or remove one of them", element.location)
