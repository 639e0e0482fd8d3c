"""How conducting diodes share the current that Kirchhoff's law leaves to them: λ ≥ 0 with Dᵀλ given.

On a forest of diodes the currents are unique. Where conducting diodes close loops (two in parallel, a diamond), only
sums are fixed; of all non-negative answers one is chosen: near to a guess if there is one, else near to equal shares.
"""

from __future__ import annotations

import numpy as np

from ..components import components
from ..contraction import Contraction
from ..incidence import Incidence
from ..scatter import scatter
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
    diodes = problem.topology.diodes.some(chosen)
    largest = np.max(guess[chosen], initial=0.0)
    weight = np.maximum(guess[chosen], 1e-8 * largest) if largest > 0 else np.ones(len(chosen))
    missing = diodes.leaving(weight) + problem.imbalance(x) + problem.topology.diodes.leaving(known)
    ends = np.concatenate([diodes.a, diodes.b])
    touched = np.unique(ends[ends < problem.topology.nodes])
    number = np.full(problem.topology.nodes + 1, len(touched))
    number[touched] = np.arange(len(touched))
    inner = Incidence(number[diodes.a], number[diodes.b], len(touched))
    strength = scatter(weight, inner.a, len(touched) + 1) + scatter(weight, inner.b, len(touched) + 1)
    pins = np.where(contraction.groups.via[touched] < 0, strength[:-1], 0.0)
    shift = Factor(inner.laplacian(weight, pins)).solve(missing[touched])
    currents = known.copy()
    currents[chosen] = weight * (1.0 - inner.across(shift))
    return contraction.currents(x, currents)


def _non_negative(contraction: Contraction, x: np.ndarray, currents: np.ndarray) -> np.ndarray:
    """Non-negative least squares in the groups where currents came out negative, if they are small enough for it.

    Where even that leaves a gap the face is wrong: the diodes it gives nothing are marked by a negative current.
    """
    from scipy import optimize

    problem, chosen, graph = contraction.original, contraction.chosen, contraction.original.topology
    a, b = graph.diode_a[chosen], graph.diode_b[chosen]
    free = (a < graph.nodes) & (b < graph.nodes)
    _, label = components(graph.nodes, a[free], b[free])
    cluster = label[np.minimum(a, b)]
    leaving = problem.imbalance(x)
    result = currents.copy()
    for bad in np.unique(cluster[currents[chosen] < 0]):
        members = chosen[cluster == bad]
        ends = np.concatenate([graph.diode_a[members], graph.diode_b[members]])
        nodes = np.unique(ends[ends < graph.nodes])
        if max(len(members), len(nodes)) > LARGEST_DENSE:
            continue
        matrix = graph.diodes.some(members).matrix[:, nodes].toarray().T
        scale = np.max(np.abs(leaving[nodes]), initial=0.0) or 1.0
        try:
            found, gap = optimize.nnls(matrix, -leaving[nodes] / scale)
        except RuntimeError:
            continue
        result[members] = np.where(found > 0, found, 0.0 if gap <= GAP else -1.0) * scale
    return result
