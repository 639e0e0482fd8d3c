"""Exact coordinate descent by colours (Scellier 2024, Theorem 2), with merged moves where diodes join free nodes.

One supernode's best potential with all others fixed is the conductance-weighted mean of its neighbours, clipped by its
diodes:

    p_k = (Σ_j g_kj (x_j − e_kj) + c_k) / Σ_j g_kj,      x_k ← min(max(p_k, lower_k), upper_k)

Supernodes of one colour are independent and move together. Where every diode has an end at ground, a point that no
single move improves is the minimum. Elsewhere it need not be: nodes joined by a conducting diode may have to move
together. So when single moves are done, diodes that must conduct are contracted and the descent goes on over the merged
nodes; a set of merged nodes that comes back means that this is not enough, and the exact method takes over from there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..contraction import Contraction, consistent
from ..kkt import current_scales, kkt_residual, voltage_scale
from ..qp import QP, Solution, with_ground
from .active_set import ActiveSet
from .colouring import colours
from .convexity import refuse_indefinite
from .interior_point import InteriorPoint
from .method import finished, start_point
from .sharing import shared_currents

WINDOW = 32
MOST_SWEEPS = 3000


@dataclass(frozen=True)
class CoordinateDescent:
    """O(branches) a sweep; quick where the graph is shallow, as in layered networks, slow on long grids.

    Where it stalls, or would need more than MOST_SWEEPS sweeps at the rate it goes, the exact method takes over; the
    solution's `method` says so.
    """

    name: str = "coordinate_descent"

    def accepts(self, problem: QP) -> str | None:
        """Everything."""
        return None

    def solve(self, problem: QP, *, start: np.ndarray | None = None, tolerance: float = 1e-10) -> Solution:
        """See Method.solve. A start that is not feasible is replaced by a feasible point."""
        refuse_indefinite(problem)
        x = start_point(problem)
        if start is not None and np.all(problem.slack(start) >= 0):
            x = start
        chosen, seen, sweeps = np.zeros(0, dtype=np.int64), set(), 0
        while chosen.tobytes() not in seen:
            seen.add(chosen.tobytes())
            x, count = _merged(problem, x, chosen, 0.1 * tolerance)
            sweeps += count
            currents = _currents(problem, x, tolerance)
            if kkt_residual(problem, x, currents).scaled <= tolerance:
                return finished(problem, x, currents, sweeps, self.name, tolerance)
            chosen = np.flatnonzero(currents > 0)
        exact = ActiveSet() if ActiveSet().accepts(problem) is None else InteriorPoint()
        found = exact.solve(problem, start=x, tolerance=tolerance)
        name = f"{self.name}, then {found.method}"
        return finished(problem, found.v, found.diode_currents, sweeps + found.iterations, name, tolerance)


def _merged(problem: QP, x: np.ndarray, chosen: np.ndarray, tolerance: float) -> tuple[np.ndarray, int]:
    """Descent from x over the supernodes merged by the diodes `chosen`, and its sweeps."""
    joined = Contraction.of(problem, chosen)
    inner, _ = joined.problem()
    y, sweeps = descend(inner, joined.restrict(x), tolerance)
    return joined.expand(y), sweeps


def _currents(problem: QP, x: np.ndarray, tolerance: float) -> np.ndarray:
    """The currents (k) that the diodes without slack would have to carry; the negative ones are set to 0."""
    slack, volts = problem.slack(x), voltage_scale(problem, x)
    tight = consistent(problem, np.flatnonzero(slack <= 0.01 * tolerance * volts), -slack, tolerance * volts)
    currents = shared_currents(Contraction.of(problem, tight), x, np.zeros(len(slack)))
    return np.maximum(currents, 0.0)


def descend(problem: QP, x: np.ndarray, tolerance: float) -> tuple[np.ndarray, int]:
    """Sweep from a feasible x until no single move is worth more than `tolerance` of its node's current scale.

    Returns the point and the sweeps made. It also ends when the rate says that MOST_SWEEPS will not do.
    """
    plan = [Colour.of(problem, members) for members in colours(problem.topology)]
    x = with_ground(x)
    volts = voltage_scale(problem, x)
    scales = current_scales(problem, volts, np.zeros(len(problem.drop)))[:-1]
    worth = problem.laplacian.diagonal() / np.where(scales > 0, scales, 1.0)
    before = np.inf
    for sweep in range(1, MOST_SWEEPS + 1):
        old = x.copy()
        for colour in plan:
            colour.move(x)
        moved = np.abs(x - old)[:-1]
        largest = float(np.max(worth * moved, initial=0.0))
        if largest <= tolerance and np.max(moved, initial=0.0) <= tolerance * volts:
            return x[:-1], sweep
        if sweep % WINDOW == 0:
            rate = np.log(before / largest) / WINDOW if before < np.inf else np.inf
            if rate * (MOST_SWEEPS - sweep) < np.log(largest / tolerance):
                return x[:-1], sweep
            before = largest
    return x[:-1], MOST_SWEEPS


@dataclass(frozen=True, eq=False)
class Colour:
    """What one colour's move needs: the rows of the Laplacian without its diagonal, and the diodes at its nodes.

    A diode with its anode here bounds from above, with its cathode here from below: (place in `members`, other end,
    drop).
    """

    members: np.ndarray
    rows: sparse.csr_array
    diagonal: np.ndarray
    source: np.ndarray
    above: tuple[np.ndarray, np.ndarray, np.ndarray]
    below: tuple[np.ndarray, np.ndarray, np.ndarray]

    @classmethod
    def of(cls, problem: QP, members: np.ndarray) -> Colour:
        """Compile the move of the supernodes `members`. O(their branches)."""
        graph = problem.topology
        rows = sparse.csr_array(sparse.csr_array(problem.laplacian)[members])
        diagonal = problem.laplacian.diagonal()[members]
        own = sparse.csr_array((diagonal, (np.arange(len(members)), members)), shape=rows.shape)
        place = np.full(graph.nodes + 1, -1, dtype=np.int64)
        place[members] = np.arange(len(members))
        anode, cathode = np.flatnonzero(place[graph.diode_a] >= 0), np.flatnonzero(place[graph.diode_b] >= 0)
        above = (place[graph.diode_a[anode]], graph.diode_b[anode], problem.drop[anode])
        below = (place[graph.diode_b[cathode]], graph.diode_a[cathode], problem.drop[cathode])
        return cls(members, sparse.csr_array(rows - own), diagonal, problem.source[members], above, below)

    def move(self, x: np.ndarray) -> None:
        """Put the members of x (n + 1, ground last) at their best, in place (Theorem 2)."""
        pull = self.source - self.rows @ x[:-1]
        here = x[self.members]
        free = np.where(pull == 0, here, np.copysign(np.inf, pull))
        best = np.divide(pull, self.diagonal, out=free, where=self.diagonal > 0)
        lower, upper = np.full(len(here), -np.inf), np.full(len(here), np.inf)
        np.maximum.at(lower, self.below[0], x[self.below[1]] - self.below[2])
        np.minimum.at(upper, self.above[0], x[self.above[1]] + self.above[2])
        best = np.minimum(np.maximum(best, lower), upper)
        x[self.members] = np.where(np.isfinite(best), best, here)
