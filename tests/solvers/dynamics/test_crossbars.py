"""Crossbars as products of matrices, against the same circuits written out coupling by coupling."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.netlist.expression import Name
from tellegen.netlist.expression_parser import parse_expression
from tellegen.solvers.dynamics import DynamicalSystem
from tellegen.solvers.dynamics.content import CoContent
from tellegen.solvers.dynamics.integral import integral
from tellegen.solvers.formula import Formulas

DECK = """oscillators between crossbars, with a resistive one beside them
.subckt sine_coupling a b k=1
Bcouple a b i=k*sin(pi*v(a,b))
.ends
.param q=0.7 scale=1.5
Vhalf half 0 0.5
Vx[0:4] x[0:4] 0 0.1
Xw[0:4,0:2] x[0:4] h[0:2] sine_coupling k=@a.npz:w
Xu[0:2,0:1] h[0:2] o[0:1] sine_coupling k=@a.npz:u
Xs[0:1,0:1] o[0:1] o[0:1] sine_coupling k=@a.npz:s
Xe[0:2,0:1] h[0:2] o[0:1] sine_coupling k={scale/3}
Rl[0:2,0:1] h[0:2] o[0:1] g=@a.npz:g
Xb[0:2] h[0:2] 0 sine_coupling k=@a.npz:b
Xq[0:2] h[0:2] half sine_coupling k={q}
Xp o[0] half sine_coupling k={q}
Ro[0:1] o[0:1] 0 2
Ch[0:2] h[0:2] 0 2
Co[0:1] o[0:1] 0 1
.ic v(h[0:2])=0.5
*@ input vx
*@ output v(o[0:1])
"""
SHAPES = {"w": (5, 3), "u": (3, 2), "s": (2, 2), "g": (3, 2), "b": (3,)}
LEARNING = ("xw", "xu", "xs", "rl", "xb", "scale")


def arrays(seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {name: random.uniform(0.1, 1.0, shape) for name, shape in SHAPES.items()}


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def dense_and_flat(seed: int = 0):
    """The system by products with free values, that of the flat circuit, values of both, and states."""
    dense = DynamicalSystem.of(parse(DECK, arrays=arrays(7)), LEARNING)
    flat = DynamicalSystem.of(parse(DECK, arrays=arrays(seed)).expand())
    random, given = np.random.default_rng(seed), arrays(seed)
    x = random.uniform(size=(5, 4))
    learned = {"xw": given["w"], "xu": given["u"], "xs": given["s"], "rl": given["g"], "xb": given["b"]}
    values = dense.values(learned, {"vx": x})
    plain = flat.values(None, {f"vx[{line}]": x[line] for line in range(5)})
    return dense, flat, values, plain, jnp.asarray(random.normal(size=(5, 4)))


def test_rates_are_those_of_the_flat_circuit():
    dense, flat, values, plain, y = dense_and_flat()
    assert [each.element.name for each in dense.equations.crossbars] == ["xw", "xu", "xs", "xe", "rl"]
    assert not flat.equations.crossbars
    assert dense.states == flat.states
    np.testing.assert_allclose(dense.rate(0.0, y, values), flat.rate(0.0, y, plain), atol=1e-13)
    np.testing.assert_array_equal(dense.start(values), flat.start(plain))
    outputs = ("v(o[1])", "i(xb[2].bcouple)")
    np.testing.assert_allclose(dense.read(0.0, y, values, outputs), flat.read(0.0, y, plain, outputs), atol=1e-14)


def test_what_does_not_learn_is_as_the_card_says():
    given = arrays(3)
    dense, flat = DynamicalSystem.of(parse(DECK, arrays=given)), DynamicalSystem.of(parse(DECK, arrays=given).expand())
    y = jnp.asarray(np.random.default_rng(1).normal(size=(5, 2)))
    assert [each.element.name for each in dense.equations.crossbars] == ["xw", "xu", "xs", "xe"]
    np.testing.assert_allclose(dense.rate(0.0, y, dense.values()), flat.rate(0.0, y, flat.values()), atol=1e-13)


def test_the_co_content_is_that_of_the_flat_circuit_and_what_it_goes_down():
    dense, flat, values, plain, y = dense_and_flat(2)
    other = y[::-1] + 0.3
    ours, theirs = (
        content(0.0, y, each) - content(0.0, other, each)
        for content, each in ((CoContent.of(dense), values), (CoContent.of(flat), plain))
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
    slope = jax.grad(lambda y: CoContent.of(dense)(0.0, y, values).sum())(y)
    capacitance = np.array([2.0, 2.0, 2.0, 1.0, 1.0])[:, None]
    np.testing.assert_allclose(slope, -capacitance * np.asarray(dense.rate(0.0, y, values)), atol=1e-12)


def test_its_slope_by_every_crosspoint_is_a_difference_of_cosines():
    dense, _, values, _, y = dense_and_flat(4)
    content, x = CoContent.of(dense), np.random.default_rng(4).uniform(size=(5, 4))

    def energy(w):
        return content(0.0, y, dense.values({"xw": w}, {"vx": x})).sum()

    found = jax.grad(energy)(jnp.asarray(arrays(4)["w"]))
    apart = np.pi * (x[:, None, :] - np.asarray(y)[None, :3, :])
    assert values["crossbars"][0]["matrices"][0].shape == (5, 3, 1)
    expected = -np.cos(apart).sum(axis=-1) / np.pi
    np.testing.assert_allclose(found - found[0, 0], expected - expected[0, 0], atol=1e-12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k*sin(pi*u)", lambda u: 2.0 * (1 - np.cos(np.pi * u)) / np.pi),
        ("3*cos(2*u)-u/2", lambda u: 1.5 * np.sin(2 * u) - u**2 / 4),
        ("(u-k)*u*u+4", lambda u: u**4 / 4 - 2.0 * u**3 / 3 + 4 * u),
        ("sin(u+0.3)", lambda u: np.cos(0.3) - np.cos(u + 0.3)),
        ("tanh(u)", None),
        ("u*sin(u)", None),
    ],
)
def test_integrals_in_closed_form(text: str, expected):
    found = integral(parse_expression(text, None), Name("u"))
    if expected is None:
        assert found is None
        return
    u = np.linspace(-2.0, 2.0, 9)
    assert found is not None
    np.testing.assert_allclose(Formulas({"u": jnp.asarray(u), "k": 2.0}).value(found), expected(u), atol=1e-12)


BROKEN = """a crossbar that learns
.subckt coupling a b k=1
{inside}
.ends
Vx[0:1] x[0:1] 0 0
Xw[0:1,0:2] x[0:1] h[0:2] coupling k=1
{load}
"""
LOAD = "Ch[0:2] h[0:2] 0 1"


@pytest.mark.parametrize(
    ("inside", "load", "reason"),
    [
        ("Bc a b i=k*tanh(v(a,b))", LOAD, "has a current that is no sum of products of functions of one end"),
        ("Rc a m 1\nBc m b i=k*v(m,b)", LOAD, "has the node m inside"),
        ("Bc a b i=k*sin(v(a,b))\nCc a b 1", LOAD, "has cc inside, which is no plain current"),
        ("Ic a b 1\nBc a b i=k*v(a,b)", LOAD, "has a source inside"),
        ("Bc a b i=k*sin(v(a,b))", "Rh[0:2] h[0:2] 0 1", r"ends at h\[0\], which has no capacitor of its own"),
    ],
)
def test_a_crossbar_that_learns_must_be_products(inside: str, load: str, reason: str):
    circuit = parse(BROKEN.format(inside=inside, load=load))
    with pytest.raises(CircuitError, match=f"the crossbar xw {reason}.*take a coupling such as sine_coupling"):
        DynamicalSystem.of(circuit, ["xw"])


def test_a_crossbar_that_does_not_learn_is_written_out_instead():
    circuit = parse(BROKEN.format(inside="Bc a b i=k*tanh(v(a,b))", load=LOAD))
    system, flat = DynamicalSystem.of(circuit), DynamicalSystem.of(circuit.expand())
    y = jnp.asarray([[0.3], [-0.2], [0.9]])
    np.testing.assert_allclose(system.rate(0.0, y, system.values()), flat.rate(0.0, y, flat.values()), atol=1e-14)


def test_drawn_crosspoints_are_written_out_or_refused():
    circuit = parse(DECK, arrays=arrays(0))
    drawn = {"xu[1,0].bcouple": "relative"}
    system = DynamicalSystem.of(circuit, drawn=drawn)
    assert "xu" not in [each.element.name for each in system.equations.crossbars]
    assert system.drawn == ("xu[1,0].bcouple",)
    with pytest.raises(CircuitError, match="the crossbar xu has mismatch"):
        DynamicalSystem.of(circuit, ["xu"], drawn)


def test_currents_through_sources_beside_a_crossbar_are_refused():
    system = DynamicalSystem.of(parse(DECK, arrays=arrays(0)))
    with pytest.raises(CircuitError, match=r"i\(vx\[0\]\) cannot be read beside the crossbar xw"):
        system.read(0.0, jnp.zeros((5, 1)), system.values(), ("i(vx[0])",))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"xw": np.zeros((3, 5))}, r"values of the crossbar xw have the shape \(3, 5\); give \(5, 3\)"),
        ({"xb": np.zeros(4)}, r"xb has 3 lines; its values have the shape \(4, 1\), give \(3, batch\)"),
        ({"scale": np.ones(4)}, "the crossbar xe reads the parameter scale, which is another for every sample"),
        ({"xz": 1.0}, "xz is no free parameter of this system"),
    ],
)
def test_values_that_do_not_fit_are_refused(given, message: str):
    system = DynamicalSystem.of(parse(DECK, arrays=arrays(0)), LEARNING)
    with pytest.raises(CircuitError, match=message):
        system.values(given, {"vx": np.zeros((5, 4))})
