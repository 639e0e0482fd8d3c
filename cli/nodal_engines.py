"""Who answers one analysis card of a deck, by name: our own engine for any circuit, and ngspice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..netlist import Card, Circuit, CircuitError, Traces

Answer = Callable[[Circuit, Card], Traces]
"""What a flat circuit says to one of its cards."""


@dataclass(frozen=True)
class NodalEngine:
    """A name, and an answer by the keyword of the card."""

    name: str
    answers: Mapping[str, Answer]


def answer(engine: NodalEngine, circuit: Circuit, card: Card) -> Traces:
    """The engine's answer to one card.

    Raises:
        CircuitError: an analysis that the engine does not carry out; whatever the engine refuses.
        NumericalError: the engine found no answer.
    """
    found = engine.answers.get(card.keyword)
    if found is None:
        known = ", ".join(f".{keyword}" for keyword in engine.answers)
        raise CircuitError(f".{card.keyword} is not carried out by {engine.name}; it takes {known}", card.location)
    return found(circuit.replace(analyses=(card,)), card)


def _by_nodal_analysis(circuit: Circuit, card: Card) -> Traces:
    from ..solvers.nodal.analyses import ANALYSES

    return ANALYSES[card.keyword](circuit, card)


def _by_ngspice(circuit: Circuit, card: Card) -> Traces:
    from ..spice_export import deck, run

    return run(deck(circuit))


NODAL = NodalEngine("nodal", dict.fromkeys(("op", "dc", "ac", "tran", "noise", "tf"), _by_nodal_analysis))
NGSPICE = NodalEngine("ngspice", dict.fromkeys(("op", "dc", "ac", "tran"), _by_ngspice))

NODAL_ENGINES: Mapping[str, NodalEngine] = MappingProxyType({engine.name: engine for engine in (NODAL, NGSPICE)})
"""All of them by name: our own first."""
