"""ngspice's answer to a question, so exact that what differs from it is not its own error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...netlist import Card, Traces
from ...netlist.errors import NetlistError, NoAnswer, SpiceError
from ...netlist.numbers import format_number, number
from ...spice_export import deck, run
from .frozen import has_switches, with_frozen_switches
from .question import OPERATING_POINT, Question
from .tolerances import LOOSER, OWN, SHARP, TIGHT

STEPS = 4000
"""ngspice takes at least so many steps in a transient, and `REFINEMENT` times as many each time one asks again."""

REFINEMENT = 5
REFINEMENTS = 2

_ATTEMPTS: Mapping[str, Sequence[Mapping[str, object]]] = {
    **dict.fromkeys(("op", "dc", "ac"), (SHARP, TIGHT, OWN)),
    "tran": (TIGHT, LOOSER, OWN),
}
"""Options in the order they are tried."""


def reference(question: Question, *, refinements: int = 0, time_limit: float) -> Traces:
    """ngspice's answer; `about["tolerances"]` says `own` where ngspice had none at our tolerances.

    Raises:
        SpiceError: a card that ngspice is not given, ngspice missing, or longer than `time_limit` seconds.
        NoAnswer: ngspice has no answer at any tolerance.
    """
    card = stepped(question.card, STEPS * REFINEMENT**refinements) if question.keyword == "tran" else question.card
    circuit = question.circuit.replace(analyses=(card,))
    if question.keyword == "ac" and has_switches(circuit):
        still = reference(Question(question.circuit.replace(analyses=()), OPERATING_POINT), time_limit=time_limit)
        circuit = with_frozen_switches(circuit, still)
    reason: NoAnswer | None = None
    for options in _ATTEMPTS[question.keyword]:
        try:
            found = run(deck(circuit, options=options), time_limit=time_limit)
        except NoAnswer as error:
            reason = reason or error
            continue
        return replace(found, about={**found.about, "tolerances": "own" if options is OWN else "ours"})
    raise reason or SpiceError(f"ngspice has no answer to {question.text}")


def stepped(card: Card, steps: int) -> Card:
    """The `.tran` card with a largest step that gives at least so many. A card we cannot read stays as it is."""
    words = [field.lower() for field in card.fields if field.lower() != "uic"]
    try:
        times = [number(word) for word in words]
    except NetlistError:
        return card
    if not 2 <= len(times) <= 4:
        return card
    step, stop, start = (*times, 0.0)[:3]
    bound = min([(stop - start) / steps, *(largest for largest in times[3:] if largest > 0.0)])
    uic = ["uic"] if len(words) < len(card.fields) else []
    return replace(card, fields=(*map(format_number, (step, stop, start, bound)), *uic))


def beginning(traces: Traces) -> Traces:
    """The first point of an answer over axes; an operating point itself."""
    first = (0,) * len(traces.axes)
    return Traces({name: signal[first] for name, signal in traces.signals.items()} if first else traces.signals)


def started_at(question: Question, answer: Traces) -> Question:
    """The same question with our answer as the point where the search begins."""
    nodes = {name[2:-1]: float(value) for name, value in answer.scalars() if name.startswith("v(")}
    return replace(question, circuit=question.circuit.replace(nodesets=nodes))
