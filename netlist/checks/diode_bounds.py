"""Ideal diodes between supernodes as difference constraints, and the cycle that proves them infeasible.

A diode from a to k demands v(a) ≤ v(k). With v = x[group] + offset this is x[A] ≤ x[K] + w, w = offset(k) − offset(a):
a system that has a solution exactly when no cycle has a negative sum of w (Bellman 1958).
"""

from __future__ import annotations

import numpy as np

_ROUNDING = 1e-12


def infeasible_cycle(anodes: np.ndarray, cathodes: np.ndarray, slack: np.ndarray, count: int) -> list[int] | None:
    """The constraints x[anode] ≤ x[cathode] + slack that form a cycle of negative sum, in order; None if feasible.

    Bellman–Ford in whole-array rounds; each looks at all constraints, and there are as many rounds as the longest chain
    of diodes that pass a bound on.
    """
    tolerance = _ROUNDING * float(np.abs(slack).max(initial=0.0))
    bound = np.zeros(count)
    by = np.full(count, -1, dtype=np.intp)
    look, rounds = 1, 0
    while True:
        offered = bound[cathodes] + slack
        tighter = np.flatnonzero(offered < bound[anodes] - tolerance)
        if not len(tighter):
            return None
        order = tighter[np.argsort(-offered[tighter], kind="stable")]
        bound[anodes[order]] = offered[order]
        by[anodes[order]] = order
        rounds += 1
        if rounds >= look:
            look *= 2
            cycle = _cycle(by, anodes, cathodes)
            if cycle:
                return cycle


def _cycle(by: np.ndarray, anodes: np.ndarray, cathodes: np.ndarray) -> list[int] | None:
    """A cycle among the constraints that set the bounds: by[x] is the one that set x, from its cathode."""
    seen = np.zeros(len(by), dtype=np.intp)
    parent = by.tolist()
    for mark, start in enumerate(np.unique(anodes).tolist(), start=1):
        node = start
        while parent[node] >= 0 and not seen[node]:
            seen[node] = mark
            node = int(cathodes[parent[node]])
        if parent[node] >= 0 and seen[node] == mark:
            return _around(node, parent, cathodes)
    return None


def _around(start: int, parent: list[int], cathodes: np.ndarray) -> list[int]:
    cycle = [parent[start]]
    while (node := int(cathodes[cycle[-1]])) != start:
        cycle.append(parent[node])
    return cycle
