"""The same circuit through every engine: who answers, who refuses and why, how far apart the answers are."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable
from dataclasses import dataclass

from ..netlist import Circuit, NumericalError, TellegenError, Traces
from .answers import engineering
from .differences import Difference, difference
from .engines import Engine
from .exits import BAD_NEWS, MISUSE

COMPILING = 0.5
"""Seconds of compiling from which a comparison mentions them."""

COLUMNS = ("engine", "seconds", "largest difference, V", "at", "largest difference, A", "at", "")


@dataclass(frozen=True)
class Answer:
    """What one engine said: its traces, or why it refused or failed."""

    engine: str
    traces: Traces | None
    seconds: float
    reason: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Comparison:
    """All answers; the first one that has traces is the reference."""

    answers: tuple[Answer, ...]

    @classmethod
    def of(cls, circuit: Circuit, engines: Iterable[Engine]) -> Comparison:
        """Ask every engine in turn."""
        return cls(tuple(_ask(engine, circuit) for engine in engines))

    @property
    def reference(self) -> Answer | None:
        """The first answer there is."""
        return next((answer for answer in self.answers if answer.traces is not None), None)

    @functools.cached_property
    def differences(self) -> dict[str, tuple[Difference | None, Difference | None]]:
        """Largest difference in volts and in amperes from the reference, by engine, for those that answered."""
        reference = self.reference
        if reference is None or reference.traces is None:
            return {}
        return {
            answer.engine: (
                difference(answer.traces, reference.traces, "v"),
                difference(answer.traces, reference.traces, "i"),
            )
            for answer in self.answers
            if answer.traces is not None and answer is not reference
        }

    @property
    def worst(self) -> float:
        """The largest relative difference of all."""
        return max((_relative(pair) for pair in self.differences.values()), default=0.0)

    def rows(self) -> list[tuple[str, ...]]:
        """A line an engine."""
        rows = ((answer, self._cells(answer)) for answer in self.answers)
        return [(each.engine, f"{each.seconds:.3f}", *cells[:-1], cells[-1] + _compiling(each)) for each, cells in rows]

    def _cells(self, answer: Answer) -> tuple[str, ...]:
        pair = self.differences.get(answer.engine)
        if pair is None:
            word = "reference" if answer.traces is not None else "failed" if answer.failed else "refused"
            return ("", "", "", "", word)
        cells: list[str] = []
        for found, unit in zip(pair, "VA", strict=True):
            if found is None:
                cells += ["", ""]
            else:
                cells += [engineering(found.absolute, unit, 3), found.signal if found.absolute else ""]
        lacking = sum(found.lacking for found in pair if found)
        note = (_share(_relative(pair)) if _relative(pair) else "the same") + (
            f", {lacking} signals not in its answer" if lacking else ""
        )
        return (*cells, note)

    def reasons(self) -> list[str]:
        """Who has no answer and why, one line a reason."""
        names: dict[str, list[str]] = {}
        for answer in self.answers:
            if answer.traces is None:
                names.setdefault(answer.reason, []).append(answer.engine)
        return [f"{', '.join(engines)}: {reason}" for reason, engines in names.items()]

    def verdict(self, tolerance: float) -> tuple[str, int]:
        """The sentence under the table and the exit code."""
        failed = [answer.engine for answer in self.answers if answer.failed]
        if self.reference is None:
            return "no engine has an answer", BAD_NEWS if len(failed) == len(self.answers) else MISUSE
        if self.worst > tolerance:
            return f"the engines differ by {self.worst:.1e} of the scale, more than {tolerance:g}", BAD_NEWS
        if not self.differences and not failed:
            return f"only {self.reference.engine} has an answer, so there is nothing to compare it with", 0
        if failed:
            return f"{', '.join(failed)} accepted the circuit and failed", BAD_NEWS
        return f"{len(self.differences) + 1} engines agree within {_share(self.worst)}", 0


def _compiling(answer: Answer) -> str:
    """What to say where much of the time went into compiling the engine, once an installation."""
    seconds = answer.traces.about.get("compiling", 0.0) if answer.traces is not None else 0.0
    if not isinstance(seconds, float) or seconds < COMPILING:
        return ""
    return f"; {seconds:.0f} s went into compiling, at the first use only"


def _share(relative: float) -> str:
    return f"{relative:.1e} of the scale" if relative else "the last digit"


def _relative(pair: tuple[Difference | None, Difference | None]) -> float:
    return max((found.relative for found in pair if found), default=0.0)


def _ask(engine: Engine, circuit: Circuit) -> Answer:
    """The engine's answer, its refusal or its failure."""
    begin = time.perf_counter()
    try:
        traces = engine.solve(circuit)
    except TellegenError as error:
        reason, failed = " ".join(str(error).split()), isinstance(error, NumericalError)
        return Answer(engine.name, None, time.perf_counter() - begin, reason, failed)
    return Answer(engine.name, traces, time.perf_counter() - begin)
