"""How conducting diodes share the current that Kirchhoff's law leaves to them: λ ≥ 0 with Dᵀλ given.

On a forest of diodes the currents are unique. Where conducting diodes close loops (two in parallel, a diamond), only
sums are fixed; of all non-negative answers one is chosen: near to a guess if there is one, else near to equal shares.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize, sparse

from ..contraction import Contraction
from ..qp import QP
from .linear import Factor

LARGEST_DENSE = 1500
GAP = 1e-11


def shared_currents(contraction: Contraction, x: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """The currents (k) of all diodes, 0 for those not chosen; negative ones where the face is not the right one.

    O(chosen) on a forest; with loops one more Laplacian, and non-negative least squares where that goes negative.
    """
    blocked = np.zeros(len(guess))
    if contraction.is_forest:
        return contraction.currents(x, blocked)
    currents = weighted_currents(contraction, x, blocked, guess)
    if np.min(currents[contraction.chosen], initial=0.0) >= 0:
        return currents
    return _non_negative(contraction, x, currents)


def weighted_currents(contraction: Contraction, x: np.ndarray, known: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """Currents (k) near a guess: `known` for the diodes not chosen, and for the chosen w (1 − D φ), φ from a Laplacian.

    w is the guess, so each current is corrected in proportion to itself; (Dᵀ w D) φ = Dᵀ w + J with J the current that
    leaves each supernode otherwise. A tree of diodes takes up the rounding. O(one factorisation over the groups).
    """
    problem, chosen = contraction.original, contraction.chosen
    diodes = problem.topology.diodes[chosen]
    largest = np.max(guess[chosen], initial=0.0)
    weight = np.maximum(guess[chosen], 1e-8 * largest) if largest > 0 else np.ones(len(chosen))
    missing = diodes.T @ weight + leaving_currents(problem, x) + problem.topology.diodes.T @ known
    touched = np.flatnonzero(abs(diodes).sum(axis=0) > 0)
    matrix = sparse.csc_array((diodes.T @ sparse.diags_array(weight) @ diodes)[touched][:, touched])
    pins = np.where(contraction.groups.via[touched] < 0, matrix.diagonal(), 0.0)
    shift = np.zeros(problem.topology.nodes)
    shift[touched] = Factor(sparse.csc_array(matrix + sparse.diags_array(pins))).solve(missing[touched])
    currents = known.copy()
    currents[chosen] = weight * (1.0 - diodes @ shift)
    return contraction.currents(x, currents)


def leaving_currents(problem: QP, x: np.ndarray) -> np.ndarray:
    """The current (n) in amperes that leaves each supernode through resistors, less what is injected."""
    return problem.topology.resistors.T @ problem.resistor_currents(x) - problem.injection


def _non_negative(contraction: Contraction, x: np.ndarray, currents: np.ndarray) -> np.ndarray:
    """Non-negative least squares in the groups where currents came out negative, if they are small enough for it.

    Where even that leaves a gap the face is wrong: the diodes it gives nothing are marked by a negative current.
    """
    problem, chosen, graph = contraction.original, contraction.chosen, contraction.original.topology
    group = contraction.groups.group[graph.diode_a[chosen]]
    leaving = leaving_currents(problem, x)
    result = currents.copy()
    for bad in np.unique(group[currents[chosen] < 0]):
        members = chosen[group == bad]
        block = graph.diodes[members]
        nodes = np.flatnonzero(abs(block).sum(axis=0) > 0)
        if max(len(members), len(nodes)) > LARGEST_DENSE:
            continue
        matrix = block[:, nodes].toarray().T
        scale = np.max(np.abs(leaving[nodes]), initial=0.0) or 1.0
        found, gap = optimize.nnls(matrix, -leaving[nodes] / scale)
        result[members] = np.where(found > 0, found, 0.0 if gap <= GAP else -1.0) * scale
    return result
