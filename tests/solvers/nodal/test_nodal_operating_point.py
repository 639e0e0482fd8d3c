"""Operating points by modified nodal analysis: closed forms, Kirchhoff's laws, the quadratic program, messages."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tellegen
from tellegen import Traces
from tellegen.netlist import CircuitError, NumericalError
from tellegen.solvers.nodal import operating_point


def solved(cards: str) -> Traces:
    return operating_point(tellegen.parse(f"a test\n{cards}\n"))


CLOSED_FORMS: dict[str, tuple[str, dict[str, float]]] = {
    "divider": ("V1 a 0 3\nR1 a b 1k\nR2 b 0 2k", {"v(b)": 2.0, "i(v1)": -1e-3, "i(r2)": 1e-3}),
    "current source": ("I1 0 a 2m\nR1 a 0 1k", {"v(a)": 2.0, "i(i1)": 2e-3}),
    "several in parallel": ("I1 0 a 2m m=3\nR1 a 0 1k m=2", {"v(a)": 3.0}),
    "conductance": ("V1 a 0 1\nR1 a b g=1m\nR2 b 0 g=3m", {"v(b)": 0.25}),
    "inductor at rest": ("V1 a 0 1\nR1 a b 1k\nL1 b 0 1m", {"v(b)": 0.0, "i(l1)": 1e-3}),
    "capacitor at rest": ("V1 a 0 1\nR1 a b 1k\nC1 b 0 1u\nR2 b 0 1k", {"v(b)": 0.5, "i(c1)": 0.0}),
    "coupled inductors at rest": (
        "V1 a 0 1\nR1 a b 1k\nL1 b 0 1m\nL2 c 0 4m\nR2 c 0 1\nK1 L1 L2 0.5",
        {"i(l1)": 1e-3, "v(c)": 0.0},
    ),
    "voltage gain": ("V1 a 0 1\nR0 a 0 1\nE1 b 0 a 0 10\nR1 b 0 5", {"v(b)": 10.0, "i(e1)": -2.0}),
    "current gain": ("V1 a 0 1\nR0 a 0 2\nF1 0 b V1 3\nR1 b 0 5", {"v(b)": -7.5}),
    "transconductance": ("V1 a 0 2\nR0 a 0 1\nG1 0 b a 0 1m\nR1 b 0 1k", {"v(b)": 2.0}),
    "transresistance": ("V1 a 0 2\nR0 a 0 1\nH1 b 0 V1 5\nR1 b 0 1", {"v(b)": -10.0}),
    "polynomial of one": ("V1 a 0 3\nR0 a 0 1\nE1 b 0 poly(1) a 0 1 2 0.5\nR1 b 0 1", {"v(b)": 1 + 6 + 4.5}),
    "polynomial of two": (
        "V1 a 0 3\nV2 c 0 2\nR0 a c 1\nE1 b 0 poly(2) a 0 c 0 1 2 3 4 5 6\nR1 b 0 1",
        {"v(b)": 1 + 2 * 3 + 3 * 2 + 4 * 9 + 5 * 6 + 6 * 4},
    ),
    "one coefficient is a factor": ("V1 a 0 3\nR0 a 0 1\nE1 b 0 poly(1) a 0 2\nR1 b 0 1", {"v(b)": 6.0}),
    "polynomial of a current": ("V1 a 0 3\nR0 a 0 1\nH1 b 0 poly(1) V1 0 0 2\nR1 b 0 1", {"v(b)": 18.0}),
    "table": ("V1 a 0 1.5\nR0 a 0 1\nE1 b 0 table {v(a)} = (0,0) (1,2) (2,10)\nR1 b 0 1", {"v(b)": 6.0}),
    "table beyond its end": ("V1 a 0 5\nR0 a 0 1\nE1 b 0 table {v(a)} = (0,0) (1,2)\nR1 b 0 1", {"v(b)": 2.0}),
    "gain by expression": ("V1 a 0 2\nR0 a 0 1\nE1 b 0 vol='v(a)^3'\nR1 b 0 1", {"v(b)": 8.0}),
    "current by expression": ("V1 a 0 2\nR1 a b 1\nB1 b 0 i=v(b)^2", {"v(b)": 1.0, "i(b1)": 1.0}),
    "voltage by expression": ("V1 a 0 2\nR0 a 0 1\nB1 b 0 v=sin(v(a))+i(V1)\nR1 b 0 1", {"v(b)": math.sin(2) - 2}),
    "resistance by expression": ("V1 a 0 2\nR1 a b 1k\nR2 b 0 r='1k*(1+v(a))'", {"v(b)": 1.5}),
    "temperature coefficients": (
        "V1 a 0 1\nR1 a b 1k\nR2 b 0 1k tc1=10m tc2=1m\n.temp 37",
        {"v(b)": (1 + 0.1 + 0.1) / (2 + 0.1 + 0.1)},
    ),
    "temperature of one": ("V1 a 0 1\nR1 a b 1k\nR2 b 0 1k tc1=10m temp=47", {"v(b)": 1.2 / 2.2}),
    "sheet resistance": (
        "V1 a 0 1\nR1 a b 1k\nR2 b 0 sheet l=20u w=2u\n.model sheet r rsh=100",
        {"v(b)": 0.5},
    ),
    "open switch": ("V1 a 0 1\nR1 a b 1k\nS1 b 0 c 0 sw\nVc c 0 0\n.model sw sw vt=1 ron=1k roff=3k", {"v(b)": 0.75}),
    "closed switch": ("V1 a 0 1\nR1 a b 1k\nS1 b 0 c 0 sw\nVc c 0 2\n.model sw sw vt=1 ron=1k roff=3k", {"v(b)": 0.5}),
    "switch on a current": (
        "V1 a 0 1\nR1 a b 1k\nW1 b 0 Vc sw\nVc c 0 2\nRc c 0 1\n.model sw csw it=-3 ron=1k roff=3k",
        {"v(b)": 0.5},
    ),
    "lossless line at rest": (
        "V1 a 0 1\nR1 a b 1k\nT1 b 0 c 0 z0=50 td=1n\nR2 c 0 3k",
        {"v(c)": 0.75, "i(t1)": 0.25e-3},
    ),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_closed_forms(name: str) -> None:
    cards, expected = CLOSED_FORMS[name]
    answer = solved(cards)
    for signal, value in expected.items():
        assert float(answer[signal]) == pytest.approx(value, rel=1e-12, abs=1e-14)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8))
def test_resistor_networks_agree_with_the_quadratic_program(seed: int, nodes: int) -> None:
    random = np.random.default_rng(seed)
    names = [f"n{k}" for k in range(nodes)]
    cards = [f"R{k} {names[k - 1] if k else 0} {names[k]} {10 ** random.uniform(0, 5):.17g}" for k in range(nodes)]
    for k in range(nodes):
        a, b = random.choice(nodes, 2, replace=False)
        cards.append(f"RR{k} {names[a]} {names[b]} {10 ** random.uniform(0, 5):.17g}")
    cards += ["V1 s 0 3", f"RS s {names[-1]} 10", f"I1 0 {names[0]} 1m"]
    circuit = tellegen.parse("\n".join(["random", *cards, ""]))
    ours, exact = operating_point(circuit), tellegen.operating_point(circuit)
    for name, value in exact.signals.items():
        assert float(ours[name]) == pytest.approx(float(value), rel=1e-9, abs=1e-11)
    _assert_tellegen(circuit, ours)


def _assert_tellegen(circuit: tellegen.Circuit, answer: Traces) -> None:
    powers = []
    for element in circuit.elements:
        first, second = (0.0 if node == "0" else float(answer[f"v({node})"]) for node in element.nodes)
        powers.append((first - second) * float(answer[f"i({element.name})"]))
    assert sum(powers) == pytest.approx(0.0, abs=1e-9 * max(map(abs, powers)))


def test_a_diode_by_expression_obeys_its_own_law() -> None:
    answer = solved("V1 a 0 5\nR1 a d 1k\nB1 d 0 i=1e-14*(exp(v(d)/0.02585)-1)")
    voltage = float(answer["v(d)"])
    assert (5.0 - voltage) / 1e3 == pytest.approx(1e-14 * math.expm1(voltage / 0.02585), rel=1e-9)
    residual = answer.about["residual"]
    assert isinstance(residual, float)
    assert residual < 1e-12


def test_the_answer_says_how_it_was_made() -> None:
    about = solved("V1 a 0 1\nR1 a 0 1\n.options gmin=1e-15\n.temp 50").about
    assert about["engine"] == "nodal"
    assert about["gmin"] == 1e-15
    assert about["temperature"] == 50.0
    assert about["homotopies"] == ()


@pytest.mark.parametrize(
    ("cards", "words"),
    [
        ("V1 a 0 1\nC1 a b 1n\nC2 b 0 1n", "nothing fixes the node b"),
        ("V1 a 0 1\nR1 a 0 1\nB1 a 0 i=i(R1)", r"b1 reads i\(r1\), which has no branch current"),
        ("V1 a 0 1\nL1 a 0 1n", "loop of voltage sources and inductors"),
    ],
)
def test_what_has_no_operating_point_is_named(cards: str, words: str) -> None:
    with pytest.raises((CircuitError, NumericalError), match=words):
        solved(cards)
