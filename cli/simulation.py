"""What a deck asks for, carried out: its analyses in order, each by an engine that takes the circuit, and measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..netlist import Card, Circuit, CircuitError, NumericalError, TellegenError, Traces
from ..netlist.measures import Measured, measured
from .arguments import nearest
from .engines import AUTOMATIC, ENGINES, is_ideal
from .exits import Misuse
from .nodal_engines import NODAL, NODAL_ENGINES, answer
from .over_time import TIME_ENGINES, in_time

OPERATING_POINT = Card("op", ())
ANALYSES = tuple(NODAL.answers)
"""Keywords of the analyses that are carried out."""
NOT_CARRIED_OUT = frozenset({"disto", "four", "fourier", "fft", "pss", "pz", "sens", "sp"})
"""Keywords of those that are not."""
Solve = Callable[[Circuit, Card], Traces]


@dataclass(frozen=True)
class Carried:
    """One analysis of a deck: its label (`tran`, `tran2`), its card, its answer, and what is measured in it."""

    label: str
    card: Card
    answer: Traces
    measured: Measured

    @property
    def text(self) -> str:
        """The card as it is written."""
        return " ".join([f".{self.card.keyword}", *self.card.fields])

    @property
    def totals(self) -> Mapping[str, float]:
        """What noise comes to over the band, root mean squares by name; nothing for other analyses."""
        found = self.answer.about.get("totals")
        return found if isinstance(found, Mapping) else {}


def carried_out(circuit: Circuit, engine: str | None = None, only: str | None = None) -> list[Carried]:
    """The analyses of a deck with their answers, in its order; an operating point where it asks for none.

    `only` is the keyword of those wanted. An engine that cannot carry out an analysis of the deck leaves it out.

    Raises:
        Misuse: an engine that does not exist, or an analysis that the deck does not ask for.
        TellegenError: no engine takes the circuit, or the one that does has no answer.
    """
    cards = _cards(circuit, engine, only)
    labels: dict[str, int] = {}
    found: list[Carried] = []
    known: dict[str, float] = {}
    for card in cards:
        labels[card.keyword] = labels.get(card.keyword, 0) + 1
        label = f"{card.keyword}{labels[card.keyword] if labels[card.keyword] > 1 else ''}"
        traces = _answered(circuit.replace(analyses=(card,)), card, _solvers(engine, card.keyword))
        read = measured(circuit, traces, card.keyword, known)
        known |= read.values
        found.append(Carried(label, card, traces, read))
    return found


def not_carried_out(circuit: Circuit) -> list[Card]:
    """The analyses of the deck that nobody here carries out."""
    return [card for card in circuit.analyses if card.keyword in NOT_CARRIED_OUT]


def _cards(circuit: Circuit, engine: str | None, only: str | None) -> Sequence[Card]:
    asked = list(dict.fromkeys(card for card in circuit.flatten().analyses if card.keyword in ANALYSES))
    if engine is not None:
        _known(circuit, engine)
    if only is not None:
        chosen = [card for card in asked if card.keyword == only] or ([OPERATING_POINT] if only == "op" else [])
        if not chosen:
            raise Misuse(f"the deck has no .{only}; {nearest(only, {'op', *(card.keyword for card in asked)})}")
        asked = chosen
    possible = [card for card in asked if _solvers(engine, card.keyword)]
    return possible or [OPERATING_POINT]


def _known(circuit: Circuit, engine: str) -> None:
    name = engine.lower()
    if name not in ENGINES and name not in TIME_ENGINES and name not in NODAL_ENGINES:
        moving = in_time(circuit)
        known = {**(TIME_ENGINES if moving else ENGINES), **NODAL_ENGINES}
        raise Misuse(f"there is no engine {engine}{' for circuits in time' if moving else ''}; {nearest(name, known)}")


def _solvers(engine: str | None, keyword: str) -> list[Solve]:
    """Who may carry out an analysis, in the order they are asked; nobody where the engine named cannot."""
    names = [engine.lower()] if engine is not None else _AUTOMATIC.get(keyword, (NODAL.name,))
    return [solve for name in names if (solve := _solver(name, keyword)) is not None]


_AUTOMATIC: Mapping[str, Sequence[str]] = {
    "op": (AUTOMATIC, NODAL.name),
    "tran": (next(iter(TIME_ENGINES)), NODAL.name),
}
"""Without an engine's name: the quadratic program at rest and the explicit equation in time where they take a circuit,
nodal analysis for everything else."""


def _solver(name: str, keyword: str) -> Solve | None:
    if keyword == "op" and name in ENGINES:
        return lambda circuit, card: ENGINES[name].solve(circuit)
    if keyword == "tran" and name in TIME_ENGINES:
        return lambda circuit, card: TIME_ENGINES[name].solve(circuit)
    found = NODAL_ENGINES.get(name)
    if found is None or keyword not in found.answers:
        return None
    return lambda circuit, card: answer(found, circuit, card)


def _answered(circuit: Circuit, card: Card, solvers: Sequence[Solve]) -> Traces:
    """The answer of the first that takes the circuit. Where the last has none either, the better of their reasons."""
    refusals: list[TellegenError] = []
    for place, solve in enumerate(solvers):
        try:
            return solve(circuit, card)
        except CircuitError as error:
            refusals.append(error)
        except NumericalError as error:
            if place == 0:
                raise
            refusals.append(error)
    raise refusals[0 if _is_piecewise_linear(circuit) else -1]


def _is_piecewise_linear(circuit: Circuit) -> bool:
    """Whether the quadratic program, which is asked first, knows best what is wrong with a circuit."""
    return is_ideal(circuit) or all(element.kind in "RCLKVI" for element in circuit.flatten().elements)


def only_shown(carried: Carried, answer: Traces) -> Carried:
    """The same analysis with the part of its answer that is shown."""
    return replace(carried, answer=answer)
