"""What learns, as the rules see it: a circuit at rest whose values are functions of coordinates.

A rule never asks what the circuit is made of. It asks for steady states, with the outputs pulled (`problem`), pushed
(`driven_outputs`) or held (`clamped`), and for the virtual work of its values: with i(v, θ) the currents that leave the
nodes, the work of a small signal w upon a state v is wᵀ ∂i/∂θ, u·w at a conductance with u and w across it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from jax import Array

Values = Any
"""All numbers of a circuit that coordinates or inputs reach, a tuple of arrays."""
State = Any
"""A batch of steady states to go on from, a tuple of arrays."""
Phase = Any
"""A batch of states as they can be read: a named tuple whose `potentials` are (batch, nodes + 1), ground last."""


class Settled(NamedTuple):
    """A batch of states, and the largest scaled residual in it (0 where a number of sweeps was asked for)."""

    state: State
    residual: Array


class Clamp(Protocol):
    """The circuit with its outputs held at given voltages."""

    def settle(self, physical: Values, outputs: Array, free: Phase) -> tuple[Phase, Array]:
        """The state with the outputs at those voltages (batch, outputs), from the free one, and its residual."""
        ...


class Learner(Protocol):
    """A circuit that learns; all but `clamped` are pure functions of arrays."""

    @property
    def width(self) -> int:
        """Number of input voltages."""
        ...

    @property
    def loads(self) -> np.ndarray:
        """The outputs' places among a phase's potentials."""
        ...

    def rest(self, batch: int) -> State:
        """Where the search for a steady state begins without a better guess."""
        ...

    def restored(self, leaves: Sequence[Array]) -> State:
        """A state of its arrays."""
        ...

    def values(self, coordinates: dict[str, Array]) -> Values:
        """The circuit's numbers at coordinates by target."""
        ...

    def driven(self, physical: Values, inputs: Array) -> Values:
        """The same with source voltages (batch, inputs) put in."""
        ...

    def problem(self, physical: Values, beta: float | Array, targets: Array) -> Any:
        """The equations of driven values, the outputs pulled to their targets (batch, outputs) through β siemens."""
        ...

    def driven_outputs(self, physical: Values, currents: Array) -> Any:
        """The equations of driven values with currents (batch, outputs) into the outputs."""
        ...

    def settle(self, problem: Any, start: State, sweeps: int | Array) -> Settled:
        """The steady state: exact when `sweeps` is the number 0, else as far as that many sweeps come."""
        ...

    def outputs(self, physical: Values, state: State) -> Array:
        """Output voltages (batch, outputs)."""
        ...

    def phase(self, physical: Values, state: State, loads: Array) -> Phase:
        """A state as it can be read, with the currents (batch, outputs) into what pulls or pushes the outputs."""
        ...

    def work(self, physical: Values, at: Phase, signal: Phase) -> Values:
        """The virtual work of every value at a phase along another one, batch mean."""
        ...

    def pull_back(self, coordinates: dict[str, Array], slopes: Values) -> dict[str, Array]:
        """Gradients by values, batch mean, as gradients by coordinates."""
        ...

    def clamped(self) -> Clamp:
        """The same circuit with its outputs held. Raises `CircuitError` where they cannot be."""
        ...

    def failure(self) -> Exception | None:
        """Why the last steady state was not found, where the circuit's solver said so."""
        ...
