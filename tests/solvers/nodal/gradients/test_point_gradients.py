"""Derivatives of operating points: closed forms, and central differences for every kind of device and name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

import tellegen
from tellegen.netlist import CircuitError
from tellegen.solvers.nodal.gradients import DifferentiablePoints, differentiable_point

LIBRARY = """
.model dm d is=1e-14 n=1.1 rs=5 ikf=10m bv=20 cjo=1p
.model qn npn is=1e-15 bf=120 br=3 vaf=60 ikf=20m rb=50 re=1 rc=10
.model qp pnp is=2e-15 bf=60 vaf=40
.model mn nmos vto=0.6 kp=200u gamma=0.4 phi=0.7 lambda=0.02 rd=10 rs=10
.model mp pmos vto=-0.7 kp=80u lambda=0.05
.model jn njf vto=-1.5 beta=1m lambda=0.01 rd=5
.model sw sw vt=1 vh=0.2 ron=50 roff=10meg
"""

DECKS: dict[str, str] = {
    "linear": "v1 a 0 3\nr1 a b 1k tc1=1m\nr2 b 0 2k m=2\ng1 0 b a 0 1m\ne1 c 0 b 0 2\nr3 c d 1k\nf1 0 d v1 0.5\n"
    "r4 d 0 700\nh1 e 0 v1 200\nr5 e b 3k\ni1 0 b 1m\n.temp 35",
    "diode": "v1 a 0 2\nr1 a b 300\nd1 b 0 dm area=2\nd2 0 c dm\nr2 c a 10k",
    "breakdown": "v1 a 0 -25\nr1 a b 1k\nd1 b 0 dm",
    "bipolar": "vcc p 0 9\nr1 p b 47k\nr2 b 0 10k\nrc p c 2k\nre e 0 560\nq1 c b e qn area=1.5\nq2 0 c f qp\nrf p f 3k",
    "mosfets": "vdd p 0 3\nvin a 0 1.4\nm1 b a 0 0 mn w=10u l=1u\nm2 b a p p mp w=20u l=1u\nr1 b 0 100k\n"
    "m3 p b s 0 mn w=5u l=2u\nr2 s 0 5k",
    "junction fet": "vdd p 0 9\nj1 b g s jn area=2\nr1 p b 2k\nrs s 0 500\nrg g 0 1meg",
    "expression": "v1 a 0 2\nr1 a b 1k\nb1 b 0 i='1m*v(b)^2/(1+v(b))'\nr2 b c 2k\nb2 c 0 v='0.3*tanh(3*v(b))+i(v1)*50'",
    "switch": "v1 a 0 2\nr1 a b 1k\nvc c 0 2\ns1 b 0 c 0 sw\ns2 b 0 a c sw",
    "inductors": "v1 a 0 2\nr1 a b 1k\nl1 b c 1m\nl2 c d 2m\nk1 l1 l2 0.5\nr2 d 0 3k\nc1 b 0 1n",
}

WEIGHTS = {"v(b)": 1.0, "i(r1)": 300.0, "p(r1)": -200.0}


def sensitivities_of(deck: str, names: list[str] | None = None) -> tuple[DifferentiablePoints, np.ndarray]:
    """Points with a mixed measurement, and its gradient."""
    circuit = tellegen.parse(f"a test\n{deck}\n{LIBRARY}")
    extra = {f"p({element.name})": 5.0 for element in circuit.elements if element.kind in "VDQMJBSI"}
    weights = {**WEIGHTS, **extra}
    points = DifferentiablePoints.of(circuit, names, tuple(weights))
    row = np.array([[*weights.values()]])
    return points, points.pull(points.solve(), row)[0]


def differences(points: DifferentiablePoints, step: float) -> np.ndarray:
    """The same gradient by central differences of fourth order, from solutions."""
    weights = np.array([WEIGHTS.get(name, 5.0) for name in points.outputs])

    def loss(values: np.ndarray) -> float:
        return float(points.solve(values, start=points.nominal).signals[0] @ weights)

    found = np.zeros(len(points.names))
    for k, value in enumerate(points.values):
        h = np.zeros(len(points.names))
        h[k] = step * (abs(value) or 1e-3)
        near = loss(points.values + h) - loss(points.values - h)
        far = loss(points.values + 2 * h) - loss(points.values - 2 * h)
        found[k] = (8 * near - far) / (12 * h[k])
    return found


@pytest.mark.parametrize("deck", DECKS)
def test_gradients_agree_with_central_differences(deck: str) -> None:
    points, gradient = sensitivities_of(DECKS[deck])
    expected = differences(points, 2e-5)
    scale = np.abs(points.values)
    scale[scale == 0.0] = 1e-3
    # a loss of size 1 is known to 1e-13, so its slope by a difference over 2e-5 of a parameter to 1e-8
    size = np.maximum(np.abs(expected) * scale, 1e-3)
    error = dict(zip(points.names, np.abs(gradient - expected) * scale / size, strict=True))
    assert max(error.values()) < 1e-6, {name: each for name, each in error.items() if each > 1e-6}
    assert np.any(gradient != 0.0)


def test_a_divider_has_its_closed_form() -> None:
    point = differentiable_point(tellegen.parse("a test\nv1 a 0 6\nr1 a b 1k\nr2 b 0 2k\n"))
    found = point.gradient({"v(b)": 1.0})
    assert point.signals["v(b)"] == pytest.approx(4.0, rel=1e-12)
    assert found["r1"] == pytest.approx(-6.0 * 2e3 / 3e3**2, rel=1e-12)
    assert found["r2"] == pytest.approx(6.0 * 1e3 / 3e3**2, rel=1e-12)
    assert found["v1"] == pytest.approx(2 / 3, rel=1e-12)
    power = point.gradient({"p(r2)": 1.0})
    assert power["v1"] == pytest.approx(2 * 6.0 * 2e3 / 3e3**2, rel=1e-12)
    assert point.gradient({"i(v1)": 1.0})["r1"] == pytest.approx(6.0 / 3e3**2, rel=1e-12)


def test_forward_and_backward_agree() -> None:
    circuit = tellegen.parse(f"a test\n{DECKS['bipolar']}\n{LIBRARY}")
    point = differentiable_point(circuit)
    signals = ["v(b)", "i(rc)", "p(q1)", "i(q1)", "p(vcc)"]
    backward = {name: point.gradient({name: 1.0}) for name in signals}
    for parameter in ("r1", "vcc", "q1:area", "model qn:bf", "model qp:is", "temp"):
        forward = point.forward(parameter, signals)
        for name in signals:
            assert forward[name] == pytest.approx(backward[name][parameter], rel=1e-9, abs=1e-15), (parameter, name)


PARAMETERS = """a test
.param rload=2k gain={3*k} k=0.5 w=8u vt={0.5+0.1*k} pw=2
.func double(x) {2*x}
.subckt half a b r=1k
r1 a c {r/2}
r2 c b {r/2+rload}
.ends
v1 a 0 {k*4}
x1 a b half r={double(rload)}
b1 b 0 i='1m*k*v(b)^pw/(gain+v(b))'
e1 c 0 vol='gain*v(b)-k'
r3 c d {rload}
m1 d a 0 0 mn w={w} l=1u
rt 0 d {rload*(1+k)} m={pw}
.model mn nmos vto={vt} kp=100u
"""


def test_parameters_act_through_expressions() -> None:
    names = ["rload", "k", "w", "pw"]
    circuit = tellegen.parse(PARAMETERS)
    points = DifferentiablePoints.of(circuit, names, ("v(d)", "v(b)", "p(m1)"))
    weights = np.array([1.0, 2.0, 1e3])
    solved = points.solve()

    def plain(values: Mapping[str, object]) -> float:
        fresh = DifferentiablePoints.of(circuit.with_values(values), ["v1"], points.outputs)
        return float(fresh.solve().signals[0] @ weights)

    assert float(solved.signals[0] @ weights) == pytest.approx(plain({}), rel=1e-12)
    gradient = points.pull(solved, weights[None, :])[0]
    for k, name in enumerate(names):
        h = 1e-4 * points.values[k]
        slope = (plain({name: points.values[k] + h}) - plain({name: points.values[k] - h})) / (2 * h)
        assert gradient[k] == pytest.approx(slope, rel=1e-6), name
        moved = points.values.copy()
        moved[k] += h
        assert float(points.solve(moved).signals[0] @ weights) == pytest.approx(plain({name: moved[k]}), rel=1e-9)


def test_arrays_share_a_parameter() -> None:
    circuit = tellegen.parse("a test\n.param r=1k\nv1 a[0] 0 2\nv2 a[1] 0 3\nr1[0:1] a[0:1] b {r}\nr2 b 0 2k\n")
    point = differentiable_point(circuit, ["r"])
    # v(b) = (5/r)/(2/r + 1/2k) = 10k/(r + 4k)·... in closed form 5·2k/(4k + r)
    assert point.signals["v(b)"] == pytest.approx(2.0, rel=1e-12)
    assert point.gradient({"v(b)": 1.0})["r"] == pytest.approx(-1e4 / 5e3**2, rel=1e-10)


def test_samples_share_parameters_and_have_inputs_of_their_own() -> None:
    circuit = tellegen.parse(f"a test\nv1 a 0 1\nv2 c 0 0\nr1 a b 1k\nr2 c b 2k\nd1 b 0 dm\n{LIBRARY}")
    points = DifferentiablePoints.of(circuit, ["r1", "r2", "model dm:is"], ("v(b)", "i(d1)"), ("v1", "v2"))
    inputs = np.random.default_rng(1).uniform(-2.0, 3.0, (40, 2))
    weights = np.random.default_rng(2).normal(size=(40, 2)) * [1.0, 1e3]
    solved = points.solve(inputs=inputs)
    one = [points.solve(inputs=row[None, :]).signals[0] for row in inputs]
    assert np.allclose(solved.signals, one, rtol=1e-12, atol=1e-15)
    parameters, own = points.pull(solved, weights)
    for k in range(3):
        step = np.zeros(3)
        step[k] = 1e-4 * points.values[k]
        change = points.solve(points.values + step, inputs).signals - points.solve(points.values - step, inputs).signals
        assert parameters[k] == pytest.approx(np.sum(weights * change) / (2 * step[k]), rel=1e-6)
    for k in range(2):
        step = np.zeros(2)
        step[k] = 1e-4
        change = points.solve(inputs=inputs + step).signals - points.solve(inputs=inputs - step).signals
        assert np.allclose(own[:, k], np.sum(weights * change, 1) / 2e-4, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["r9"], "the circuit has no parameter r9; write r"),
        (["d1:area"], "d1 has no number area in the netlist that it depends on; write area= on its card"),
        (["model dz:rs"], "model dz:rs is 0 or not there, so its inner node is none"),
        (["temp"], "expressions of the deck read temper"),
        (["r2", "a"], "r2 is an expression of parameters that are asked for too"),
    ],
)
def test_names_without_a_derivative_are_refused(names: list[str], message: str) -> None:
    deck = "a test\n.param a={1k+temper}\nv1 a 0 1\nr1 a b 1k\nr2 a b {a}\nd1 b 0 dz\n.model dz d is=1e-15 rs=0\n"
    with pytest.raises(CircuitError, match=message.replace("(", r"\(")):
        differentiable_point(tellegen.parse(deck), names)


def test_signals_that_are_not_there_are_refused() -> None:
    point = differentiable_point(tellegen.parse("a test\nv1 a 0 6\nr1 a b 1k\nr2 b 0 2k\n"))
    with pytest.raises(CircuitError, match=r"no signal v\(x\); write"):
        point.gradient({"v(x)": 1.0})
    with pytest.raises(CircuitError, match="give a finite number"):
        point.gradient({"v(b)": float("nan")})
