"""Element lines to elements: the fast path for plain cards first, then the reader of the kind."""

from __future__ import annotations

from collections.abc import Callable

from .behaviour import read_behavioural, read_controlled
from .card import ElementCard
from .element import Element
from .errors import Location, NetlistError
from .instances import read_instance
from .ordinary import read_coupling, read_ordinary
from .plain_cards import PlainCards
from .scope import Scope
from .sidecar import Sidecars
from .sources import read_source

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
    plain = PlainCards(scope).read
    for location, text in scope.cards:
        element = plain(text, location) or read_element(text, location, scope, sidecars)
        if seen.setdefault(element.name, element) is not element:
            _refuse_duplicate(element, seen[element.name])
        elements.append(element)
    return tuple(elements)


def read_element(text: str, location: Location, scope: Scope, sidecars: Sidecars) -> Element:
    """The element of one card."""
    card = ElementCard.of(text, location, scope, sidecars)
    return _READERS.get(card.kind.letter, read_ordinary)(card)


def _refuse_duplicate(element: Element, earlier: Element) -> None:
    cause = f"the element {element.name} is defined twice, first at {earlier.location}"
    raise NetlistError(f"{cause}; rename or remove one of them", element.location)
