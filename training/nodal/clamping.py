"""The circuit with its outputs held by sources: what contrastive and coupled learning compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist import Circuit, Element
from ...netlist.errors import CircuitError, NumericalError
from ...solvers.nodal.gradients import NodalFunction, State
from ...solvers.nodal.instance import current_of
from ...solvers.nodal.network import Network
from .phase import Numbers, Phase, at_phase, phase_at
from .points import RememberingPoints


@dataclass(frozen=True, eq=False)
class Clamped:
    """The held circuit. `shared` and `places` are the unknowns that both circuits have, in the free one and in it;
    `clamps` are its currents of the sources at the outputs."""

    function: NodalFunction
    free: Network
    shared: np.ndarray
    places: np.ndarray
    clamps: np.ndarray

    @classmethod
    def of(
        cls,
        circuit: Circuit,
        free: RememberingPoints,
        names: Sequence[str],
        inputs: Sequence[str],
        outputs: Sequence[str],
    ) -> Clamped:
        """Compile it, with the same memory of failures. Raises `CircuitError` for outputs that sources join to each
        other or to ground."""
        clamps = [f"vclamp {k}" for k in range(len(outputs))]
        elements = [Element(clamp, (node, "0"), 0.0) for clamp, node in zip(clamps, outputs, strict=True)]
        held = circuit.with_elements(elements)
        try:
            points = replace(RememberingPoints.of(held, names, inputs=(*inputs, *clamps)), failures=free.failures)
        except NumericalError as error:
            raise CircuitError(f"the outputs {', '.join(outputs)} cannot be held at voltages: {error}") from None
        known = points.solver.network.numbers
        network = free.solver.network
        shared = [place for place, name in enumerate(network.unknowns) if name in known]
        places = [known[network.unknowns[place]] for place in shared]
        held_by = [known[current_of(clamp)] for clamp in clamps]
        return cls(NodalFunction(points), network, np.array(shared), np.array(places), np.array(held_by))

    def settle(self, physical: Numbers, outputs: Array, free: Phase) -> tuple[Phase, Array]:
        """The state with the outputs at those voltages (batch, outputs), from the free one, and no residual: the solver
        raises where there is none. What the held circuit lacks is as in the free one."""
        before, network = at_phase(free), self.function.points.solver.network
        begin = jnp.zeros((len(before), network.size)).at[:, self.places].set(before[:, self.shared])
        inputs = jnp.concatenate([physical.inputs, outputs], axis=1)
        values = physical.values[: len(self.function.names)]
        _, state = self.function.solve(values, inputs, State(begin, jnp.zeros_like(begin), free.closed))
        found = state.rounded + state.rest
        x = before.at[:, self.shared].set(found[:, self.places])
        return phase_at(self.free, x, found[:, self.clamps], state.closed), jnp.zeros(())
