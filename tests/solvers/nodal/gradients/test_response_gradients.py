"""Derivatives of responses over frequency: a closed form, and central differences through the operating point."""

from __future__ import annotations

import numpy as np
import pytest

import tellegen
from tellegen.netlist import CircuitError
from tellegen.solvers.nodal.gradients import DifferentiableResponse, differentiable_response

LIBRARY = """
.model dm d is=1e-14 n=1.1 rs=5 cjo=2p tt=5n
.model qn npn is=1e-15 bf=120 vaf=60 cje=1p cjc=0.5p tf=0.3n rb=50
.model mn nmos vto=0.6 kp=200u lambda=0.02 gamma=0.3 cgso=1n cgdo=1n cbd=0.1p tox=20n
.model jn njf vto=-1.5 beta=1m cgs=1p cgd=1p
.model sw sw vt=1 ron=200 roff=1meg
"""

DECKS: dict[str, tuple[str, list[str]]] = {
    "diode": (
        "v1 a 0 dc 0.8 ac 1\nr1 a b 300\nd1 b 0 dm area=2\nc1 b 0 1p",
        ["v(b)", "i(d1)", "i(v1)", "i(r1)", "i(c1)"],
    ),
    "bipolar": (
        "vcc p 0 9\nv1 a 0 dc 0 ac 1 45\nci a b 1n\nr1 p b 47k\nr2 b 0 10k\nrc p c 2k\nre e 0 560\nce e 0 100p\n"
        "q1 c b e qn",
        ["v(c)", "i(q1)"],
    ),
    "mosfet": (
        "vdd p 0 3\nv1 a 0 dc 1 ac 1\nm1 b a s 0 mn w=10u l=1u\nrd p b 5k\nrs s 0 500\nc1 b 0 0.1p\n"
        "vc c 0 2\ns1 b 0 c 0 sw",
        ["v(b)", "i(m1)", "i(s1)"],
    ),
    "rest": (
        "v1 a 0 dc 1 ac 1\nl1 a b 1u\nl2 c 0 2u\nk1 l1 l2 0.5\nr1 b 0 100\nr2 c 0 80\ni1 0 d dc 1m ac 1m\nj1 d 0 0 jn\n"
        "b1 d 0 i='1m*v(d)^2'\ng1 d 0 b 0 1m\nt1 d 0 f 0 z0=50 td=1n\nr3 f 0 300",
        ["v(c)", "v(f)", "i(i1)", "i(b1)", "i(l1)"],
    ),
}


@pytest.mark.parametrize("name", DECKS)
def test_gradients_agree_with_central_differences(name: str) -> None:
    deck, outputs = DECKS[name]
    circuit = tellegen.parse(f"a test\n{deck}\n{LIBRARY}")
    response = DifferentiableResponse.of(circuit, np.array([0.0, 1e6, 3e7, 4e8]), None, outputs)
    draws = np.random.default_rng(5).normal(size=(2, 4, len(outputs)))
    weights = (draws[0] + 1j * draws[1]) * [1.0 if each.startswith("v(") else 1e3 for each in outputs]
    gradient = response.pull(response.solve(), weights)
    values = response.points.values
    scale = np.where(values == 0.0, 1e-3, np.abs(values))

    def loss(values: np.ndarray) -> float:
        return float(np.sum(np.real(np.conj(weights) * response.solve(values).signals)))

    wrong = {}
    for k, parameter in enumerate(response.points.names):
        step = np.zeros(len(values))
        step[k] = 5e-5 * scale[k]
        near = loss(values + step) - loss(values - step)
        far = loss(values + 2 * step) - loss(values - 2 * step)
        slope = (8 * near - far) / (12 * step[k])
        # Newton's method leaves 1e-12 of a point, which is 1e-7 of a slope by differences over 5e-5 of a parameter
        error = abs(gradient[k] - slope) * scale[k] / max(abs(slope) * scale[k], 0.1)
        if not error < 1e-6:
            wrong[parameter] = (float(gradient[k]), slope, error)
    assert not wrong


def test_a_lowpass_has_its_closed_form() -> None:
    circuit = tellegen.parse("a test\nv1 a 0 dc 1 ac 2\nr1 a b 1k\nc1 b 0 1n\n.ac dec 5 10k 1meg\n")
    found = differentiable_response(circuit, circuit.analyses[0], ["v(b)"], ["r1", "c1"])
    product = 2j * np.pi * found.frequencies * 1e-6
    signal = found.signals["v(b)"]
    assert np.allclose(signal, 2 / (1 + product), rtol=1e-12)
    slope = -2 * product / (1 + product) ** 2
    gradient = found.gradient({"v(b)": signal / np.abs(signal)})
    expected = np.sum(np.real(np.conj(signal) / np.abs(signal) * slope))
    assert gradient["r1"] == pytest.approx(expected / 1e3, rel=1e-10)
    assert gradient["c1"] == pytest.approx(expected / 1e-9, rel=1e-10)


def test_what_has_no_derivative_is_refused() -> None:
    circuit = tellegen.parse("a test\nv1 a 0 ac 1\nr1 a b 1k ac=2k\nr2 b 0 1k\n")
    with pytest.raises(CircuitError, match="a resistor has ac="):
        differentiable_response(circuit, np.array([1e3]), ["v(b)"])
    plain = tellegen.parse("a test\nv1 a 0 ac 1\nr1 a b 1k\nr2 b 0 1k\n")
    with pytest.raises(CircuitError, match=r"p\(r1\) is no phasor"):
        differentiable_response(plain, np.array([1e3]), ["p(r1)"])
    found = differentiable_response(plain, np.array([1e3]), ["v(b)"])
    with pytest.raises(CircuitError, match=r"v\(a\) is no output; write v\(b\)"):
        found.gradient({"v(a)": np.ones(1)})
