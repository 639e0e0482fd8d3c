"""`.measure` cards read: `.measure tran name trig … targ …`, `when`, `find`, `deriv`, statistics, `param=`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..circuit import Card
from ..errors import NetlistError
from ..evaluation import Evaluator
from ..expression_parser import parse_expression
from ..numbers import looks_numeric, number
from ..suggestion import nearest
from .crossing import Edge
from .measure import LAST, AbstractMeasure, At, Crossing, Delay, Find, Formula, Measure, Statistic, When
from .probe import Probe, read_probe
from .waveform import STATISTICS

ANALYSES = ("tran", "ac", "dc", "op", "noise", "sp")
"""Words that say which analysis is measured; a card without one means the transient."""

_WORDS = ("trig", "when", "find", "deriv", "derivative", "param", *STATISTICS)
_EDGES: Mapping[str, Edge] = {"rise": "rise", "fall": "fall", "cross": "cross"}


def read_measure(card: Card, known: Mapping[str, float]) -> Measure:
    """The measure of a card; `known` are the parameters' values, for numbers in braces.

    Raises:
        NetlistError: a card that cannot be read; says which word, and how to write it.
    """
    words = _words(card)
    analysis = words.pop(0) if words and words[0] in ANALYSES else "tran"
    if len(words) < 2:
        raise NetlistError(
            f".{card.keyword} {' '.join(card.fields)} measures nothing; write .measure tran name max v(out)",
            card.location,
        )
    name, first = words[0], words[1].partition("=")[0]
    reader = _READERS.get(first)
    if reader is None:
        raise NetlistError(f"the measure {name} begins with {words[1]!r}; {nearest(first, _WORDS)}", card.location)
    return Measure(name, analysis, reader(_Words(card, name, words[1:], known)), card)


def _words(card: Card) -> list[str]:
    """The card's words, an equals sign joined to what stands on both its sides."""
    return re.sub(r"\s*(?<![=<>!])=(?!=)\s*", "=", " ".join(card.fields)).split()


@dataclass
class _Words:
    """The words of a card from its first one on, taken from left to right."""

    card: Card
    name: str
    words: list[str]
    known: Mapping[str, float]

    def fail(self, found: str, cure: str) -> NetlistError:
        return NetlistError(f"the measure {self.name} has {found}; {cure}", self.card.location)

    def take(self, what: str) -> str:
        if not self.words:
            raise self.fail(f"no {what}", "add it")
        return self.words.pop(0)

    def number(self, text: str) -> float:
        if looks_numeric(text):
            return number(text, self.card.location)
        return Evaluator(self.known)(parse_expression(text, self.card.location), self.card.location)

    def probe(self) -> Probe:
        return read_probe(self.take("signal"), self.card.location)

    def options(self, allowed: str, until: str = "") -> dict[str, str]:
        """The `key=value` words that follow, up to the word `until`."""
        found: dict[str, str] = {}
        while self.words and self.words[0] != until:
            word = self.words.pop(0)
            key, equals, value = ("cross", "=", "last") if word == "last" else word.partition("=")
            if not equals or key not in allowed.split():
                raise self.fail(f"the word {word!r}", nearest(key, allowed.split(), "write {}="))
            found[key] = value
        return found


def _place(words: _Words, until: str = "") -> At | Crossing:
    """`at=1u`, or `v(a) val=1 rise=2 td=…`."""
    if words.words and words.words[0].startswith("at="):
        options = words.options("at", until)
        return At(words.number(options["at"]))
    probe = words.probe()
    options = words.options("val rise fall cross td from to", until)
    if "val" not in options:
        raise words.fail(f"no val= for {probe.text}", "write the value it goes through, as val=0.5")
    return _counted(words, Crossing(probe, level=words.number(options.pop("val"))), options)


def _condition(words: _Words) -> Crossing:
    """`v(a)=1 rise=2`, or `v(a)=v(b)`."""
    word = words.take("condition")
    left, equals, right = _split(word)
    if not equals or not right:
        raise words.fail(f"the condition {word!r}", "write when v(out)=0.5")
    options = words.options("rise fall cross td from to")
    crossing = Crossing(read_probe(left, words.card.location))
    if looks_numeric(right) or right[0] in "{'" or right in words.known:
        crossing = replace(crossing, level=words.number(right))
    else:
        crossing = replace(crossing, right=read_probe(right, words.card.location))
    return _counted(words, crossing, options)


def _split(word: str) -> tuple[str, str, str]:
    """A condition at its equals sign, which stands outside of parentheses and quotes."""
    depth = 0
    for place, letter in enumerate(word):
        depth += (letter in "({") - (letter in ")}")
        if letter == "=" and depth == 0:
            return word[:place], "=", word[place + 1 :]
    return word, "", ""


def _counted(words: _Words, crossing: Crossing, options: Mapping[str, str]) -> Crossing:
    edges = [key for key in options if key in _EDGES]
    if len(edges) > 1:
        raise words.fail(f"{' and '.join(edges)} at once", "keep one of them")
    for key in edges:
        value = options[key]
        count = LAST if value == "last" else round(words.number(value))
        if count < 1 and count != LAST:
            raise words.fail(f"{key}={value}", "count from 1, or write last")
        crossing = replace(crossing, edge=_EDGES[key], count=count)
    times = {"delay": "td", "start": "from", "stop": "to"}
    return replace(crossing, **{name: words.number(options[key]) for name, key in times.items() if key in options})


def _delay(words: _Words) -> AbstractMeasure:
    words.take("trig")
    trigger = _place(words, "targ")
    if words.take("targ") != "targ":
        raise words.fail("no targ", "write trig … targ …")
    return Delay(trigger, _place(words))


def _when(words: _Words) -> AbstractMeasure:
    words.take("when")
    return When(_condition(words))


def _find(words: _Words) -> AbstractMeasure:
    slope = words.take("find") != "find"
    probe = words.probe()
    if words.words and words.words[0] == "when":
        words.take("when")
        return Find(probe, _condition(words), slope)
    options = words.options("at from to")
    if "at" not in options:
        raise words.fail("neither at= nor when", f"write find {probe.text} at=1u")
    return Find(probe, At(words.number(options["at"])), slope)


def _statistic(words: _Words) -> AbstractMeasure:
    word, probe = words.take("word"), words.probe()
    options = {key: words.number(value) for key, value in words.options("from to td").items()}
    start, stop = options.get("from", options.get("td")), options.get("to")
    if start is not None and stop is not None and stop < start:
        start, stop = stop, start
    return Statistic(word, probe, start, stop)


def _formula(words: _Words) -> AbstractMeasure:
    key, _, text = words.take("param").partition("=")
    return Formula(parse_expression(text or words.take(f"{key}="), words.card.location))


_READERS: Mapping[str, Callable[[_Words], AbstractMeasure]] = {
    "trig": _delay,
    "when": _when,
    "find": _find,
    "deriv": _find,
    "derivative": _find,
    "param": _formula,
    **dict.fromkeys(STATISTICS, _statistic),
}
"""How a measure goes on behind its first word."""
