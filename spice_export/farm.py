"""Many ngspice processes side by side: results in order, failures reported, none waited for longer than its limit."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ..netlist.errors import SpiceError
from .process import TIME_LIMIT, Finished, Processes, find_ngspice, run_script

Progress = Callable[[int, int], None]
"""Called with (jobs done, jobs in all) whenever one more is done, in the order of the jobs."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Farm(Protocol):
    """Who carries out independent pieces of work: threads of this process, other processes, or other machines."""

    @property
    def width(self) -> int:
        """How many pieces are carried out side by side."""
        ...

    def map(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        names: Sequence[str],
        done: Callable[[int, Result], None],
    ) -> list[Result]:
        """`work` on every item, the results in order; `done` is called with each place and result, in order too.

        What `work` raises ends the call, and pieces that have not begun are dropped. `names` say which piece it was
        where a worker is lost. `work` must be a function of a module, for other processes look it up by its name.
        """
        ...


@dataclass(frozen=True)
class Threads:
    """A farm of threads in this process, for work that waits for processes of its own."""

    width: int

    def map(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        names: Sequence[str],
        done: Callable[[int, Result], None],
    ) -> list[Result]:
        """See `Farm.map`."""
        results: list[Result] = []
        pool = ThreadPoolExecutor(max_workers=self.width)
        try:
            for result in pool.map(work, items):
                results.append(result)
                done(len(results) - 1, result)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return results


@dataclass(frozen=True)
class Job:
    """One process to run: a deck without `.control` and `.end`, and the script of commands it shall carry out."""

    deck: str
    script: tuple[str, ...]


def available_cores() -> int:
    """The processor cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def run_farm(
    work: Sequence[Job],
    *,
    jobs: int | None = None,
    time_limit: float = TIME_LIMIT,
    progress: Progress | None = None,
    farm: Farm | None = None,
) -> tuple[Finished | SpiceError, ...]:
    """Run every job in its own process, at most `jobs` (default: the cores there are) at a time, or on a `farm`.

    A job that fails or exceeds `time_limit` seconds leaves its error in its place, and the others go on. When the
    caller is interrupted all processes here are killed; those of another machine end by their time limit.

    Raises:
        SpiceError: no number of jobs, or ngspice is missing here, where it is to run.
    """
    if jobs is not None and jobs < 1:
        raise SpiceError(f"jobs is {jobs}; give at least 1")
    if farm is None:
        find_ngspice()
    processes = Processes() if farm is None else None
    attempt = functools.partial(_attempt, time_limit=time_limit, processes=processes)
    names = [f"ngspice process {number} of {len(work)}" for number in range(1, len(work) + 1)]

    def done(place: int, result: Finished | SpiceError) -> None:
        if progress:
            progress(place + 1, len(work))

    try:
        return tuple((farm or Threads(jobs or available_cores())).map(attempt, work, names, done))
    except BaseException:
        if processes:
            processes.stop()
        raise


def _attempt(job: Job, time_limit: float, processes: Processes | None) -> Finished | SpiceError:
    try:
        return run_script(job.deck, job.script, time_limit=time_limit, processes=processes)
    except SpiceError as error:
        return error
