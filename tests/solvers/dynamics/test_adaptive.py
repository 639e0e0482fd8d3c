"""Adaptive steps through diffrax beside fixed ones."""

from __future__ import annotations

import diffrax
import equinox
import jax
import jax.numpy as jnp
import numpy as np
import optimistix
import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.solvers.dynamics import DynamicalSystem, Grid, integrate
from tellegen.solvers.dynamics.integration.adaptive import SOLVERS, crossing, integrate_adaptive

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


STIFF = """a node that follows its source within a microsecond feeds one that takes a second
V1 in 0 1
R1 in a 1u
C1 a 0 1
R2 a b 1
C2 b 0 1
.end
"""


def test_the_implicit_method_solves_a_stiff_circuit_in_few_steps() -> None:
    with jax.enable_x64(True):
        system = DynamicalSystem.of(parse(STIFF))
        times = [1e-6, 1e-3, 1.0, 3.0]
        values = system.values()
        found = integrate_adaptive(
            system, values, times, method="kvaerno5", relative=1e-8, absolute=1e-10, most_steps=400
        )
        rates = np.array([[-1e6 - 1.0, 1.0], [1.0, -1.0]])
        decays, shapes = np.linalg.eigh(rates)
        exact = [1.0 - shapes @ (np.exp(decays * time) * (shapes.T @ np.ones(2))) for time in times]
        np.testing.assert_allclose(found[:, :, 0], exact, atol=1e-6, rtol=0.0)
        with pytest.raises(equinox.EquinoxRuntimeError, match="maximum number of solver steps"):
            integrate_adaptive(system, values, times, method="tsit5", most_steps=4000)


def test_the_implicit_method_is_of_fifth_order() -> None:
    with jax.enable_x64(True):
        system = DynamicalSystem.of(parse("t\nC1 a 0 1\nB1 0 a i={v(a)*(1-v(a))}\n.ic v(a)=0.1\n.end\n"))
        values, solver = system.values(), SOLVERS["kvaerno5"]()
        assert isinstance(solver, diffrax.Kvaerno5)
        exactly = diffrax.Kvaerno5(root_finder=optimistix.Newton(rtol=1e-12, atol=1e-12))

        def off(steps: int) -> float:
            term = diffrax.ODETerm(lambda t, y, args: system.rate(t, y, values))
            last = diffrax.diffeqsolve(term, exactly, 0.0, 2.0, 2.0 / steps, system.start(values)).ys
            return abs(float(np.asarray(last)[-1, 0, 0]) - 1 / (1 + 9 * np.exp(-2.0)))

        assert np.log2(off(8) / off(16)) == pytest.approx(5.0, abs=0.15)
