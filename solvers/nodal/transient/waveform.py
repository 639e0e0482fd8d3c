"""The whole of a transient: circuit in, signals over time out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....netlist.circuit import Card, Circuit
from ....netlist.gathering import gathered
from ....netlist.traces import Traces
from ...compilation import compiled_seconds
from ...transient_card import Transient
from ..network import Network
from ..operating import Solver
from ..waveforms import Sources
from .beginning import Start, problem_of, start_of, state_of
from .interpolation import interpolated
from .problem import Settings
from .readings import readings
from .running import Progress, Run
from .settings import settings_of


@dataclass(frozen=True)
class Simulation:
    """One transient that is done: where it began, and all accepted points."""

    network: Network
    solver: Solver
    start: Start
    run: Run


def simulate(
    network: Network,
    solver: Solver,
    asked: Transient,
    settings: Settings,
    progress: Progress | None = None,
    sources: Sources | None = None,
) -> Simulation:
    """Run a compiled circuit with the solver's numbers, and other sources than its own where they are given.

    Raises:
        CircuitError: a waveform or an initial condition that is not read.
        NumericalError: no operating point to begin with, or no step that converges; says when and where.
    """
    problem = problem_of(network, solver, asked, settings, sources)
    start = start_of(network, solver, problem, asked.uic)
    state = state_of(network, solver, problem, start)
    run = Run.of(network, problem._replace(plan=solver.plan), state, asked.uic)
    run.to_the_end(progress)
    return Simulation(network, solver, start, run)


def transient(
    circuit: Circuit,
    card: Card | None = None,
    *,
    every_point: bool = False,
    relative: float | None = None,
    change: Callable[[Settings], Settings] | None = None,
    progress: Progress | None = None,
) -> Traces:
    """The waveforms of a deck: every node's voltage and every element's current over `time`.

    Args:
        card: the `.tran` card, where the deck has several.
        every_point: at all accepted points, in place of the card's grid.
        relative: what a step may err by, as a share of the range of each charge; as `.options reltol` says, or 1e-5.
        change: what else of the settings should be different.
        progress: told the share of the time that is done, again and again.

    `about` has the engine, the method and its order, points accepted, steps rejected for their error or for Newton's
    method, its iterations, the operating point's homotopies, and seconds, those of them spent `compiling`.

    Raises:
        CircuitError: an element, a waveform or an option that is not taken; no `.tran` card, or several.
        NumericalError: no operating point to begin with, or no step that converges; says when and where.
    """
    begin, compiled = time.perf_counter(), compiled_seconds()
    asked = Transient.of(circuit) if card is None else Transient.read(card)
    network = Network.of(circuit)
    settings = settings_of(network.flat, asked, relative=relative)
    settings = settings if change is None else change(settings)
    done = simulate(network, Solver.of(network), asked, settings, progress)
    record = done.run.accepted
    found = readings(network, done.solver, done.run.problem.sources, record, settings.trapezoidal)
    times, values = record.times, found.values
    if every_point:
        times, values = times[times >= asked.start], values[times >= asked.start]
    else:
        times = asked.times
        values = interpolated(record, values, np.minimum(times, record.times[-1]))
    made = {
        **_about(done, settings),
        "seconds": time.perf_counter() - begin,
        "compiling": compiled_seconds() - compiled,
    }
    return Traces(gathered(dict(zip(found.names, values.T, strict=True)), circuit), {"time": times}, made)


def _about(done: Simulation, settings: Settings) -> dict[str, object]:
    clock, point = done.run.state.clock[0], done.start.point
    return {
        "engine": "nodal",
        "method": "trapezoidal" if settings.trapezoidal else "gear",
        "order": settings.order,
        "relative": settings.relative,
        "points": int(clock["accepted"]),
        "rejected": int(clock["rejected"]),
        "failed": int(clock["failed"]),
        "iterations": int(clock["iterations"]),
        "homotopies": point.homotopies if point is not None else (),
        "gmin": done.network.surroundings.gmin,
        "temperature": done.network.surroundings.temperature,
    }
