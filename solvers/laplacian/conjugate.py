"""The linear system of a quotient network by conjugate gradients, preconditioned by approximate elimination."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from ...netlist.errors import NumericalError
from .clusters import Quotient
from .sampling import Sample, sample

SEED = 20240
ACCURACY = 1e-13
STEPS = 2000
NEGATIVE = "a circuit this dense is solved by iteration, which takes no negative conductance"


@dataclass(frozen=True, eq=False)
class Conjugate:
    """The Laplacian of a quotient network and its preconditioner."""

    parts: Quotient
    preconditioner: Sample

    @classmethod
    def of(cls, parts: Quotient) -> Conjugate:
        """Sample the preconditioner. O(edges), roughly.

        Raises:
            NumericalError: a conductance is negative.
        """
        if np.any(parts.weight < 0) or np.any(parts.tied < 0):
            raise NumericalError(NEGATIVE)
        return cls(parts, Sample(*sample(parts.low, parts.high, parts.weight, parts.tied, SEED)))

    def solve(self, right: np.ndarray) -> np.ndarray:
        """The solution for a right-hand side (clusters,) or several (clusters, columns).

        Raises:
            NumericalError: the accuracy was not reached.
        """
        if right.ndim > 1:
            return np.stack([self.solve(column) for column in right.T], axis=1)
        x, steps = conjugate_gradients(self.parts, self.preconditioner, right, ACCURACY, STEPS)
        if steps > STEPS:
            raise NumericalError(f"conjugate gradients did not reach {ACCURACY:.0e} in {STEPS} steps")
        return x


@numba.njit(cache=True)
def _multiply(parts, x):
    """The Laplacian times x."""
    y = parts.diagonal * x
    for k in range(len(parts.low)):
        i, j, w = parts.low[k], parts.high[k], parts.weight[k]
        y[i] -= w * x[j]
        y[j] -= w * x[i]
    return y


@numba.njit(cache=True)
def _precondition(factor, right):
    """(L D Lᵀ)⁻¹ right."""
    n = len(factor.node)
    held = np.empty(n + 1)
    for p in range(n):
        held[p] = right[factor.node[p]]
    held[n] = 0.0
    for p in range(n):
        value = held[p]
        for q in range(factor.start[p], factor.start[p + 1]):
            held[factor.target[q]] += factor.share[q] * value
        held[p] = value / factor.pivot[p]
    held[n] = 0.0
    for p in range(n - 1, -1, -1):
        value = held[p]
        for q in range(factor.start[p], factor.start[p + 1]):
            value += factor.share[q] * held[factor.target[q]]
        held[p] = value
    result = np.empty(n)
    for p in range(n):
        result[factor.node[p]] = held[p]
    return result


@numba.njit(cache=True)
def conjugate_gradients(parts, factor, right, accuracy, limit):
    """x with the residual's energy norm below `accuracy` of the right-hand side's; and the number of steps, more than
    `limit` where that was not reached (M. Hestenes, E. Stiefel 1952)."""
    x = np.zeros(len(right))
    residual = right.copy()
    z = _precondition(factor, residual)
    direction = z.copy()
    energy = np.sum(residual * z)
    goal = accuracy * accuracy * energy
    step = 0
    while energy > goal and energy > 0.0:
        step += 1
        if step > limit:
            break
        product = _multiply(parts, direction)
        length = energy / np.sum(direction * product)
        x += length * direction
        residual -= length * product
        z = _precondition(factor, residual)
        following = np.sum(residual * z)
        direction *= following / energy
        direction += z
        energy = following
    return x, step
