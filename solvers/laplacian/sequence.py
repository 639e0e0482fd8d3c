"""Many inputs of one circuit: other sources and drops, the same conductances, one factor for as long as it serves.

Each input starts from the diodes that conducted for the one before. Where they are the same, one substitution is all
its work, and from the third time in a row on, several inputs share one pass over the factor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..methods.convexity import refuse_indefinite
from ..methods.method import finished
from ..qp import QP, Solution
from .active_set import STEPS, State, corrected, iterate, refine
from .clusters import expand
from .face import Face
from .method import GraphLaplacian
from .network import Layout, Network
from .springs import likely
from .statement import NAME, stated

BLOCK = 16
CALM = 2


@dataclass(frozen=True, eq=False)
class Inputs:
    """Values of `count` inputs; each array has one row an input, or is None where the problem's own values stay.

    `offset` (count, m) and `drop` (count, k) in volts, `injection` (count, n) in amperes.
    """

    offset: np.ndarray | None = None
    injection: np.ndarray | None = None
    drop: np.ndarray | None = None

    @property
    def count(self) -> int:
        """How many inputs there are."""
        return max((len(rows) for rows in (self.offset, self.injection, self.drop) if rows is not None), default=0)

    def problem(self, base: QP, row: int) -> QP:
        """The problem of one input."""
        names = ("offset", "injection", "drop")
        given = {name: rows[row] for name in names if (rows := getattr(self, name)) is not None}
        return replace(base, **given)


def solve_all(problem: QP, inputs: Inputs, *, tolerance: float = 1e-10) -> list[Solution]:
    """The steady state of every input, in order. Neighbouring inputs should stand next to each other.

    Raises:
        Infeasible, Unbounded, NumericalError: as Method.solve, for the first input that has no answer.
    """
    layout = Layout.of(problem.topology)
    if not layout.crowded:
        refuse_indefinite(problem)
    found: list[Solution] = []
    state, calm = None, 0
    while len(found) < inputs.count:
        if state is not None and state.face is not None and calm >= CALM:
            rows = range(len(found), min(len(found) + BLOCK, inputs.count))
            block = _share(layout, [inputs.problem(problem, row) for row in rows], state.face, state, tolerance)
            found += block
            calm = CALM if len(block) == len(rows) else 0
            continue
        given = inputs.problem(problem, len(found))
        state, solution = _next(layout, given, state, tolerance)
        calm = calm + 1 if solution.iterations == 0 else 0
        found.append(solution)
    return found


def _next(layout: Layout, given: QP, state: State | None, tolerance: float) -> tuple[State | None, Solution]:
    """The solution of one input from the state of the one before; afresh without one, or where it leads nowhere."""
    network = layout.network(given)
    if state is not None and state.face is not None:
        first = state.face.again(network, state.current, state.x)
        begin = replace(state, residual=np.inf, steps=0)
        state = iterate(network, first.on, begin, tolerance, STEPS, first)
        solution = stated(given, layout, state, tolerance)
        if solution.residual <= tolerance:
            return state, _complete(given, network, solution, tolerance)
    else:
        on = likely(network)
        begin = State(np.zeros(len(layout.rank)), np.zeros(len(on)), np.inf, int(len(on) > 0), None)
        state = iterate(network, on, begin, tolerance, STEPS)
        solution = stated(given, layout, state, tolerance)
        if solution.residual <= tolerance:
            return state, _complete(given, network, solution, tolerance)
    return None, GraphLaplacian().solve(given, tolerance=tolerance)


def _complete(given: QP, network: Network, solution: Solution, tolerance: float) -> Solution:
    """The solution with its undetermined supernodes, where there may be any."""
    if not network.loose:
        return solution
    return finished(given, solution.v, solution.diode_currents, solution.iterations, NAME, tolerance)


def _share(layout: Layout, block: list[QP], face: Face, state: State, tolerance: float) -> list[Solution]:
    """The solutions of the inputs at the head of `block` for which the diodes of `face` conduct; one pass for all."""
    networks = [layout.network(given) for given in block]
    faces = [face.again(network, state.current, state.x) for network in networks]
    potentials = face.system.solve(np.stack([each.parts.right for each in faces], axis=1))
    found: list[Solution] = []
    for given, network, each, y in zip(block, networks, faces, potentials.T, strict=True):
        x = expand(each.parts.cluster, each.parts.shift, np.ascontiguousarray(y))
        current, leaving = each.currents(x, state.current)
        if not np.array_equal(corrected(network, each.on, x, current, tolerance), each.on):
            break
        point = refine(each, State(x, current, np.inf, 0, each), leaving, tolerance)
        solution = stated(given, layout, point, tolerance)
        if solution.residual > tolerance:
            break
        found.append(_complete(given, network, solution, tolerance))
    return found
