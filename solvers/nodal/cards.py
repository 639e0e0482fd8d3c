"""Analysis cards as numbers: which sources are swept over which values, which frequencies, which output.

Grids are those of ngspice 39, whose `.ac dec` meets both ends, while that of `.noise` and every `oct` go on by equal
ratios as long as the end is not passed. `lin 2` has both ends here; ngspice takes it for one point.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from ...netlist.circuit import Card, Circuit
from ...netlist.errors import CircuitError, NetlistError
from ...netlist.node_names import canonical_node
from ...netlist.numbers import number

DC = "write .dc source start stop step, and no more than a second such four after it"
SPACING = "dec|oct|lin points start stop"
_OUTPUT = re.compile(r"v\(([^(),]+)(?:,([^(),]+))?\)|i\(([^(),]+)\)")


@dataclass(frozen=True)
class Swept:
    """What a `.dc` card moves: a source, a resistor or `temp`, and its values in order."""

    name: str
    values: np.ndarray


@dataclass(frozen=True)
class Output:
    """A voltage between two nodes, or the current of an element where that is named."""

    text: str
    plus: str = "0"
    minus: str = "0"
    element: str | None = None


def only_card(circuit: Circuit, keyword: str) -> Card:
    """The deck's card of that analysis.

    Raises:
        CircuitError: there is none, or there are several.
    """
    cards = [card for card in circuit.flatten().analyses if card.keyword == keyword]
    if len(cards) != 1:
        raise CircuitError(f"the deck has {len(cards)} .{keyword} cards where one is needed; hand in the one you mean")
    return cards[0]


def wrong(card: Card, cure: str) -> CircuitError:
    """The error of a card that cannot be carried out."""
    return CircuitError(
        f"the card .{card.keyword} {' '.join(card.fields)} cannot be carried out; {cure}", card.location
    )


def sweeps(card: Card) -> tuple[Swept, ...]:
    """What a `.dc` card moves, the fastest first.

    Values are added up step by step, as ngspice does, so that switches move at the same ones.

    Raises:
        CircuitError: a field that is missing or no number, a step that does not lead from start to stop.
    """
    if len(card.fields) not in (4, 8):
        raise wrong(card, DC)
    found = []
    for first in range(0, len(card.fields), 4):
        start, stop, step = (_number(card, field) for field in card.fields[first + 1 : first + 4])
        if step == 0.0 or (stop - start) * step < 0.0:
            raise wrong(card, "give a step that leads from start to stop")
        count = math.floor((stop - start) / step * (1.0 + 1e-12) + 1e-9) + 1
        found.append(Swept(card.fields[first].lower(), np.add.accumulate([start, *[step] * (count - 1)])))
    return tuple(found)


def frequencies(card: Card, fields: tuple[str, ...], tolerance: float) -> np.ndarray:
    """The frequencies in Hz of fields `dec|oct|lin points start stop`.

    `tolerance` is SPICE's `reltol`: by how much of a step the end may be passed.

    Raises:
        CircuitError: fields that are missing or no numbers, frequencies that do not rise, a start at 0 Hz where ratios
            are equal.
    """
    if len(fields) != 4 or fields[0].lower() not in ("dec", "oct", "lin"):
        raise wrong(card, f"write {SPACING} there")
    spacing = fields[0].lower()
    points, start, stop = (_number(card, field) for field in fields[1:])
    if int(points) < 1 or not 0.0 <= start <= stop:
        raise wrong(card, f"{SPACING} takes a point or more, and frequencies from 0 upwards")
    if spacing == "lin":
        return np.linspace(start, stop, int(points))
    if start == 0.0:
        raise wrong(card, f"the frequencies of {spacing} begin above 0")
    ratio = _ratio(card.keyword, spacing, int(points), start, stop)
    end = stop * (1.0 + tolerance * ratio)
    count = math.floor(math.log(end / start) / math.log(ratio)) + 1 if ratio > 1.0 else 1
    return np.minimum(start * ratio ** np.arange(count), end)


def _ratio(keyword: str, spacing: str, points: int, start: float, stop: float) -> float:
    if spacing == "oct":
        return 2.0 ** (1.0 / points)
    if keyword != "ac":
        return 10.0 ** (1.0 / points)
    steps = math.floor(abs(math.log10(stop / start)) * points)
    return (stop / start) ** (1.0 / steps) if steps else 1.0


def output(card: Card, field: str) -> Output:
    """The output `v(node)`, `v(node,node)` or `i(element)` of a field.

    Raises:
        CircuitError: a field that is none of these.
    """
    text = field.lower()
    match = _OUTPUT.fullmatch(text)
    if match is None:
        raise wrong(card, f"{field!r} is no output; write v(node), v(node,node) or i(source)")
    plus, minus, element = match.groups()
    if element is not None:
        return Output(text, element=element)
    return Output(text, canonical_node(plus), canonical_node(minus or "0"))


def joined(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Fields with `v (out)` put together, which some decks write."""
    if len(fields) > 1 and fields[0].lower() in ("v", "i"):
        return (fields[0] + fields[1], *fields[2:])
    return fields


def _number(card: Card, field: str) -> float:
    try:
        return number(field)
    except NetlistError as error:
        raise wrong(card, str(error)) from None
