"""The minimum on one face: some diodes conduct at zero slack, the others are taken out. One factorisation.

    minimise the energy subject to x_a − x_b = d for the chosen diodes

This is a linear network of supernodes joined by the chosen diodes. A part of it that nothing ties to ground keeps the
potential it had: the current through the pin that holds it is zero exactly where that is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..components import components
from ..contraction import Contraction
from ..qp import QP
from ..scatter import scatter
from .linear import Factor


@dataclass(frozen=True, eq=False)
class Face:
    """A face of the feasible set: the contraction, the factor of its Laplacian (with pins), its minimum `x` (n)."""

    contraction: Contraction
    factor: Factor
    x: np.ndarray

    @classmethod
    def of(cls, problem: QP, chosen: np.ndarray, near: np.ndarray) -> Face:
        """The minimum with the diodes `chosen` (indices) held; floating parts stay `near` (n, volts)."""
        contraction = Contraction.of(problem, chosen)
        pins = pin_conductances(contraction)
        matrix, right = contraction.system(pins)
        y = contraction.restrict(near)
        factor = Factor(matrix)
        y = factor.solve(right + pins * y)
        x = contraction.expand(y)
        return cls(contraction, factor, contraction.expand(y - factor.solve(contraction.sums(problem.imbalance(x)))))


def pin_conductances(contraction: Contraction) -> np.ndarray:
    """For one group in every part that nothing ties to ground, a conductance like its own; 0 elsewhere."""
    floating, label = floating_parts(contraction)
    pins = np.zeros(len(label))
    if not len(floating):
        return pins
    graph, weight = contraction.original.topology, np.abs(contraction.original.conductance)
    group, size = contraction.groups.group, len(label) + 1
    diagonal = (scatter(weight, group[graph.resistor_a], size) + scatter(weight, group[graph.resistor_b], size))[:-1]
    order = np.lexsort((-diagonal, label))
    heads = order[np.searchsorted(label[order], floating)]
    typical = float(np.max(diagonal, initial=0.0)) or 1.0
    pins[heads] = np.where(diagonal[heads] > 0, diagonal[heads], typical)
    return pins


def floating_parts(contraction: Contraction) -> tuple[np.ndarray, np.ndarray]:
    """The labels of the parts without ground, and the part of each free group. O(m + groups)."""
    graph, group = contraction.original.topology, contraction.groups.group
    conducting = contraction.original.conductance != 0
    a, b = group[graph.resistor_a[conducting]], group[graph.resistor_b[conducting]]
    _, label = components(contraction.groups.count + 1, a, b)
    labels = np.unique(label)
    return labels[labels != label[-1]], label[:-1]
