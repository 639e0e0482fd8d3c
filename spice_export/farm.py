"""Many ngspice processes side by side: results in order, failures reported, none waited for longer than its limit."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..netlist.errors import SpiceError
from .process import TIME_LIMIT, Finished, Processes, run_script

Progress = Callable[[int, int], None]
"""Called with (jobs done, jobs in all) whenever one more is done, in the order of the jobs."""


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
) -> tuple[Finished | SpiceError, ...]:
    """Run every job in its own process, at most `jobs` (default: the cores there are) at a time.

    A job that fails or exceeds `time_limit` seconds leaves its error in its place, and the others go on. When the
    caller is interrupted all processes are killed.
    """
    if jobs is not None and jobs < 1:
        raise SpiceError(f"jobs is {jobs}; give at least 1")
    processes = Processes()

    def attempt(job: Job) -> Finished | SpiceError:
        try:
            return run_script(job.deck, job.script, time_limit=time_limit, processes=processes)
        except SpiceError as error:
            return error

    results: list[Finished | SpiceError] = []
    with ThreadPoolExecutor(max_workers=jobs or available_cores()) as pool:
        try:
            for done in pool.map(attempt, work):
                results.append(done)
                if progress:
                    progress(len(results), len(work))
        except BaseException:
            processes.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(results)
