"""Two linear stars asked by challenges: their hosts' voltages by admittances, without following a single state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import CircuitError
from ...solvers.dynamics import DynamicalSystem, Grid
from ...solvers.ports import Circle, Star, flipped_voltage, host_voltage
from .circumstances import Circumstances, Values
from .simulation import Wiring


@dataclass(frozen=True, eq=False)
class Stars:
    """As `simulation.Flipped`, of two linear stars whose hosts are the outputs; `switches` are the bits in the inputs'
    order.

    What the trapezoidal rule answers, with its error of second order taken out by a second answer with steps of twice
    the size (Richardson 1911), so the error that stays falls with the fourth power of the step. Responses are read at
    the end of the grid and, where they are `watched`, after each of so many of these larger steps before and behind it
    as well, in the order of time: ((2·watched + 1)·(1 + bits), batch).
    """

    stars: tuple[Star, Star]
    grid: Grid
    switches: tuple[str, ...]
    challenges: int
    watched: int = 0

    @classmethod
    def of(cls, system: DynamicalSystem, wiring: Wiring, grid: Grid, challenges: int) -> Stars:
        """Take both stars apart.

        Raises:
            CircuitError: no two linear stars, or an odd number of steps, of which there is no half.
        """
        if grid.steps % 2:
            raise CircuitError(f"{grid.steps} steps cannot be halved; stars take an even number of them")
        if len(wiring.outputs) != 2 or wiring.sources:
            raise CircuitError("two stars have two outputs, their hosts, and parameters alone as inputs")
        first, second = (Star.of(system, host, wiring.parameters) for host in wiring.outputs)
        return cls((first, second), grid, wiring.parameters, challenges)

    def watching(self, share: float) -> Stars:
        """The same, read over a share of the grid's time, half of it before its end and half behind.

        Raises:
            CircuitError: a share in which there is no step.
        """
        steps = round(share * self.grid.steps / 4)
        if not steps:
            raise CircuitError(
                f"a share of {share:g} of {self.grid.steps} steps has none to be watched before the end and behind it; "
                f"watch a share of {4 / self.grid.steps:.2g} or more"
            )
        return replace(self, watched=steps)

    def __call__(self, parameters: Values, inputs: Array, around: Circumstances) -> Array:
        """See `simulation.Flipped`."""
        dtype = inputs.dtype
        instances = inputs.shape[1] // self.challenges
        bits = jnp.moveaxis(inputs.reshape(-1, instances, self.challenges), 0, -1)
        step = 2 * self.grid.stop / self.grid.steps
        coarse, fine = (self._difference(step, parts, parameters, bits, around.draws, dtype) for parts in (1, 2))
        return ((4 * fine - coarse) / 3).reshape(-1, inputs.shape[1]).astype(dtype)

    def _difference(
        self, step: float, parts: int, parameters: Values, bits: Array, draws: Array | None, dtype: np.dtype
    ) -> Array:
        """Responses (readings, 1 + bits, instances, challenges), every step taken in so many parts."""
        at = parts * (self.grid.steps // 2 + np.arange(-self.watched, self.watched + 1))
        circle = Circle(int(at[-1]), step / parts)
        weights = jnp.stack([jnp.asarray(circle.weights(int(each))) for each in at], axis=-1)
        first, second = (self._voltages(star, circle, weights, parameters, bits, draws, dtype) for star in self.stars)
        return first - second

    def _voltages(
        self, star: Star, circle: Circle, weights: Array, parameters: Values, bits: Array, draws: Array | None,
        dtype: np.dtype,
    ) -> Array:  # fmt: skip
        """The host's voltage (readings, 1 + bits, instances, challenges)."""
        found = star.admittances(circle, parameters, draws, dtype)
        order = [star.switches.index(name) for name in self.switches]
        ports = jnp.broadcast_to(found.ports, (len(order), len(bits), found.ports.shape[-1]))[np.array(order)]
        own, drive = (jnp.broadcast_to(each, ports.shape[1:]) for each in (found.own, found.drive))

        def instance(each: Sequence[Array]) -> Array:
            drive, own, ports, connected = each
            base = host_voltage(drive, own, ports, connected, weights)
            return jnp.concatenate([base[:, None], flipped_voltage(drive, own, ports, connected, weights)], axis=1).T

        answers = jax.lax.map(instance, (drive, own, jnp.moveaxis(ports, 0, 1), bits))
        return jnp.moveaxis(answers, 0, 2)
