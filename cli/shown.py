"""The signals that a deck asks to see: those of `.print` and `.plot` for an analysis, else of `.save`, else all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..netlist import Card, Circuit, NetlistError, Traces
from ..netlist.measures import read_probe

_DEVICE = re.compile(r"@([^\[\]]+)\[(?:i|id|ic|current)\]")
_RANGE = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class Shown:
    """The part of an answer that is shown, and the signals on the deck's cards that the answer does not have."""

    answer: Traces
    lacking: tuple[str, ...] = ()


def printed(circuit: Circuit, keyword: str, answer: Traces) -> Shown:
    """What `.print` and `.plot` of the analysis name; what is saved where they name nothing."""
    cards = (card for card in circuit.analyses if card.keyword in ("print", "plot"))
    fields = [field for card in cards if card.fields[:1] == (keyword,) for field in card.fields[1:]]
    chosen = _chosen(answer, fields)
    if chosen.answer.signals:
        return chosen
    kept = saved(circuit, answer)
    return replace(kept, lacking=(*chosen.lacking, *kept.lacking))


def saved(circuit: Circuit, answer: Traces) -> Shown:
    """What `.save` and `.probe` name; all where they name nothing that the answer has."""
    fields = [field for card in _saves(circuit) for field in card.fields]
    chosen = _chosen(answer, fields)
    return chosen if chosen.answer.signals else Shown(answer, chosen.lacking)


def _saves(circuit: Circuit) -> Iterable[Card]:
    return (card for card in circuit.analyses if card.keyword in ("save", "probe"))


def _chosen(answer: Traces, fields: Iterable[str]) -> Shown:
    """The signals of the fields by the fields' names; `(0,1)` behind one is a range of a plot, `all` is all."""
    found, lacking = {}, []
    for field in fields:
        if field == "all":
            found |= answer.signals
        elif not _RANGE.fullmatch(field):
            name = _DEVICE.sub(r"i(\1)", field)
            try:
                found[name] = read_probe(name, None).values(answer)
            except NetlistError:
                lacking.append(field)
    return Shown(replace(answer, signals=found), tuple(lacking))
