"""Who carries out the runs of a sweep and the processes of a verification: here, or a Dask scheduler's workers.

Work is sent by the name of its function, with paths, settings and decks as its arguments. Dask's own transport pickles
them, so whoever can reach the scheduler can run code on its workers, and they on this machine: name only a scheduler
that you trust. Workers need Tellegen, ngspice for verifications, and the same files under the same paths for runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from .exits import Misuse, WorkerLost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..spice_export.farm import Farm

Item = TypeVar("Item")
Result = TypeVar("Result")

PATIENCE = 5
"""Seconds to wait for a scheduler's answer."""

Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="A Dask scheduler you trust, as tcp://host:8786; its workers share these files.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class Serial:
    """One piece after the other, in this process."""

    width: int = 1

    def map(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        names: Sequence[str],
        done: Callable[[int, Result], None],
    ) -> list[Result]:
        """See `spice_export.farm.Farm.map`."""
        results: list[Result] = []
        for place, item in enumerate(items):
            results.append(work(item))
            done(place, results[-1])
        return results


@dataclass(frozen=True)
class ProcessFarm:
    """Processes of this machine, started afresh, for JAX does not survive a fork."""

    width: int

    def map(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        names: Sequence[str],
        done: Callable[[int, Result], None],
    ) -> list[Result]:
        """See `spice_export.farm.Farm.map`."""
        pool = ProcessPoolExecutor(self.width, mp_context=get_context("spawn"))
        try:
            return _gather([pool.submit(work, item) for item in items], names, done, BrokenProcessPool)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, eq=False)
class DaskFarm:
    """The workers of a Dask scheduler, through a connected `distributed.Client`."""

    client: Any

    @property
    def width(self) -> int:
        """The workers' threads."""
        return max(1, sum(self.client.nthreads().values()))

    def map(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        names: Sequence[str],
        done: Callable[[int, Result], None],
    ) -> list[Result]:
        """See `spice_export.farm.Farm.map`."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        futures = self.client.map(work, items, pure=False)
        try:
            return _gather(futures, names, done, (KilledWorker, CancelledError))
        finally:
            self.client.cancel(futures)


def _gather(
    futures: Sequence[Future | Any],
    names: Sequence[str],
    done: Callable[[int, Any], None],
    lost: type[BaseException] | tuple[type[BaseException], ...],
) -> list[Any]:
    """The results in order. Raises `WorkerLost` with the piece's name where there is none."""
    results: list[Any] = []
    for place, future in enumerate(futures):
        try:
            results.append(future.result())
        except lost:
            raise WorkerLost(f"the worker of {names[place]} died; call again, what is done is kept") from None
        done(place, results[-1])
    return results


@contextmanager
def farm_at(scheduler: str | None, jobs: int) -> Iterator[Farm]:
    """The farm that the options name: a scheduler's workers, or `jobs` processes here, or this process alone."""
    if scheduler is None:
        yield ProcessFarm(jobs) if jobs > 1 else Serial()
        return
    try:
        from distributed import Client
    except ImportError:
        raise Misuse("--scheduler needs Dask; install it with pip install 'tellegen[dask]'") from None
    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError):
        raise Misuse(
            f"no Dask scheduler answers at {scheduler} within {PATIENCE} s; "
            f"start one with dask scheduler, or give the address it prints"
        ) from None
    with client:
        if not client.nthreads():
            raise Misuse(f"the Dask scheduler at {scheduler} has no workers; start some with dask worker {scheduler}")
        yield DaskFarm(client)
