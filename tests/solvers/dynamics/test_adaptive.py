"""Adaptive steps through diffrax beside fixed ones."""

from __future__ import annotations

import jax
import numpy as np

from tellegen.netlist import parse
from tellegen.solvers.dynamics import DynamicalSystem, Grid, integrate
from tellegen.solvers.dynamics.integration.adaptive import integrate_adaptive

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
