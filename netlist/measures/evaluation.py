"""The measures of one analysis, in the deck's order: each may use those before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from ..circuit import Card, Circuit
from ..errors import CircuitError, NetlistError
from ..expression import TEMPERATURE
from ..parameters import NOMINAL_TEMPERATURE, resolve
from ..traces import Traces
from .card import read_measure
from .measure import Measure, Sight
from .probe import Probe

CARDS = ("measure", "meas")


@dataclass(frozen=True)
class Measured:
    """What was measured, by name, and why some measures have no value."""

    values: Mapping[str, float]
    failures: Mapping[str, str]


def measures(circuit: Circuit) -> tuple[Measure, ...]:
    """All measures of a deck. Raises NetlistError for a card that cannot be read, CircuitError for two of one name."""
    known = parameters(circuit)
    found: dict[str, Measure] = {}
    for card in _cards(circuit):
        each = read_measure(card, known)
        if each.name in found:
            raise CircuitError(f"the measure {each.name} stands twice; rename one of them", card.location)
        found[each.name] = each
    return tuple(found.values())


def measured(circuit: Circuit, traces: Traces, analysis: str, earlier: Mapping[str, float] | None = None) -> Measured:
    """The measures of one analysis in its answer; `earlier` are those of analyses before it.

    A measure without a value (nothing crosses, an empty window) is a failure with its reason, and those that need it
    fail too. The deck's own circuit is asked for, not a flat one: parameters have their names there.

    Raises:
        NetlistError: a card that cannot be read.
        CircuitError: an answer over several axes, as of a nested sweep; two measures of one name.
    """
    asked = [each for each in measures(circuit) if each.analysis == analysis]
    if asked and len(traces.axes) != 1:
        axes = ", ".join(traces.axes) or "none"
        raise CircuitError(f".measure {analysis} needs an answer over one axis, and this one has {axes}")
    known = {**parameters(circuit), **(earlier or {})}
    values: dict[str, float] = {}
    failures: dict[str, str] = {}
    for each in asked:
        try:
            values[each.name] = each.what.value(Sight(traces, {**known, **values}))
        except (CircuitError, NetlistError) as error:
            failures[each.name] = error.sentence
    return Measured(values, failures)


def signals_read(circuit: Circuit, analysis: str) -> tuple[str, ...]:
    """The signals that the deck's measures of an analysis read, `v(a)` and `i(v1)`, each once."""
    probes = (probe for each in measures(circuit) if each.analysis == analysis for probe in _probes(each.what))
    return tuple(dict.fromkeys(signal for probe in probes for signal in sorted(probe.signals)))


def _probes(part: Any) -> Iterator[Probe]:
    """The probes in a measure, wherever it has them."""
    if isinstance(part, Probe):
        yield part
    elif is_dataclass(part):
        for field in fields(part):
            yield from _probes(getattr(part, field.name))


def parameters(circuit: Circuit) -> dict[str, float]:
    """The values of the deck's parameters."""
    known = {TEMPERATURE: NOMINAL_TEMPERATURE}
    values = resolve(circuit.parameters, circuit.functions, known, {})
    return {name: value for name, value in values.items() if isinstance(value, float)}


def _cards(circuit: Circuit) -> Iterable[Card]:
    return (card for card in circuit.analyses if card.keyword in CARDS)
