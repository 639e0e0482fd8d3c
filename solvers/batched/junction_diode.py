"""Real diodes of a batch: the diode's own physics (`solvers.devices.diode`), elementwise in JAX.

A series resistance is solved for, so that the whole diode is one function of the voltage between its two nodes:
i = f(v − rs·i).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ..devices import Parameters
from ..devices.diode import DIODE

SERIES_STEPS = 20
"""Newton steps for the voltage behind a series resistance; they begin above it and go down to it."""


@dataclass(frozen=True, eq=False)
class JunctionDiodes:
    """Diodes with the same numbers given; their effective `numbers`, each (m,) or one."""

    numbers: Mapping[str, Any]

    @property
    def thermal(self) -> Any:
        """n·kT/q in V."""
        return self.numbers["thermal"]

    def current(self, voltage: Array) -> Array:
        """The currents (m,) at the voltages between the nodes."""
        series = self.numbers["conductance"]
        if np.all(np.asarray(series) == 0.0):
            return self.junction(voltage)
        return series * (voltage - self.behind(voltage, series))

    def junction(self, voltage: Array) -> Array:
        """The currents at the voltages of the junctions alone."""
        numbers = {name: each if isinstance(each, float) else jnp.asarray(each) for name, each in self.numbers.items()}
        currents, _ = DIODE.physics((voltage, 0.0 * voltage), Parameters({**numbers, "conductance": 0.0}), 0.0)
        return jnp.asarray(currents["inner"])

    def behind(self, voltage: Array, series: Any) -> Array:
        """The junctions' voltages w behind a conductance: series·(v − w) = f(w), with the derivative that it implies.

        Newton's steps go down to it from v, or from where the resistance alone would leave the junction.
        """
        outer = jax.lax.stop_gradient(voltage)
        most = series * jnp.maximum(outer, 0.0) / self.numbers["saturation"]
        high = jnp.minimum(outer, self.thermal * jnp.log1p(most))

        def newton(_: int, inner: Array) -> Array:
            current, slope = jax.jvp(self.junction, (inner,), (jnp.ones_like(inner),))
            return inner - (current - series * (outer - inner)) / (slope + series)

        inner = jax.lax.stop_gradient(jax.lax.fori_loop(0, SERIES_STEPS, newton, jnp.where(outer > 0.0, high, outer)))
        current, slope = jax.jvp(self.junction, (inner,), (jnp.ones_like(inner),))
        return inner - (current - series * (voltage - inner)) / jax.lax.stop_gradient(slope + series)

    def voltage(self, current: Array) -> Array:
        """About the voltages (m,) of currents (m,): where to begin."""
        return jnp.asarray(self.thermal) * jnp.log1p(jnp.maximum(current, 0.0) / self.numbers["saturation"])

    def limited(self, new: Array, old: Array) -> Array:
        """The voltages that one step of Newton's method may reach."""
        return limited_junction(new, old, self.thermal, self.numbers["critical"])


def limited_junction(new: Array, old: Array, thermal: Any, critical: Any) -> Array:
    """What `nodal.limiting.junction` lets a rising voltage do, elementwise."""
    step = (new - old) / thermal
    up = 2.0 + jnp.log(jnp.maximum(step - 2.0, 1e-300))
    down = -(2.0 + jnp.log(jnp.maximum(2.0 - step, 1e-300)))
    from_forward = old + thermal * jnp.where(step > 0.0, up, down)
    from_reverse = thermal * jnp.log(jnp.maximum(new, 1e-300) / thermal)
    far = (new > critical) & (jnp.abs(step) > 2.0)
    return jnp.where(far, jnp.where(old > 0.0, from_forward, from_reverse), new)
