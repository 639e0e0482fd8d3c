"""One deck: read, asked of ngspice and of our own engine, and judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...netlist import NumericalError, SpiceError, TellegenError, Traces, parse
from ...netlist.errors import CircuitError, NoAnswer
from ...netlist.files import read_text
from ..nodal_engines import NodalEngine, answer
from .gap import Gap, gap
from .over_time import gap_over_time
from .question import OPERATING_POINT, Question, questions
from .reference import REFINEMENTS, beginning, reference, started_at
from .row import Row, Status
from .tolerances import Tolerances

Stage = Callable[[str], None]
"""Told what begins: which program, at which analysis."""

SHOWN = 400
"""The longest reason that a cell of the table holds."""

_BADNESS = (Status.agrees, Status.ngspice_failed, Status.refused, Status.timeout, Status.failed, Status.differs)
"""From good to bad: a deck is as bad as its worst analysis."""


def silent(stage: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Examiner:
    """How decks are examined: by which engine, with which tolerances, how long ngspice may take for an analysis."""

    engine: NodalEngine
    tolerances: Tolerances = field(default_factory=Tolerances)
    time_limit: float = 60.0

    def file(self, path: Path, name: str, stage: Stage = silent) -> Row:
        """The row of a deck file, under a name of its own."""
        stage("reading")
        try:
            asked = questions(parse(read_text(path, name), source=name, folder=path.parent))
        except TellegenError as error:
            return Row(name, Status.refused, sentence(error))
        return worst_of([self.question(each, name, stage) for each in asked])

    def question(self, asked: Question, name: str, stage: Stage = silent) -> Row:
        """The row of one analysis."""
        row = Row(name, Status.agrees, analysis=asked.text)
        stage(f"ngspice at {asked.text}")
        try:
            theirs = reference(asked, time_limit=self.time_limit)
        except TellegenError as error:
            return replace(row, status=_without_reference(error), why=sentence(error))
        stage(f"tellegen at {asked.text}")
        return self.judged(asked, theirs, row, stage)

    def judged(self, asked: Question, theirs: Traces, row: Row, stage: Stage = silent) -> Row:
        """The row of one analysis to which ngspice has an answer."""
        row = replace(row, seconds_ngspice=_seconds(theirs))
        begin = time.perf_counter()
        try:
            ours = answer(self.engine, asked.tight, asked.card)
        except NumericalError as error:
            return replace(row, status=Status.failed, why=sentence(error))
        except TellegenError as error:
            return replace(row, status=Status.refused, why=sentence(error))
        except Exception as error:  # a fault of ours in one deck is a row, and the others go on
            return replace(row, status=Status.failed, why=_short(f"{type(error).__name__}: {error}"))
        row = replace(row, seconds_tellegen=time.perf_counter() - begin)
        try:
            return self._compared(asked, ours, theirs, row, stage)
        except CircuitError as error:
            return replace(row, status=Status.differs, why=sentence(error))

    def _compared(self, asked: Question, ours: Traces, theirs: Traces, row: Row, stage: Stage) -> Row:
        tolerance = self.tolerances.of(asked.keyword)
        found, notes = _gap(asked, ours, theirs), _notes(theirs)
        if found.relative > tolerance and asked.keyword == "tran":
            found = self._refined(asked, ours, found, stage)
        if found.relative > tolerance:
            found, note = self._restarted(asked, ours, found, stage)
            notes += note
        if found.lacking:
            notes.append(f"{found.lacking} of ngspice's signals are not in our answer")
        differs = found.relative > tolerance
        return replace(
            row,
            status=Status.differs if differs else Status.agrees,
            why="; ".join([*([f"{found} differs by more than {tolerance:g}"] if differs else []), *notes]),
            absolute=found.absolute,
            relative=found.relative,
            signal=found.signal,
        )

    def _refined(self, asked: Question, ours: Traces, found: Gap, stage: Stage) -> Gap:
        """The gap to answers that ngspice makes in finer and finer steps, until there is none.

        One that is no smaller says nothing: where edges are steep, it is there until their moments agree.
        """
        for refinements in range(1, REFINEMENTS + 1):
            stage(f"ngspice in finer steps at {asked.text}")
            try:
                found = _gap(asked, ours, reference(asked, refinements=refinements, time_limit=self.time_limit))
            except SpiceError:
                return found
            if found.relative <= self.tolerances.tran:
                break
        return found

    def _restarted(self, asked: Question, ours: Traces, found: Gap, stage: Stage) -> tuple[Gap, list[str]]:
        """The gap to ngspice's answer from our operating point: a circuit may have several of them."""
        stage(f"ngspice from our operating point at {asked.text}")
        try:
            start = beginning(ours) if asked.keyword != "ac" else answer(self.engine, asked.tight, OPERATING_POINT)
            again = _gap(asked, ours, reference(started_at(asked, start), time_limit=self.time_limit))
        except TellegenError:
            return found, []
        if again.relative > self.tolerances.of(asked.keyword):
            return found, []
        return again, ["one of several operating points: ngspice has another, but stays at ours when it begins there"]


def worst_of(rows: list[Row]) -> Row:
    """The row of a deck: that of its worst analysis, with the seconds of all."""
    found = max(rows, key=lambda row: (_BADNESS.index(row.status), row.relative or 0.0))
    return replace(
        found,
        seconds_tellegen=_total(row.seconds_tellegen for row in rows),
        seconds_ngspice=_total(row.seconds_ngspice for row in rows),
    )


def sentence(error: Exception) -> str:
    """An error's message as a cell of the table."""
    return _short(" ".join(str(error).split()))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _gap(asked: Question, ours: Traces, theirs: Traces) -> Gap:
    return gap_over_time(ours, theirs) if asked.keyword == "tran" else gap(ours, theirs)


def _without_reference(error: TellegenError) -> Status:
    """Why there is no answer of ngspice's: it found none, it took too long, or the deck cannot be written for it."""
    if isinstance(error, NoAnswer):
        return Status.ngspice_failed
    return Status.timeout if "time limit" in error.sentence else Status.refused


def _notes(theirs: Traces) -> list[str]:
    return ["ngspice has an answer at its own tolerances only"] if theirs.about.get("tolerances") == "own" else []


def _seconds(traces: Traces) -> float | None:
    seconds = traces.about.get("seconds")
    return seconds if isinstance(seconds, float) else None


def _total(seconds: Iterable[float | None]) -> float | None:
    known = [each for each in seconds if each is not None]
    return sum(known) if known else None
