"""All analyses that a deck asks for, carried out in its order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...netlist.circuit import Card, Circuit
from ...netlist.errors import CircuitError
from ...netlist.traces import Traces
from .noise import noise
from .points import operating_point
from .small_signal import small_signal
from .sweep import dc_sweep
from .transfer import transfer
from .transient import transient

ANALYSES: Mapping[str, Callable[[Circuit, Card], Traces]] = {
    "op": lambda circuit, card: operating_point(circuit),
    "dc": dc_sweep,
    "ac": small_signal,
    "noise": noise,
    "tf": transfer,
    "tran": transient,
}
"""By the keyword of the card."""
ASKED = frozenset({*ANALYSES, "disto", "pss", "pz", "sens", "sp"})
"""Keywords of all analyses; further cards are about output."""


def analyses(circuit: Circuit) -> list[tuple[Card, Traces]]:
    """Each analysis card with its answer; an operating point where the deck has no card.

    Raises:
        CircuitError: an analysis that is not carried out here, and whatever the others refuse.
        NumericalError: an analysis has no answer.
    """
    cards = [card for card in circuit.flatten().analyses if card.keyword in ASKED]
    return [(card, _answer(circuit, card)) for card in cards or [Card("op", ())]]


def _answer(circuit: Circuit, card: Card) -> Traces:
    if card.keyword not in ANALYSES:
        known = ", ".join(f".{keyword}" for keyword in ANALYSES)
        raise CircuitError(f".{card.keyword} is not carried out here; {known} are", card.location)
    return ANALYSES[card.keyword](circuit, card)
