"""The engine for large circuits: the QP of qp.py through weighted graph Laplacians, exact on any topology.

In: a `QP`. Out: a `Solution` with its KKT residual. `GraphLaplacian` is the method; its parts, each in its own file:

* `ordering`, `quotient_graph`: the elimination order of a topology; `network` keeps it and renumbers the problem.
* `elimination`, `assembly`, `dense`, `subtrees`, `factor`, `substitution`, `cholesky`: a multifrontal sparse Cholesky
  factor. `sampling`, `conjugate`: conjugate gradients where that would fill in. `system` chooses.
* `clusters`, `face`: conducting diodes merge their ends; the linear network that is left, and its solution.
* `active_set`, `residual`: which diodes conduct. `interior`, `rescue`, `loops`, `potentials`: what is done where that
  iteration does not settle, and the proofs that no steady state exists. `statement`: a state as a solution.
* `gradient`: derivatives of a loss by everything. `sequence`: many inputs of one circuit.
"""

from .. import numba_cache as numba_cache
from .. import numba_clock as numba_clock
from .method import GraphLaplacian

__all__ = ["GraphLaplacian"]
