"""One transient and its derivatives, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ....netlist.circuit import Circuit
from ....netlist.errors import CircuitError
from ....netlist.suggestion import nearest
from ..transient.problem import Settings
from .trajectories import MEMORY, DifferentiableTransient, Trajectory


@dataclass(frozen=True, eq=False)
class TransientSensitivity:
    """A transient, ready for derivatives: accepted `times` (points,) and signals at these."""

    transient: DifferentiableTransient
    trajectory: Trajectory

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters."""
        return self.transient.names

    @property
    def times(self) -> np.ndarray:
        """Accepted times (points,) in s."""
        return self.trajectory.times

    @property
    def signals(self) -> dict[str, np.ndarray]:
        """Outputs (points,) at the accepted times."""
        return dict(zip(self.transient.outputs, self.trajectory.signals.T, strict=True))

    @property
    def spans(self) -> np.ndarray:
        """Weights (points,) in s with which Σ weight·signal is the integral over time, by the trapezoidal rule."""
        steps = np.diff(self.times)
        found = np.zeros(len(self.times))
        found[:-1] += 0.5 * steps
        found[1:] += 0.5 * steps
        return found

    def at(self, times: np.ndarray) -> dict[str, np.ndarray]:
        """Outputs at other times, straight between the accepted ones."""
        return {name: np.interp(times, self.times, signal) for name, signal in self.signals.items()}

    def gradient(self, weights: Mapping[str, np.ndarray], times: np.ndarray | None = None) -> dict[str, float]:
        """dL/dp of every parameter of a loss L, from its derivatives dL/ds by outputs s at the accepted times, or at
        other `times` as `at` has them.

        Costs one factorisation and one solve a step, whatever the number of parameters.

        Raises:
            CircuitError: a signal that is no output, weights of another length.
        """
        found = np.zeros(self.trajectory.signals.shape)
        for name, given in weights.items():
            if name not in self.transient.outputs:
                raise CircuitError(f"{name} is no output; {nearest(name, self.transient.outputs, 'write {}')}")
            where, each = self.times if times is None else np.asarray(times), np.asarray(given, float)
            if each.shape != where.shape:
                raise CircuitError(f"the weights of {name} have shape {each.shape}; give {where.shape}, one a time")
            found[:, self.transient.outputs.index(name)] += self._spread(where, each) if times is not None else each
        gradient = self.transient.pull(self.trajectory, found)
        return dict(zip(self.names, gradient.tolist(), strict=True))

    def _spread(self, times: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Weights at accepted times that mean the same as these at others."""
        own = self.times
        after = np.clip(np.searchsorted(own, times), 1, len(own) - 1)
        share = np.clip((times - own[after - 1]) / (own[after] - own[after - 1]), 0.0, 1.0)
        return np.bincount(after, share * weights, len(own)) + np.bincount(after - 1, (1 - share) * weights, len(own))


def differentiable_transient(
    circuit: Circuit,
    outputs: Sequence[str],
    parameters: Sequence[str] | None = None,
    *,
    settings: Settings | None = None,
    memory: float = MEMORY,
) -> TransientSensitivity:
    """The transient of a deck's `.tran`, whose derivatives by named parameters can be asked for.

    Names are those of `differentiable_point`, and besides numbers of waveforms that move no corner (`v1:va`, `v1:v2`),
    `ic(node)` of `.ic`, and `c1:ic`, `l1:ic` with `uic`. The derivative is that of the discrete solution with its steps
    held, and so the moments at which switches move: what moves these has more of an effect than the derivative says.

    Raises:
        CircuitError: a name that the circuit does not have, or that nothing depends on; a lossless line.
        NumericalError: no operating point, or no step that converges.
    """
    found = DifferentiableTransient.of(circuit, parameters, outputs, settings=settings, memory=memory)
    return TransientSensitivity(found, found.solve())
