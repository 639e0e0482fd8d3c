"""The engine for large circuits: the QP of qp.py through weighted graph Laplacians, exact on any topology.

In: a `QP`. Out: a `Solution` with its KKT residual. `GraphLaplacian` is the method; its parts, each in its own file:

* `ordering`, `quotient_graph`: the elimination order of a topology; `network` keeps it and renumbers the problem.
* `elimination`, `factor`, `dense`, `substitution`, `cholesky`: a multifrontal sparse Cholesky factor.
* `clusters`, `face`: conducting diodes merge their ends; the linear network that is left, and its solution.
* `active_set`, `residual`: which diodes conduct. `interior`, `rescue`, `loops`, `potentials`: what is done where that
  iteration does not settle, and the proofs that no steady state exists.
"""

from .method import GraphLaplacian

__all__ = ["GraphLaplacian"]
