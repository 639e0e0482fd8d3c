"""Linear circuits by one exponential a piece: closed forms, small steps, slopes, refusals."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.solvers.dynamics import DynamicalSystem, Grid, integrate, propagate


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


LADDER = """a pulse into a ladder with an inductor and a node without capacitance
.param r=1
V1 in 0 pulse(0 2 0.25 0.25 0.25 0.5 9)
R1 in a {r}
C1 a 0 0.5
R2 a b 1
R3 b 0 3
L1 b c 0.2
C2 c 0 1
R4 c 0 2
.ic v(c)=0.4
.end
"""


def test_small_steps_come_to_the_same() -> None:
    system = DynamicalSystem.of(parse(LADDER), ["r"], ["c2"])
    values = system.values({"r": jnp.asarray([1.0, 2.5])}, draws=jnp.asarray([[1.0, 1.3]]))
    steps = integrate(system, values, Grid(2.0, 1600), method="rk4")
    np.testing.assert_allclose(propagate(system, values, 2.0), steps, atol=1e-10)


def test_a_charging_capacitor_and_its_slope() -> None:
    system = DynamicalSystem.of(parse("t\n.param r=2\nV1 in 0 3\nR1 in a {r}\nC1 a 0 1\n.end\n"), ["r"])

    def last(r: jax.Array) -> jax.Array:
        return propagate(system, system.values({"r": r}), 1.5)[0, 0]

    value, slope = jax.value_and_grad(last)(jnp.asarray(2.0))
    assert float(value) == pytest.approx(3 * (1 - np.exp(-0.75)), rel=1e-13)
    assert float(slope) == pytest.approx(-3 * np.exp(-0.75) * 1.5 / 4, rel=1e-12)


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ("B1 a 0 i={v(a)^3}", "not linear in its states and sources, .* take integrate"),
        ("I1 0 a sin(0 1 1k)", "i1 is a sin, not straight in pieces; take integrate"),
    ],
)
def test_refusals(cards: str, message: str) -> None:
    system = DynamicalSystem.of(parse(f"t\nC1 a 0 1\nR1 a 0 1\n{cards}\n.end\n"))
    with pytest.raises(CircuitError, match=message):
        propagate(system, system.values(), 1.0)
