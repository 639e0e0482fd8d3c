"""Whether loads of negative conductance leave the energy a lower bound.

Nudging by −β puts a negative conductance from a node to ground. As long as the Laplacian stays positive definite there
is one steady state; beyond, the energy has no minimum, and a point that satisfies all equations (which diodes may still
make) is one of several, or of none that is stable.
"""

from __future__ import annotations

import numpy as np

from ...netlist.errors import NumericalError
from ..components import components
from ..qp import QP
from ..scatter import scatter
from .linear import Factor

DENSE = 300


class Indefinite(NumericalError):
    """A load of `siemens` at `supernode`, the most negative one, leaves the energy without a minimum."""

    def __init__(self, supernode: int, siemens: float, where: str | None = None):
        super().__init__(
            f"the load of {siemens:.3g} S at {where or f'supernode {supernode}'} is more negative than the circuit can "
            f"hold: its energy has no minimum (the Laplacian is not positive definite); nudge by less"
        )
        self.supernode, self.siemens = supernode, siemens


def refuse_indefinite(problem: QP) -> None:
    """Nothing where all conductances are positive, or are so together at each node's way to ground; else one factor.

    Raises:
        Indefinite: the Laplacian is not positive definite.
    """
    weight, graph = problem.conductance, problem.topology
    if not np.any(weight < 0):
        return
    ground = graph.nodes
    grounded = (graph.resistor_a == ground) | (graph.resistor_b == ground)
    inner = np.minimum(graph.resistor_a, graph.resistor_b)
    held = scatter(weight[grounded], inner[grounded], ground)
    if np.all(held >= 0) and np.all(weight[~grounded] >= 0):
        return
    # parts without ground have no load, and are positive semidefinite
    joined = weight != 0
    _, label = components(ground + 1, graph.resistor_a[joined], graph.resistor_b[joined])
    tied = np.flatnonzero(label[:-1] == label[-1])
    matrix = problem.laplacian[tied][:, tied]
    try:
        Factor(matrix.toarray() if len(tied) <= DENSE else matrix.tocsc())
    except NumericalError:
        worst = int(np.argmin(held))
        raise Indefinite(worst, float(held[worst])) from None
