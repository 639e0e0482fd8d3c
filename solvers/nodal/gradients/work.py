"""The virtual work of parameters: what two states of a circuit, or a small signal upon one, tell of a parameter.

    wᵀ ∂i/∂p,     i(x, p, s) = 0

w is a small change of all voltages and currents, found by pulling at the circuit. Where ∂i/∂x is symmetric, as in
networks of resistors and diodes, the work of w = −(∂i/∂x)⁻¹ ∂L/∂x is dL/dp, by quantities at the parameter's own
device; nothing is solved here. A voltage source does the work of moving the nodes that it holds by one volt against the
currents there, which is that of its own current where ∂i/∂x is symmetric, and of the channels where it holds a gate.
"""

from __future__ import annotations

import numpy as np

from ...supernodes import Supernodes
from ..network import Network
from .adjoint import work_range
from .points import DifferentiablePoints, Solved
from .threads import in_threads


def virtual_work(
    points: DifferentiablePoints, solved: Solved, along: np.ndarray, forces: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The work along small signals (samples, unknowns): by the parameters (parameters,), summed over samples, and by
    each sample's inputs (samples, inputs). `forces` (samples, unknowns) are the currents in A out of nodes into what
    pulls there, in the signal."""
    numbers, base = points.numbers(solved.values)
    along = np.ascontiguousarray(along, dtype=float)
    by_x, by_sources = np.zeros(along.shape), np.zeros(solved.sources.shape)

    def add(part: range) -> np.ndarray:
        machine, desk = points.arrays(numbers)
        found = np.zeros(len(desk.effective))
        at = (part.start, part.stop, solved.sources, solved.closed, solved.x, along, by_x, by_sources, found)
        work_range(machine.equations, machine.work, points.instances, desk, *at)
        return found

    by_effective = np.sum(in_threads(add, len(solved.x)), axis=0)
    sources, moves = _displacements(points.solver.network)
    by_sources[:, sources] += (by_x + forces)[:, : moves.shape[1]] @ moves.T
    return points.by_names(solved.values, base, by_effective, by_sources)


def _displacements(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """The voltage sources, and how far one volt more of each moves the nodes (sources, voltages), in volts."""
    flat, ground = network.flat, network.voltages
    chosen = [k for k, name in enumerate(network.source_names) if flat[name].kind == "V"]
    ends = [[network.numbers.get(node, ground) for node in flat[network.source_names[k]].nodes] for k in chosen]
    plus, minus = np.array(ends, np.int64).reshape(-1, 2).T
    tied = Supernodes.of(ground + 1, ground, plus, minus)
    return np.array(chosen, np.int64), tied.offsets(np.eye(len(chosen)))[:, :ground]
