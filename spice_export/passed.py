"""Cards for whoever runs the deck: what to print, measure and linearise. Plain ones are passed on in ngspice's names.

They stand in the file only; our own runs ask for results by commands. A card with an expression in quotes or braces, a
signal the deck does not have, or a sign that is neither name nor number is left out, and `Deck.left_out` names it.
"""

from __future__ import annotations

import re

from ..netlist.circuit import Card
from .names import Names

PASSED = frozenset({"tf", "noise", "print", "plot", "measure", "meas"})
"""Keywords of the cards that are passed on where they are plain."""
_DRIVEN = frozenset({"tf", "noise"})
"""Those whose second field is a source."""
_READING = re.compile(r"\b(v(?:db|m|p|r|i)?|i(?:db|m|p|r|i)?)\(([^()]*)\)")
_PLAIN = re.compile(r"[\w.+\-*,=() ]+", re.ASCII)


def passed(card: Card, nodes: Names, elements: Names) -> str | None:
    """The card in ngspice's names, or None where it is not passed on."""
    if card.keyword not in PASSED:
        return None
    fields = list(card.fields)
    try:
        if card.keyword in _DRIVEN and len(fields) > 1:
            fields[1] = elements.to_spice[fields[1]]
        text = " ".join(_respelled(field, nodes, elements) for field in fields)
    except KeyError:
        return None
    return f".{card.keyword} {text}" if _PLAIN.fullmatch(text) else None


def _respelled(field: str, nodes: Names, elements: Names) -> str:
    """The field with every reading in ngspice's names; KeyError where the deck lacks a node or an element."""

    def respell(reading: re.Match[str]) -> str:
        function, arguments = reading.groups()
        names = nodes if function.startswith("v") else elements
        return f"{function}({','.join(names.to_spice[name.strip()] for name in arguments.split(','))})"

    return _READING.sub(respell, field)
