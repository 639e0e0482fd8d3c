"""One operating point and its derivatives, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....netlist.circuit import Circuit
from ....netlist.errors import CircuitError, NumericalError
from ....netlist.suggestion import nearest
from .forward import push_point
from .points import DifferentiablePoints, Solved
from .pullbacks import physics_push


@dataclass(frozen=True, eq=False)
class PointSensitivity:
    """An operating point, ready for derivatives; `signals` are all node voltages."""

    points: DifferentiablePoints
    solved: Solved

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters."""
        return self.points.names

    @property
    def values(self) -> dict[str, float]:
        """The parameters' values, in the units of the netlist."""
        return dict(zip(self.names, self.points.values.tolist(), strict=True))

    @property
    def signals(self) -> dict[str, float]:
        """The voltage of every node, in V."""
        return dict(zip(self.points.outputs, self.solved.signals[0].tolist(), strict=True))

    def gradient(self, weights: Mapping[str, float]) -> dict[str, float]:
        """dL/dp of every parameter of a loss L, from its derivatives dL/ds by signals s: `v(node)`, `i(element)`, or
        the power `p(element)` that an element takes.

        One factorisation and one solve; linear in instances, whatever the number of parameters.

        Raises:
            CircuitError: a signal that the circuit does not have.
        """
        reading = self.points.reading(tuple(weights))
        found, _ = reading.pull(self.solved, _numbers(weights))
        return dict(zip(self.names, found.tolist(), strict=True))

    def forward(self, parameter: str, signals: Sequence[str] | None = None) -> dict[str, float]:
        """ds/dp of signals s by one parameter p; of all node voltages where no signals are named."""
        if parameter.lower() not in self.names:
            raise CircuitError(f"{parameter} is no parameter here; {nearest(parameter, self.names, 'write {}')}")
        points = self.points if signals is None else self.points.reading(tuple(signals))
        direction = np.zeros(len(self.names))
        direction[self.names.index(parameter.lower())] = 1.0
        return dict(zip(points.outputs, self._push(points, direction).tolist(), strict=True))

    def _push(self, points: DifferentiablePoints, direction: np.ndarray) -> np.ndarray:
        solved, parametrisation = self.solved, points.parametrisation
        layout = parametrisation.layout
        numbers, base = points.numbers(solved.values)
        machine, desk = points.arrays(numbers)
        moved = parametrisation.push(solved.values, direction)
        found = np.zeros(len(points.outputs))
        fine = push_point(
            machine,
            points.instances,
            points.readings,
            layout.kernels(physics_push, parametrisation.wanted()),
            desk,
            layout.push(base, moved),
            solved.sources[0],
            moved[layout.sources].copy(),
            solved.closed[0],
            solved.x[0],
            found,
        )
        if not fine:
            raise NumericalError("the equations are singular at the operating point: it has no derivative")
        return found


def _numbers(weights: Mapping[str, Any]) -> np.ndarray:
    found = np.array([float(value) for value in weights.values()])
    if not np.isfinite(found).all():
        name = list(weights)[int(np.flatnonzero(~np.isfinite(found))[0])]
        raise CircuitError(f"the weight of {name} is {weights[name]}; give a finite number")
    return found[None, :]


def differentiable_point(circuit: Circuit, parameters: Sequence[str] | None = None) -> PointSensitivity:
    """The operating point of a circuit, whose derivatives by named parameters can be asked for.

    Names are those of the netlist: `r1`, `v1` (main and DC values), `m1:w` (keywords of a card), `model dmod:is`
    (numbers of a model, for all its instances together), parameters of `.param`, `temp` (°C of the circuit), `tnom`
    and `gmin`. Without `parameters`, all that the flat circuit gives, so none of `.param`.

    Raises:
        CircuitError: a name that the circuit does not have, or that nothing depends on.
        NumericalError: there is no operating point.
    """
    points = DifferentiablePoints.of(circuit, parameters)
    return PointSensitivity(points, points.solve())
