"""Other people's solvers on the same program, set up as their users would; each returns potentials and diode currents.

Their time is that of set-up and solve, with the matrices given.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from problems import matrices
from scipy import sparse

from tellegen.solvers.qp import QP

Answer = tuple[np.ndarray, np.ndarray, float, int]


def clock(call: Callable[[], Any]) -> tuple[Any, float]:
    """What the call returns, and its wall seconds."""
    start = time.perf_counter()
    result = call()
    return result, time.perf_counter() - start


def osqp(problem: QP, accuracy: float = 1e-8, polishing: bool = False) -> Answer:
    """OSQP (alternating directions, one factor), to 1e-8 absolute and relative, at most 100,000 iterations."""
    package = import_module("osqp")
    laplacian, incidence = matrices(problem)
    upper = sparse.csc_matrix(sparse.triu(laplacian))
    below = np.full(len(problem.drop), -np.inf)
    settings = {"verbose": False, "eps_abs": accuracy, "eps_rel": accuracy, "max_iter": 100_000, "polishing": polishing}

    def run():
        solver = package.OSQP()
        solver.setup(upper, -problem.source, incidence, below, problem.drop, **settings)
        return solver.solve()

    result, seconds = clock(run)
    return np.asarray(result.x), np.maximum(np.asarray(result.y), 0.0), seconds, int(result.info.iter)


def polished_osqp(problem: QP) -> Answer:
    """OSQP with its polishing step: a guess of the active set, solved exactly."""
    return osqp(problem, polishing=True)


def clarabel(problem: QP) -> Answer:
    """Clarabel (interior point) with its own tolerances of 1e-8."""
    package = import_module("clarabel")
    laplacian, incidence = matrices(problem)
    upper = sparse.csc_matrix(sparse.triu(laplacian))
    settings = package.DefaultSettings()
    settings.verbose = False
    cones = [package.NonnegativeConeT(len(problem.drop))]

    def run():
        return package.DefaultSolver(upper, -problem.source, incidence, problem.drop, cones, settings).solve()

    result, seconds = clock(run)
    return np.asarray(result.x), np.asarray(result.z), seconds, int(result.iterations)


def piqp(problem: QP) -> Answer:
    """PIQP (proximal interior point), sparse, with its default tolerances of 1e-8."""
    package = import_module("piqp")
    laplacian, incidence = matrices(problem)
    nodes = len(problem.source)
    nothing = sparse.csc_matrix((0, nodes))

    def run():
        solver = package.SparseSolver()
        solver.settings.verbose = False
        below = np.full(len(problem.drop), -np.inf)
        solver.setup(laplacian, -problem.source, nothing, np.zeros(0), incidence, below, problem.drop)
        solver.solve()
        return solver.result

    result, seconds = clock(run)
    return np.asarray(result.x), np.asarray(result.z_u), seconds, int(result.info.iter)


RIVALS: dict[str, Callable[[QP], Answer]] = {
    "osqp": osqp,
    "osqp, polished": polished_osqp,
    "piqp": piqp,
    "clarabel": clarabel,
}
