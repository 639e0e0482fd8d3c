"""A state of the iteration as a solution of the problem it came from."""

from __future__ import annotations

from ..methods.method import certified
from ..qp import QP, Solution
from .active_set import State, sealed
from .network import Layout

NAME = "laplacian"


def stated(problem: QP, layout: Layout, state: State, tolerance: float) -> Solution:
    """The state in the problem's own order with the residual of kkt.py; merged once more if that asks for it."""
    rank = layout.rank[:-1]
    found = certified(problem, state.x[rank], state.current, state.steps, NAME)
    if state.residual <= tolerance < found.residual and state.face is not None:
        state = sealed(state.face.network, state.face.on, state, tolerance)
        found = certified(problem, state.x[rank], state.current, state.steps, NAME)
    return found
