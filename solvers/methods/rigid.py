"""Currents around loops of diodes whose drops sum to zero: two diodes antiparallel, a ring of diodes.

Such diodes hold their ends together whatever flows, and any current could run round the loop besides. The answer given
is the one of equal shares, shifted by the smallest circulation that leaves no current negative.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import linalg as sparse_linalg

from ..components import components
from ..contraction import Contraction
from .sharing import weighted_currents


def rigid_currents(joined: Contraction, x: np.ndarray, known: np.ndarray) -> np.ndarray:
    """All diode currents (k): the `known` of the others, and those of the rigid loops `joined.chosen`."""
    chosen = joined.chosen
    currents = weighted_currents(joined, x, known, np.ones(len(known)))
    rounds = circulation(joined)
    group = joined.groups.group[joined.original.topology.diode_a[chosen]]
    need = np.zeros(joined.groups.count + 1)
    np.maximum.at(need, group, -currents[chosen] / rounds)
    currents[chosen] += need[group] * rounds
    return currents


def circulation(joined: Contraction) -> np.ndarray:
    """A positive current (chosen) through each chosen diode that enters every supernode as much as it leaves it.

    The stationary flow of a random walk along the diodes: every loop lies in a strongly connected component.
    """
    graph, chosen = joined.original.topology, joined.chosen
    a, b = graph.diode_a[chosen], graph.diode_b[chosen]
    nodes, place = np.unique(np.concatenate([a, b]), return_inverse=True)
    a, b = place[: len(chosen)], place[len(chosen) :]
    share = 1.0 / np.bincount(a, minlength=len(nodes))
    walk = sparse.csr_array((share[a], (b, a)), shape=(len(nodes), len(nodes)))
    _, label = components(len(nodes), a, b)
    heads = np.unique(label, return_index=True)[1]
    free = np.ones(len(nodes))
    free[heads] = 0.0
    balance = sparse.diags_array(np.ones(len(nodes))) - sparse.diags_array(free) @ walk
    visits = sparse_linalg.splu(sparse.csc_array(balance)).solve(1.0 - free)
    return visits[a] * share[a]
