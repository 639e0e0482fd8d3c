"""Where a transient begins: at the operating point of the sources' first values, or at the initial conditions (`uic`).

Without `uic`, nodes of `.ic` are held while the operating point is sought, and then let go; `ic=` of elements counts
for nothing. With it there is no operating point: capacitors have the voltage of their `ic=`, or that between the nodes
as `.ic` sets them (else 0), inductors the current of theirs, lines their waves; everything else follows from the laws
in one short step, in which charges do not move; a second one of order 1 is after it, whose rates are those of the
motion and not of the jump.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ....netlist.circuit import Circuit
from ....netlist.errors import CircuitError
from ...transient_card import Transient
from ..evaluate import FREE, evaluate, start_controls
from ..linear import workspace
from ..lines import REST
from ..network import Network
from ..operating import Point, Solver
from ..stimuli import sources_of
from ..switches import set_switches
from ..tables import Numbers
from ..waveforms import Sources, next_corner_of_all, waveform
from .delays import wave
from .problem import CLOCK, DEPTH, Extent, History, Lines, Problem, Settings, State, Waves

ROOM = 1024
"""Points that the lines' history has room for at first."""


@dataclass(frozen=True)
class Start:
    """Unknowns (n,), charges (n,), switches' states, and the operating point where there was one."""

    x: np.ndarray
    charge: np.ndarray
    closed: np.ndarray
    point: Point | None


def problem_of(
    network: Network, solver: Solver, asked: Transient, settings: Settings, sources: Sources | None = None
) -> Problem:
    """The network with its lines as they are in time; with other `sources` than its own where they are given."""
    lines = lines_of(network)
    if sources is None:
        sources = sources_in_time(network, network.flat, asked)
    numbers = solver.numbers._replace(g0=_travelling(network, solver.numbers))
    shape, size = network.shape, network.size
    columns = np.repeat(np.arange(size), np.diff(shape.starts))
    return Problem(
        solver.equations._replace(numbers=numbers),
        solver.plan,
        sources,
        lines,
        np.flatnonzero(shape.rows == columns).astype(np.int64),
        settings,
        asked.stop,
        None,
    )


def sources_in_time(network: Network, flat: Circuit, asked: Transient) -> Sources:
    """The waveforms of a flat circuit that differs from the network's in its numbers alone.

    Raises:
        CircuitError: a waveform that is not taken.
    """
    return sources_of([flat[name] for name in network.source_names], asked.step, asked.stop)


def lines_of(network: Network) -> Lines:
    """The network's lossless lines."""
    lines = network.lines
    delay = np.ascontiguousarray(lines.delay, dtype=float)
    shortest, longest = (float(delay.min()), float(delay.max())) if len(delay) else (math.inf, 0.0)
    return Lines(lines.unknowns, np.ascontiguousarray(lines.impedance, dtype=float), delay, shortest, longest)


def _travelling(network: Network, numbers: Numbers) -> np.ndarray:
    """The linear conductances with v − Z₀ i in the place of the lines' laws at rest."""
    rest, moving = np.zeros_like(numbers.g0), np.zeros_like(numbers.g0)
    count = len(network.lines.delay)
    laws = np.zeros((count, 2, 6))
    laws[:, 0, :2], laws[:, 1, 2:4] = (1.0, -1.0), (1.0, -1.0)
    laws[:, 0, 4] = laws[:, 1, 5] = -network.lines.impedance
    if count:
        network.lines.stamp(rest, REST)
        network.lines.stamp(moving, laws)
    return numbers.g0 - rest + moving


def first_values(sources: Sources) -> np.ndarray:
    """What the sources (sources,) give at time zero."""
    return np.array([waveform(sources, source, 0.0) for source in range(len(sources.kind))])


def start_of(network: Network, solver: Solver, problem: Problem, uic: bool) -> Start:
    """Where to begin.

    Raises:
        CircuitError: `uic` with an `ic=` that is not read.
        NumericalError: there is no operating point.
    """
    conditions = {node: _value(value, node) for node, value in network.flat.initial_conditions.items()}
    if uic:
        return _conditioned(network, solver, problem, conditions)
    solver.held = conditions
    point = solver.solve(first_values(problem.sources))
    solver.held = {}
    return Start(point.x, _charges(problem, solver, point.x), point.closed, point)


def _value(value: object, what: str) -> float:
    if not isinstance(value, int | float):
        raise CircuitError(f"the initial condition of {what} is {value}, which is no number")
    return float(value)


def _charges(problem: Problem, solver: Solver, x: np.ndarray) -> np.ndarray:
    evaluated, equations = solver.work, problem.equations
    driven = np.zeros(len(problem.sources.kind))
    evaluate(equations.tables, equations.shape, equations.numbers, x, driven, 0.0, FREE, evaluated)
    return evaluated.charge.copy()


def _conditioned(network: Network, solver: Solver, problem: Problem, conditions: Mapping[str, float]) -> Start:
    """Charges of what stores them; the other unknowns are left at 0."""
    numbers = network.numbers
    x = np.zeros(network.size)
    for node, value in conditions.items():
        if node in numbers:
            x[numbers[node]] = value
    for element in network.flat.elements:
        given = element.parameters.get("ic")
        if given is not None and element.kind not in "CLT":
            raise CircuitError(
                f"{element.name} has ic=, which is read of C, L and T alone; write .ic v(node)= for its nodes",
                element.location,
            )
        if given is not None and element.kind == "L":
            x[numbers[f"i({element.name})"]] = _value(given, element.name)
    closed = network.switches.starts.copy()
    set_switches(network.switches, problem.equations.numbers, closed)
    charge = _charges(problem, solver, x)
    start_controls(network.tables, problem.equations.numbers, solver.work)
    for instance, effective in zip(network.instances, network.effective(network.raw()), strict=True):
        element = instance.element
        if element.kind == "C" and "ic" in element.parameters:
            ends = [numbers.get(node) for node in element.nodes]
            across = sum(sign * x[end] for sign, end in zip((1.0, -1.0), ends, strict=True) if end is not None)
            more = float(effective[0]) * (_value(element.parameters["ic"], element.name) - across)
            for sign, end in zip((1.0, -1.0), ends, strict=True):
                if end is not None:
                    charge[end] += sign * more
    return Start(x, charge, closed, None)


def state_of(network: Network, solver: Solver, problem: Problem, start: Start) -> State:
    """The arrays at time zero, a corner; the factors are those of the solver's plan."""
    size, count, settings = network.size, len(problem.lines.delay), problem.settings
    clock = np.zeros(1, CLOCK)
    clock["count"] = clock["order"] = clock["begin"] = 1
    if start.point is None:  # what jumps in the first step would ring for ever in the trapezoidal rule
        clock["begin"] = 2
    clock["step"], clock["sent"] = 0.01 * settings.largest, 2
    clock["switch"] = clock["contraction"] = math.inf
    clock["corner"] = min(next_corner_of_all(problem.sources, 0.0, 10.0 * settings.smallest), problem.stop)
    x, charge = np.zeros((DEPTH, size)), np.zeros((DEPTH, size))
    x[0], charge[0] = start.x, start.charge
    sent_times, sent = np.zeros(ROOM), np.zeros((ROOM, count, 2))
    sent_times[0] = -max(problem.lines.longest, settings.largest)
    sent[:2] = _first_waves(network, problem.lines, start)
    span = np.repeat(sent[0][:, :, None], 2, axis=2)
    set_switches(network.switches, problem.equations.numbers, start.closed)
    work = network.work()
    work.before[:] = solver.work.before
    rate = np.zeros((DEPTH, size))
    return State(
        clock,
        History(np.zeros(DEPTH), x, charge, rate),
        *extents(network, solver.numbers, start),
        Waves(np.zeros((count, 2)), sent_times, sent, np.zeros((ROOM, count, 2), bool), span),
        np.zeros(DEPTH),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros_like(problem.equations.numbers.g0),
        np.zeros(len(problem.sources.kind)),
        start.closed.copy(),
        work,
        workspace(solver.plan, solver.work.conductance),
    )


def extents(network: Network, numbers: Numbers, start: Start) -> tuple[Extent, Extent]:
    """No ranges yet, of the charges, and of the unknowns on which these depend and all voltages."""
    shape, tables, stored = network.shape, network.tables, np.flatnonzero(numbers.c0)
    columns = np.repeat(np.arange(network.size), np.diff(shape.starts))
    rows = np.unique(np.concatenate([tables.charge_rows, shape.rows[stored]]))
    places = np.unique(np.concatenate([tables.capacitance_plus, tables.capacitance_minus, stored]))
    judged = np.zeros(network.size, bool)
    judged[columns[places[places >= 0]]] = True
    loose = ~judged & (np.arange(network.size) < network.voltages)
    zero, x, charge = np.zeros(network.size), start.x, start.charge
    charges = Extent(
        rows[rows >= 0].astype(np.int64), charge.copy(), charge.copy(), zero.copy(), np.zeros(network.size, bool)
    )
    return charges, Extent(np.flatnonzero(judged | loose), x.copy(), x.copy(), zero, loose)


def _first_waves(network: Network, lines: Lines, start: Start) -> np.ndarray:
    """What the ports (lines, 2) have sent before time zero: those of the operating point, or of the elements' `ic=`."""
    found = np.zeros((len(lines.delay), 2))
    for line, element in enumerate(network.lines.elements):
        given: object = element.parameters.get("ic")
        if start.point is not None:
            found[line] = [wave(lines, start.x, line, end) for end in range(2)]
        elif given is not None:
            values = [*np.atleast_1d(np.asarray(given, float)), 0.0, 0.0, 0.0][:4]
            found[line] = [values[0] + lines.impedance[line] * values[1], values[2] + lines.impedance[line] * values[3]]
    return found
