"""Adaptive steps through diffrax beside fixed ones."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.solvers.dynamics import DynamicalSystem, Grid, integrate
from tellegen.solvers.dynamics.integration.adaptive import crossing, integrate_adaptive

PULSED = """a filter of two sections behind a pulse
V1 in 0 pulse(0 1 0.5 0.1 0.1 0.4 9)
R1 in a 1
C1 a 0 0.5
R2 a b 2
C2 b 0 1
B1 b 0 i={0.3*sin(v(b))}
.end
"""


def test_adaptive_and_fixed_steps_agree_across_corners() -> None:
    with jax.enable_x64(True):
        system = DynamicalSystem.of(parse(PULSED))
        values = system.values()
        fixed = integrate(system, values, Grid(2.0, 400), method="rk4", keep=100)
        found = integrate_adaptive(system, values, [0.0, 0.5, 1.0, 1.5, 2.0], relative=1e-9, absolute=1e-11)
        np.testing.assert_allclose(found, fixed, atol=1e-8)


def test_a_crossing_is_found_and_moves_with_the_values() -> None:
    with jax.enable_x64(True):
        system = DynamicalSystem.of(parse("t\n.param r=2\nV1 in 0 3\nR1 in a {r}\nC1 a 0 1\n.end\n"), ["r"])

        def when(r: jax.Array, level: float = 1.0) -> jax.Array:
            return crossing(system, system.values({"r": r}), "v(a)", level, 5.0, relative=1e-9, absolute=1e-12)

        time, slope = jax.value_and_grad(when)(jnp.asarray(2.0))
        assert float(time) == pytest.approx(2 * np.log(1.5), rel=1e-7)
        assert float(slope) == pytest.approx(np.log(1.5), rel=1e-6)
        assert float(when(jnp.asarray(2.0), 3.5)) == pytest.approx(5.0)
        with pytest.raises(CircuitError, match="2 samples cross at times of their own; give one at a time"):
            crossing(system, system.values(), "v(a)", 1.0, 5.0, start=jnp.zeros((1, 2)))
