"""What is done where the active set does not settle: prove that a steady state exists, join what cannot come apart,
and come near by an interior point.

A loop of diodes whose drops sum to zero holds its nodes together in every state; an interior point needs them joined,
and most circuits with many more diodes than nodes become small that way.
"""

from __future__ import annotations

import numpy as np

from ..contraction import Contraction
from ..feasibility import Infeasible, Unbounded, current_cut, rigid_diodes, rounding
from ..methods.method import certified
from ..qp import QP, Solution, with_ground
from .active_set import STEPS, State, iterate, sealed
from .interior import approach
from .loops import loop_currents
from .network import Layout
from .potentials import feasible_potentials
from .statement import stated


def rescued(problem: QP, failed: Solution, tolerance: float) -> Solution:
    """The solution by an interior point; its residual says whether it is one. `failed` is counted for its iterations.

    Raises:
        Infeasible, Unbounded: the circuit has no steady state; the certificate names why.
    """
    feasible = proved(problem)
    joined = Contraction.of(problem, rigid_diodes(problem, feasible))
    inner, kept = joined.problem()
    layout = Layout.of(inner.topology)
    near = with_ground(joined.restrict(feasible)[layout.order])
    network = layout.network(inner)._replace(through=Layout.of(problem.topology).network(problem).through[kept])
    state = State(near, np.zeros(len(kept)), np.inf, failed.iterations, None)
    if len(joined.chosen):
        state = iterate(network, np.zeros(len(kept), np.bool_), state, tolerance, STEPS)
    if state.residual > tolerance:
        state = approach(network, near, tolerance, state.steps)
    if state.face is not None:
        state = min(state, sealed(network, state.face.on, state, tolerance), key=lambda each: each.residual)
    found = stated(inner, layout, state, tolerance)
    x = joined.expand(found.v)
    currents = np.zeros(len(problem.drop))
    currents[kept] = found.diode_currents
    if len(joined.chosen):
        currents[joined.chosen] = _around(joined, x, currents)
        return _merged(problem, joined.chosen, x, currents, found.iterations, tolerance)
    return certified(problem, x, currents, found.iterations, found.method)


def _around(joined: Contraction, x: np.ndarray, currents: np.ndarray) -> np.ndarray:
    """The currents of the joined diodes, given those of all others."""
    graph = joined.original.topology
    leaving = with_ground(joined.original.imbalance(x) + graph.diodes.leaving(currents))
    anode, cathode = graph.diode_a[joined.chosen], graph.diode_b[joined.chosen]
    label = joined.groups.group
    last = np.full(len(label), -1)
    ends = np.sort(anode)
    last[label[ends]] = ends
    return loop_currents(label, last[last >= 0], anode, cathode, leaving)


def _merged(
    problem: QP, rigid: np.ndarray, x: np.ndarray, currents: np.ndarray, iterations: int, tolerance: float
) -> Solution:
    """The point once more on the whole network, where the currents of the `rigid` diodes are balanced to rounding."""
    layout = Layout.of(problem.topology)
    on = currents > 0
    on[rigid] = True
    state = State(with_ground(x[layout.order]), currents, np.inf, iterations, None)
    return stated(problem, layout, sealed(layout.network(problem), on, state, tolerance), tolerance)


def proved(problem: QP) -> np.ndarray:
    """A point (n) that satisfies all diodes, of a problem that has a steady state.

    Raises:
        Infeasible, Unbounded: it has none.
    """
    graph = problem.topology
    x, loop = feasible_potentials(graph.nodes + 1, graph.diode_a, graph.diode_b, problem.drop, rounding(problem))
    if len(loop):
        raise Infeasible(loop, float(problem.drop[loop].sum()))
    nodes, current = current_cut(problem)
    if len(nodes):
        raise Unbounded(nodes, current)
    return x[:-1]
