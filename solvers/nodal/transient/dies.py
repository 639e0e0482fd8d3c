"""Many dies in time, or many inputs: compiled once, each with steps of its own, in threads.

The answers are read at the times of the `.tran` card, which are the same for all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

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
from ..network import Network
from ..operating import Solver
from ..points import source_rows
from ..tables import Numbers
from ..waveforms import Sources
from .beginning import sources_in_time
from .interpolation import interpolated
from .problem import Settings
from .readings import readings
from .settings import settings_of
from .waveform import simulate

Told = Callable[[int, int], None]
"""Called with how many are done, and how many there are."""
AHEAD = 4
"""Numbers that are made ready a thread, before their turn comes."""


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
        (f"die {die}", numbers, sources_in_time(network, circuit.expand(), many.asked))
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
        (f"sample {k}", numbers._replace(effective=numbers.effective.copy()), sources._replace(direct=row))
        for k, row in enumerate(rows)
    )
    return many.run(jobs, {"sample": np.arange(len(rows))}, progress)


Job = tuple[str, Numbers, Sources]
"""Its name, its numbers, its sources."""


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
                rows.append(values)
                if progress is not None:
                    progress(len(rows), count)
        stacked = dict(zip(self.names, np.moveaxis(np.stack(rows), 2, 0), strict=True))
        about = {
            "engine": "nodal",
            "points": self.points,
            "rejected": self.rejected,
            "relative": self.settings.relative,
            "seconds": time.perf_counter() - begin,
            "compiling": compiled_seconds() - compiled,
        }
        return Traces(gathered(stacked, self.circuit), {**axis, "time": self.asked.times}, about)

    def _all(self, jobs: Iterator[Job], pool: ThreadPoolExecutor) -> Iterable[np.ndarray]:
        """Their answers in order; the first alone, for it compiles what is not compiled yet."""
        yield from map(self._one, islice(jobs, 1))
        while ready := list(islice(jobs, AHEAD * numba.get_num_threads())):
            yield from pool.map(self._one, ready)

    def _one(self, job: Job) -> np.ndarray:
        """The signals (times, signals) of one."""
        name, numbers, sources = job
        try:
            done = simulate(self.network, Solver.of(self.network, numbers), self.asked, self.settings, sources=sources)
        except NumericalError as error:
            raise NumericalError(f"{name}: {error.sentence}") from None
        record, clock = done.run.accepted, done.run.state.clock[0]
        found = readings(self.network, done.solver, done.run.problem.sources, record, self.settings.trapezoidal)
        self.names = self.names or self._chosen(found.names)
        self.points, self.rejected = self.points + int(clock["accepted"]), self.rejected + int(clock["rejected"])
        columns = [found.names.index(each) for each in self.names]
        return interpolated(record, found.values[:, columns], np.minimum(self.asked.times, record.times[-1]))

    def _chosen(self, known: Sequence[str]) -> tuple[str, ...]:
        wanted = known if self.signals is None else [each.lower() for each in self.signals]
        for each in wanted:
            if each not in known:
                raise CircuitError(f"no signal {each}; there are {', '.join(known[:8])}")
        return tuple(wanted)
