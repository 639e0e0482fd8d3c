"""Co-content: closed forms, and the law that every such circuit settles down its slope."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.solvers.dynamics import DynamicalSystem
from tellegen.solvers.dynamics.content import CoContent


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def compiled(deck: str, free: tuple[str, ...] = ()) -> tuple[DynamicalSystem, CoContent]:
    system = DynamicalSystem.of(parse(f"a circuit\n{deck}\n.end"), free)
    return system, CoContent.of(system)


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("R1 a b 4", lambda v: v**2 / 8),
        ("I1 a b 3", lambda v: 3 * v),
        ("B1 a b i=2*sin(pi*v(a,b))", lambda v: 2 * (1 - np.cos(np.pi * v)) / np.pi),
        ("B1 a b i=2*sin(pi*(v(a)-v(b)))", lambda v: 2 * (1 - np.cos(np.pi * v)) / np.pi),
        ("B1 b a i=v(b,a)*v(b,a)*v(b,a)", lambda v: v**4 / 4),
        ("B1 a b i=1e-3*(exp(v(a,b))-1)", lambda v: 1e-3 * (np.exp(v) - 1 - v)),
        ("G1 a b a b 0.5", lambda v: v**2 / 4),
    ],
)
def test_an_element_s_co_content_is_the_integral_of_its_current(element: str, expected):
    system, content = compiled(f"Ca a 0 1\nCb b 0 1\n{element}")
    across = np.array([-1.7, -0.2, 0.0, 0.9, 2.4])
    y = jnp.asarray([across + 0.3, np.full(5, 0.3)])
    np.testing.assert_allclose(content(0.0, y, system.values()), expected(across), rtol=1e-10, atol=1e-12)


NETWORK = """
.param k=0.7 locking=0.4
Vin in 0 0.3
Ra in a 2
Ca a 0 1
Cb b 0 2
Cc c 0 0.5
Cab a b 0.3
Bab a b i={k}*sin(pi*v(a,b))
Bbc b c i=0.2*v(b,c)+0.1*tanh(3*v(b,c))
Block c 0 i={locking}*sin(2*pi*v(c))
Ibias 0 b 0.15
Rfield field 0 1
Gfield 0 field in 0 {k}
Bfield c 0 i=v(field)*sin(pi*v(c))
Rm b m 3
Rn m c 1
"""


def test_a_circuit_goes_down_its_co_content():
    system, content = compiled(NETWORK, ("k", "locking"))
    y = jnp.asarray(np.random.default_rng(0).normal(size=(3, 4)))
    values = system.values()
    slope = jax.jit(jax.grad(lambda y: content(0.0, y, values).sum()))(y)
    capacitance = np.array([[1.3, -0.3, 0.0], [-0.3, 2.3, 0.0], [0.0, 0.0, 0.5]])
    assert system.states == ("v(a)", "v(b)", "v(c)")
    np.testing.assert_allclose(slope, -capacitance @ np.asarray(system.rate(0.0, y, values)), atol=1e-10)


def test_what_inputs_alone_move_acts_on_states_but_not_back():
    system, content = compiled(NETWORK, ("k", "locking"))
    y = jnp.asarray([[0.0], [0.0], [0.8]])
    moved, there = (content(0.0, y, system.values({"k": k})) for k in (0.7 + 1e-6, 0.7 - 1e-6))
    # The field is k·v(in) = 0.3·k, and its co-content field·(1 − cos(π·v(c)))/π; the coupling k itself is at rest.
    expected = 0.3 * (1 - np.cos(0.8 * np.pi)) / np.pi
    assert float(moved[0] - there[0]) / 2e-6 == pytest.approx(expected, rel=1e-7)


def test_its_slope_with_respect_to_a_coupling_is_local():
    system, content = compiled(NETWORK, ("k", "locking"))
    y = jnp.asarray(np.random.default_rng(1).normal(size=(3, 2)))
    found = jax.grad(lambda k: content(0.0, y, system.values({"k": k})).sum())(jnp.asarray(0.7))
    expected = jnp.sum(1 - jnp.cos(jnp.pi * (y[0] - y[1])) + 0.3 * (1 - jnp.cos(jnp.pi * y[2]))) / jnp.pi
    assert float(found) == pytest.approx(float(expected), rel=1e-10)


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ("G1 a 0 b 0 1", r"the current of g1 depends on v\(b\), not on its own voltage alone"),
        ("B1 a b i=v(a)", r"the current of b1 depends on v\(a\), not on its own voltage alone"),
        ("L1 a b 1", "l1 is an inductor: a circuit with it has no co-content"),
        ("E1 e 0 a 0 2\nR1 e b 1", r"r1 ends at v\(e\), which a controlled source moves"),
    ],
)
def test_circuits_without_co_content_are_refused(cards: str, message: str):
    with pytest.raises(CircuitError, match=message):
        compiled(f"Ca a 0 1\nCb b 0 1\n{cards}")
