"""Many dies in time, or many inputs: compiled once, eight in step where their circuit allows it, in threads.

The answers are read at the times of the `.tran` card, which are the same for all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numba
import numpy as np

from ....netlist.circuit import Circuit
from ....netlist.errors import CircuitError, NumericalError
from ....netlist.gathering import gathered
from ....netlist.stimulus import Stimulus
from ....netlist.traces import Traces
from ...compilation import compiled_seconds
from ...transient_card import Transient
from ..dies import Dies
from ..lanes import LANES
from ..network import Network
from ..operating import Solver
from ..points import source_rows
from ..tables import Numbers
from ..waveforms import Sources
from .beginning import sources_in_time
from .eights import are_driven_alike, can_go_in_step, record_of, simulate_eight
from .interpolation import interpolated
from .problem import Record, Settings, State
from .readings import readings
from .settings import settings_of
from .waveform import simulate

Told = Callable[[int, int], None]
"""Called with how many are done, and how many there are."""
AHEAD = 4
"""Pieces of work that are made ready a thread, before their turn comes."""


def transients_of_dies(
    circuits: Sequence[Circuit],
    *,
    signals: Sequence[str] | None = None,
    relative: float | None = None,
    progress: Told | None = None,
) -> Traces:
    """Signals over the axes `die` and `time`, all of them where none are named.

    The circuits differ in their numbers alone, as those of `Mismatch.with_die` do.

    Raises:
        CircuitError: a die that is another circuit; an unknown signal; what `transient` refuses.
        NumericalError: a die without an answer, by its number.
    """
    found = Dies.of(circuits)
    network, many = found.network, _Many.of(circuits[0], found.network, signals, relative)
    jobs = (
        Job(f"die {die}", numbers, sources_in_time(network, circuit.expand(), many.asked))
        for die, (circuit, numbers) in enumerate(zip(circuits, found.values(), strict=True))
    )
    return many.run(jobs, {"die": np.arange(len(circuits))}, progress)


def transients(
    circuit: Circuit,
    inputs: Mapping[str, np.ndarray],
    *,
    signals: Sequence[str] | None = None,
    relative: float | None = None,
    progress: Told | None = None,
) -> Traces:
    """Signals over the axes `sample` and `time`; all of them where none are named.

    Args:
        inputs: volts or amperes by source, constant over time: (samples, *shape) for an array, (samples,) for one.

    Raises:
        CircuitError: an input that is no source or has a waveform; an unknown signal; what `transient` refuses.
        NumericalError: a sample without an answer, by its number.
    """
    network = Network.of(circuit)
    for name in inputs:
        if isinstance(circuit.flatten()[name].value, Stimulus):
            raise CircuitError(f"{name} has a waveform, which an input would replace; give it a plain value")
    rows, numbers = source_rows(network, circuit, inputs), network.values()
    many = _Many.of(circuit, network, signals, relative)
    sources = sources_in_time(network, network.flat, many.asked)
    jobs = (
        Job(f"sample {k}", numbers._replace(effective=numbers.effective.copy()), sources._replace(direct=row))
        for k, row in enumerate(rows)
    )
    return many.run(jobs, {"sample": np.arange(len(rows))}, progress)


class Job(NamedTuple):
    """A die or a sample by its name, with its numbers and its sources."""

    name: str
    numbers: Numbers
    sources: Sources


@dataclass
class _Many:
    """What all have in common, and what they needed together."""

    circuit: Circuit
    network: Network
    asked: Transient
    settings: Settings
    signals: Sequence[str] | None
    names: tuple[str, ...] = ()
    points: int = 0
    rejected: int = 0
    together: int = 0
    memory: threading.local = field(default_factory=threading.local)

    @classmethod
    def of(cls, circuit: Circuit, network: Network, signals: Sequence[str] | None, relative: float | None) -> _Many:
        """As the circuit's card and options say."""
        asked = Transient.of(circuit)
        return cls(circuit, network, asked, settings_of(network.flat, asked, relative=relative), signals)

    def run(self, jobs: Iterator[Job], axis: Mapping[str, np.ndarray], progress: Told | None) -> Traces:
        """Carry them out, in order of their answers."""
        begin, compiled = time.perf_counter(), compiled_seconds()
        count, rows = sum(map(len, axis.values())), []
        with ThreadPoolExecutor(numba.get_num_threads()) as pool:
            for values in self._all(jobs, pool):
                rows += values
                if progress is not None:
                    progress(len(rows), count)
        stacked = dict(zip(self.names, np.moveaxis(np.stack(rows), 2, 0), strict=True))
        about = {
            "engine": "nodal",
            "in step": self.together,
            "points": self.points,
            "rejected": self.rejected,
            "relative": self.settings.relative,
            "seconds": time.perf_counter() - begin,
            "compiling": compiled_seconds() - compiled,
        }
        return Traces(gathered(stacked, self.circuit), {**axis, "time": self.asked.times}, about)

    def _all(self, jobs: Iterator[Job], pool: ThreadPoolExecutor) -> Iterable[list[np.ndarray]]:
        """Their answers in order, some at a time; the first ones alone, for they compile what is not compiled yet."""
        most = LANES if can_go_in_step(self.network) else 1
        pieces = iter(lambda: list(islice(jobs, most)), [])
        yield from map(self._piece, islice(pieces, 1))
        while ready := list(islice(pieces, AHEAD * numba.get_num_threads())):
            yield from pool.map(self._piece, ready)

    def _piece(self, jobs: Sequence[Job]) -> list[np.ndarray]:
        """The signals (times, signals) of some, in step where that goes."""
        if len(jobs) > 1 and are_driven_alike([job.sources for job in jobs]):
            try:
                return self._in_step(jobs)
            except NumericalError:
                pass  # one of them needs steps that do not suit the others; alone it says so by its own name
        return [self._one(job) for job in jobs]

    def _in_step(self, jobs: Sequence[Job]) -> list[np.ndarray]:
        full = [*jobs, *[jobs[-1]] * (LANES - len(jobs))]
        numbers, sources = [job.numbers for job in full], [job.sources for job in full]
        last = getattr(self.memory, "record", None)
        run, solvers = simulate_eight(self.network, numbers, sources, self.asked, self.settings, last)
        self.memory.record = run.record
        self._count(run.state, len(jobs))
        self.together += len(jobs)
        return [self._read(solvers[lane], job.sources, record_of(run.accepted, lane)) for lane, job in enumerate(jobs)]

    def _one(self, job: Job) -> np.ndarray:
        try:
            solver = Solver.of(self.network, job.numbers)
            done = simulate(self.network, solver, self.asked, self.settings, sources=job.sources)
        except NumericalError as error:
            raise NumericalError(f"{job.name}: {error.sentence}") from None
        self._count(done.run.state, 1)
        return self._read(solver, job.sources, done.run.accepted)

    def _count(self, state: State, many: int) -> None:
        clock = state.clock[0]
        self.points, self.rejected = self.points + many * int(clock["accepted"]), self.rejected + int(clock["rejected"])

    def _read(self, solver: Solver, sources: Sources, record: Record) -> np.ndarray:
        """The signals wanted, at the card's times."""
        found = readings(self.network, solver, sources, record, self.settings.trapezoidal, self.signals)
        self.names = found.names
        return interpolated(record, found.values, np.minimum(self.asked.times, record.times[-1]))
