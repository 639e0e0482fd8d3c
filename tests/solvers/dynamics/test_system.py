"""Circuits as differential equations: rates against the equations written out by hand, in plain NumPy."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.solvers.dynamics import DynamicalSystem, Grid, integrate


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


RING = "\n".join(
    [
        "a ring of oscillators",
        ".param k=0.7",
        ".subckt oscillator p",
        "C1 p 0 1",
        "B1 p 0 i={0.4*sin(2*pi*v(p))}",
        ".ends",
        ".subckt coupling a b k=1",
        "B1 a b i={k*sin(pi*v(a,b))}",
        ".ends",
        *(f"X{i} p{i} oscillator\nXc{i} p{i} p{(i + 1) % 6} coupling k={{k}}" for i in range(6)),
        *(f".ic v(p{i})={0.1 * i * i - 0.3}" for i in range(6)),
    ]
)


def test_oscillators_follow_their_equation_with_draws() -> None:
    k, draw = np.array([0.7, -0.2]), np.array([1.3, 0.9])
    system = DynamicalSystem.of(parse(RING), ["k"], ["xc0.b1"])
    values = system.values({"k": k}, draws=draw[None])
    y = np.asarray(system.start(values))
    np.testing.assert_allclose(y[:, 0], 0.1 * np.arange(6) ** 2 - 0.3)
    expected = -0.4 * np.sin(2 * np.pi * y)
    for i in range(6):
        flow = k * (draw if i == 0 else 1.0) * np.sin(np.pi * (y[i] - y[(i + 1) % 6]))
        expected[i] -= flow
        expected[(i + 1) % 6] += flow
    np.testing.assert_allclose(system.rate(0.0, system.start(values), values), expected, atol=1e-14)
    assert len(system.network.features.arrays) == 2, "one sine and one cosine a phase"


CELLS = "\n".join(
    [
        "a ring of cells",
        ".param a=2 z=-0.5",
        ".subckt cell x s y",
        "C1 x 0 2",
        "R1 x 0 1",
        "R2 s 0 0.5",
        "By y 0 v={0.5*(abs(v(x)+1)-abs(v(x)-1))}",
        "G1 0 x s 0 1",
        "I1 0 s {z}",
        ".ends",
        *(
            f"X{i} x{i} s{i} y{i} cell\nVu{i} u{i} 0 {0.3 * i - 1}\nGa{i} 0 s{i} y{i} 0 {{a}}\n"
            f"Gb{i} 0 s{i} u{(i + 1) % 5} 0 {{a/3}}\nGc{i} 0 s{i} y{(i + 1) % 5} 0 0.1"
            for i in range(5)
        ),
        "Ip 0 x0 pulse(0 1 0.1 0.1 0.1 0.3 1)",
    ]
)


def test_cells_follow_their_equation_through_nodes_without_capacitance() -> None:
    system = DynamicalSystem.of(parse(CELLS), ["a", "z"])
    a = np.array([2.0, 1.0])
    values = system.values({"a": a}, {"vu2": 0.25})
    y = np.linspace(-2, 2, 5)[:, None] + np.zeros(2)
    u = np.array([-1.0, -0.7, 0.25, -0.1, 0.2])[:, None]
    f = np.clip(y, -1, 1)
    s = 0.5 * (a * f + a / 3 * np.roll(u, -1, 0) + 0.1 * np.roll(f, -1, 0) - 0.5)
    expected = 0.5 * (s - y)
    expected[0] += 0.5 * 0.5
    np.testing.assert_allclose(system.rate(0.15, jnp.asarray(y), values), expected, atol=1e-14)
    read = system.read(0.15, jnp.asarray(y), values, ["y0", "v(s1)", "v(x1,s1)", "i(x1.r2)"])
    np.testing.assert_allclose(read, [f[0], s[1], y[1] - s[1], s[1] / 0.5], atol=1e-14)


def test_a_charging_capacitor_and_its_gradient() -> None:
    circuit = parse("t\n.param tau=1m\nV1 in 0 2\nR1 in out {tau/1u}\nC1 out 0 1u\n.end\n")
    system = DynamicalSystem.of(circuit, ["tau"])

    def last(tau: jax.Array) -> jax.Array:
        return integrate(system, system.values({"tau": tau}), Grid(2e-3, 40), method="tsit5")[0, 0]

    value, slope = jax.value_and_grad(last)(jnp.asarray(1e-3))
    assert value == pytest.approx(2 * (1 - np.exp(-2)), rel=1e-9)
    assert slope == pytest.approx(-2 * np.exp(-2) * 2e-3 / 1e-6, rel=1e-7)


@pytest.mark.parametrize(
    ("deck", "message"),
    [
        ("V1 a 0 1\nV2 a 0 2\nC1 a 0 1", "v2 closes a loop of voltage sources at the node"),
        (
            "B1 a 0 v={v(b)+v(c)+v(d)}\nB2 b 0 v={v(a)+v(c)}\nC1 c 0 1\nC2 d 0 1\nR1 c d 1",
            "define each other in a circle",
        ),
        ("C1 a 0 1\nD1 a 0 d\n.model d d()", "d1 has no law for circuits in time"),
        ("C1 a 0 1\nR1 a b 1\nB1 b 0 i={v(b)^3}", "the node b has no capacitance, and its currents are not linear"),
        ("C1 a 0 1\nR1 a 0 1\nG1 b 0 a 0 1", "no current at it depends on its voltage"),
        ("C1 a b 1\nR1 a 0 1\nR2 b 0 1", "add a capacitor from a to ground"),
    ],
)
def test_refusals_name_the_place_and_the_cure(deck: str, message: str) -> None:
    with pytest.raises(CircuitError, match=message):
        DynamicalSystem.of(parse(f"t\n{deck}\n.end\n"))
