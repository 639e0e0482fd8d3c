"""What a check found, as a value: how bad, in one sentence, at which elements and lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..element import Element
from ..errors import Location

_SHOWN = 8


@dataclass(frozen=True)
class Finding:
    """An `error` leaves the circuit without an answer, or without a unique one; a `warning` only may.

    `elements` are element names and `locations` the lines they stand on, in the order in which the sentence meets them.
    """

    severity: Literal["error", "warning"]
    message: str
    elements: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()


def finding(severity: Literal["error", "warning"], message: str, elements: Iterable[Element] = ()) -> Finding:
    """A finding about these elements."""
    elements = tuple(elements)
    locations = dict.fromkeys(element.location for element in elements if element.location)
    return Finding(severity, message, tuple(dict.fromkeys(element.name for element in elements)), tuple(locations))


def listed(names: Sequence[str]) -> str:
    """`a, b and c`; of a long list the beginning and how many more there are."""
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "none"


def plural(noun: str, names: Sequence[str]) -> str:
    """`node a` or `nodes a and b`."""
    return f"{noun}{'s' * (len(names) != 1)} {listed(names)}"


def verb(word: str, names: Sequence[object]) -> str:
    """The verb in the number of its subject: `drives` for one, `drive` for several."""
    return word if len(names) != 1 else f"{word}s"
