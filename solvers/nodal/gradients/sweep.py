"""A `.dc` sweep of sources and its derivatives, by name."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ....netlist.circuit import Card, Circuit
from ....netlist.errors import CircuitError
from ....netlist.suggestion import nearest
from ..cards import sweeps
from ..operating import Point
from .points import DifferentiablePoints, Solved


@dataclass(frozen=True, eq=False)
class SweepSensitivity:
    """A sweep, ready for derivatives: `axes` by swept source, the slowest first, as `dc_sweep` has them."""

    points: DifferentiablePoints
    solved: Solved
    axes: Mapping[str, np.ndarray]

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters."""
        return self.points.names

    @property
    def shape(self) -> tuple[int, ...]:
        """That of every signal."""
        return tuple(len(values) for values in self.axes.values())

    @property
    def signals(self) -> dict[str, np.ndarray]:
        """The outputs, over the axes."""
        return {
            name: signal.reshape(self.shape)
            for name, signal in zip(self.points.outputs, self.solved.signals.T, strict=True)
        }

    def gradient(self, weights: Mapping[str, np.ndarray]) -> dict[str, float]:
        """dL/dp of every parameter of a loss L, from its derivatives dL/ds by outputs s, over the axes.

        Raises:
            CircuitError: a signal that is no output, weights of another shape.
        """
        found = np.zeros(self.solved.signals.shape)
        for name, given in weights.items():
            if name not in self.points.outputs:
                raise CircuitError(f"{name} is no output; {nearest(name, self.points.outputs, 'write {}')}")
            if np.shape(given) != self.shape:
                raise CircuitError(f"the weights of {name} have shape {np.shape(given)}; give {self.shape}")
            found[:, self.points.outputs.index(name)] = np.reshape(given, -1)
        gradient, _ = self.points.pull(self.solved, found)
        return dict(zip(self.names, gradient.tolist(), strict=True))


def differentiable_sweep(
    circuit: Circuit, card: Card, outputs: Sequence[str], parameters: Sequence[str] | None = None
) -> SweepSensitivity:
    """The points of a `.dc` card, whose derivatives by named parameters can be asked for.

    Names are those of `differentiable_point`; a swept source is none of them. Points follow each other as in
    `dc_sweep`, so that a switch keeps its state.

    Raises:
        CircuitError: an unknown name, a sweep of something that is no source.
        NumericalError: a point without a solution.
    """
    swept = sweeps(card)
    inputs = tuple(each.name for each in reversed(swept))
    points = DifferentiablePoints.of(circuit, parameters, outputs, inputs)
    if parameters is None:
        points = points.without(inputs)
    axes = {each.name: each.values for each in reversed(swept)}
    grid = np.array(list(itertools.product(*axes.values())))
    return SweepSensitivity(points, _followed(points, grid, len(swept[0].values)), axes)


def _followed(points: DifferentiablePoints, grid: np.ndarray, row: int) -> Solved:
    """The solutions (points, …) at inputs (points, inputs), each from its neighbour in rows of so many."""
    x, closed, point = [], [], None
    sources = np.tile(points.solver.network.sources.direct, (len(grid), 1))
    sources[:, points.columns] = grid
    for k, values in enumerate(sources):
        before: Point | None = None if k % row == 0 else point
        point = points.solver.solve(values, before and before.x, before and before.closed)
        x.append(point.x)
        closed.append(point.closed)
    return points.read(points.solution(points.values, grid, np.array(x), np.array(closed)))
