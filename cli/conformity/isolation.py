"""Decks in processes of their own, several side by side: one may crash or run too long, and costs no other anything.

The processes are forked from a server that has imported everything but computed nothing (JAX does not survive a fork
once it computes), so that one more costs little; where there is no such server they are started afresh.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from .examination import Examiner
from .row import Row, Status

GRACE = 30.0
"""Seconds beyond the limit for a process to be started, and for ngspice to be stopped by its own watch."""

STARTING = "starting"


@dataclass
class Running:
    """A process at work on a deck: what it tells, what it is at, until when it may be."""

    name: str
    process: BaseProcess
    told: Connection
    deadline: float
    limit: float
    stage: str = STARTING

    def advance(self, stage: str, limit: float) -> None:
        """Note what begins, and that it may take `limit` seconds."""
        self.stage, self.limit, self.deadline = stage, limit, time.monotonic() + limit

    def lost(self, status: Status, why: str) -> Row:
        """The row of a deck whose process left none."""
        return Row(self.name, status, why, analysis=self.stage.partition(" at ")[2])

    def end(self) -> None:
        """Kill the process if it is still there."""
        self.process.kill()
        self.process.join()
        self.told.close()


def examined(decks: Iterable[tuple[Path, str]], examiner: Examiner, *, jobs: int, time_limit: float) -> Iterator[Row]:
    """The row of every deck as soon as it is there; at most `jobs` processes at a time.

    `time_limit` is for one program at one analysis, in seconds. Whoever stops asking ends all processes.
    """
    context, running, waiting = _context(), [], iter(decks)
    try:
        while True:
            for path, name in _first(waiting, jobs - len(running)):
                running.append(_start(context, examiner, path, name, time_limit))
            if not running:
                return
            for each in list(running):
                row = _heard(each, time_limit) if _is_due(each, running) else None
                if row is not None:
                    running.remove(each)
                    each.end()
                    yield row
    finally:
        for each in running:
            each.end()


def examine(examiner: Examiner, path: Path, name: str, teller: Connection) -> None:
    """What a process does: every stage it begins is told, and at the end the row."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    teller.send(examiner.file(path, name, teller.send))
    teller.close()


def _context() -> Any:
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.preloaded"])
    return context


def _first(waiting: Iterator[tuple[Path, str]], count: int) -> Iterator[tuple[Path, str]]:
    for _, each in zip(range(count), waiting, strict=False):
        yield each


def _start(context: Any, examiner: Examiner, path: Path, name: str, time_limit: float) -> Running:
    told, teller = context.Pipe(duplex=False)
    process = context.Process(target=examine, args=(examiner, path, name, teller), daemon=True)
    process.start()
    teller.close()
    limit = time_limit + GRACE
    return Running(name, process, told, time.monotonic() + limit, limit)


def _is_due(each: Running, running: Sequence[Running]) -> bool:
    """Whether a process has told something or is too late; waits until one of them has or is."""
    patience = max(0.0, min(other.deadline for other in running) - time.monotonic())
    wait([other.told for other in running], patience)
    return each.told.poll() or time.monotonic() >= each.deadline


def _heard(each: Running, time_limit: float) -> Row | None:
    """The row of a process that is due; None when it only began another stage."""
    if not each.told.poll():
        return each.lost(Status.timeout, f"stopped after {each.limit:g} s of {each.stage}")
    try:
        news = each.told.recv()
    except EOFError:
        each.process.join()
        return each.lost(Status.failed, f"its process died of {_death(each.process.exitcode)} while {each.stage}")
    if isinstance(news, Row):
        return news
    each.advance(news, time_limit if news.startswith("tellegen") else time_limit + GRACE)
    return None


def _death(code: int | None) -> str:
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
