"""What a deck asks for: one question an analysis card, and an operating point where it has none."""

from __future__ import annotations

from dataclasses import dataclass

from ...netlist import Card, Circuit
from .tolerances import OURS

ANSWERED = ("op", "dc", "ac", "tran")
"""Keywords of the analyses that are compared."""

OPERATING_POINT = Card("op", ())


@dataclass(frozen=True, eq=False)
class Question:
    """A flat circuit whose only analysis is the card."""

    circuit: Circuit
    card: Card

    @property
    def keyword(self) -> str:
        """`op`, `dc`, `ac` or `tran`."""
        return self.card.keyword

    @property
    def tight(self) -> Circuit:
        """The circuit with tight tolerances in place of its own."""
        return self.circuit.replace(options={**self.circuit.options, **OURS})

    @property
    def text(self) -> str:
        """The card as a reader knows it, without its dot."""
        return " ".join([self.card.keyword, *self.card.fields])


def questions(circuit: Circuit) -> tuple[Question, ...]:
    """The questions of a deck, each once, in its order.

    Raises:
        TellegenError: a circuit that cannot be flattened.
    """
    flat = circuit.flatten()
    asked = dict.fromkeys(card for card in flat.analyses if card.keyword in ANSWERED)
    return tuple(Question(flat.replace(analyses=(card,)), card) for card in asked or (OPERATING_POINT,))
