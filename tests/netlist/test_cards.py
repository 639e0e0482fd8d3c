"""Element cards, one kind after the other, and the table that declares them."""

from __future__ import annotations

import math

import pytest

from tellegen.netlist import Element, Stimulus, parse
from tellegen.netlist.elements import KINDS
from tellegen.netlist.expression_parser import parse_expression as tree

MODELS = """.model rm r(rsh=50)
.model 1N4148 D(is=2.5n)
.model sw1 sw(vt=1)
.model cs1 csw
.model nch nmos
.model nb.1 nmos
.model qn npn
.model pw vdmos(pchan vto=-4)
.model jn njf
.subckt cell a b c params: r=1
R1 a b {r}
C1 b c 1
.ends
V1 vp 0 1
L1 lp 0 1
L2 lq 0 1
.param w=2u
"""


def element(card: str) -> Element:
    return parse(f"t\n{MODELS}{card}\n").elements[-1]


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("R5 A gnd 4.7k", Element("r5", ("a", "0"), 4700.0)),
        ("r5 a b R = 1k tc=1m, 2u m=2", Element("r5", ("a", "b"), 1e3, None, {"tc1": 1e-3, "tc2": 2e-6, "m": 2.0})),
        ("R5 a b rm L=10u W=w", Element("r5", ("a", "b"), None, "rm", {"l": 1e-5, "w": tree("w")})),
        ("R5 a b 2k rm", Element("r5", ("a", "b"), 2e3, "rm")),
        ("R5 a b g=0", Element("r5", ("a", "b"), None, None, {"g": 0.0})),
        ("R5 a b '1k*v(a)'", Element("r5", ("a", "b"), tree("1k*v(a)"))),
        ("C5 a b 10uF IC=2V", Element("c5", ("a", "b"), 1e-5, None, {"ic": 2.0})),
        ("C5 a b Q='1u*v(a,b)'", Element("c5", ("a", "b"), None, None, {"q": tree("1u*v(a,b)")})),
        ("L5 (a b) 1mH", Element("l5", ("a", "b"), 1e-3)),
        ("K5 L1 L2 .99", Element("k5", (), 0.99, controls=("l1", "l2"))),
        ("D5 a b 1n4148", Element("d5", ("a", "b"), None, "1n4148")),
        (
            "D5 a b 1N4148 2 off ic=0.6",
            Element("d5", ("a", "b"), None, "1n4148", {"area": 2.0, "off": True, "ic": 0.6}),
        ),
        ("E5 a b c d 10", Element("e5", ("a", "b"), 10.0, controls=("c", "d"))),
        ("E5 a b (c,d) 10", Element("e5", ("a", "b"), 10.0, controls=("c", "d"))),
        ("E5 a b VALUE = {v(c)^2}", Element("e5", ("a", "b"), tree("v(c)^2"))),
        ("G5 a b poly(1) c d 0 1m", Element("g5", ("a", "b"), controls=("c", "d"), parameters={"poly": (0.0, 1e-3)})),
        (
            "G5 a b table {v(c)} = (0,0) (1,2)",
            Element("g5", ("a", "b"), parameters={"table": (tree("v(c)"), 0.0, 0.0, 1.0, 2.0)}),
        ),
        ("F5 a b V1 3 m=2", Element("f5", ("a", "b"), 3.0, None, {"m": 2.0}, ("v1",))),
        ("H5 a b poly(1) V1 0 1k", Element("h5", ("a", "b"), None, None, {"poly": (0.0, 1e3)}, ("v1",))),
        (
            "B5 a b V = v(a) > 1 ? 2 : w",
            Element("b5", ("a", "b"), parameters={"v": tree("v(a)>1 ? 2 : w")}),
        ),
        (
            "B5 a b i='i(V1)*2' tc1=3",
            Element("b5", ("a", "b"), parameters={"i": tree("i(v1)*2"), "tc1": 3.0}),
        ),
        ("S5 a b c d sw1 ON", Element("s5", ("a", "b"), None, "sw1", {"on": True}, ("c", "d"))),
        ("W5 a b V1 cs1 off", Element("w5", ("a", "b"), None, "cs1", {"off": True}, ("v1",))),
        ("T5 a 0 b 0 Zo=50 TD=1n", Element("t5", ("a", "0", "b", "0"), parameters={"z0": 50.0, "td": 1e-9})),
        ("M5 d g s b nch l=1u w=w", Element("m5", tuple("dgsb"), None, "nch", {"l": 1e-6, "w": tree("w")})),
        (
            "M5 d g s 0 nb ic=1,2,-3 off",
            Element("m5", ("d", "g", "s", "0"), None, "nb", {"ic": (1.0, 2.0, -3.0), "off": True}),
        ),
        ("M5 d g s pw", Element("m5", tuple("dgs"), None, "pw")),
        ("Q5 c b e qn 2", Element("q5", tuple("cbe"), None, "qn", {"area": 2.0})),
        ("Q5 c b e s qn", Element("q5", tuple("cbes"), None, "qn")),
        ("J5 d g s jn ic=1,2", Element("j5", tuple("dgs"), None, "jn", {"ic": (1.0, 2.0)})),
        ("X5 p q 0 cell r=w", Element("x5", ("p", "q", "0"), None, "cell", {"r": tree("w")})),
        (
            "X5 p q gnd CELL PARAMS: r = {2*w}",
            Element("x5", ("p", "q", "0"), None, "cell", {"r": tree("2*w")}),
        ),
        ("Rw[0:2] a[1:3] GND 5", Element("rw", ("a[1:3]", "0"), 5.0, ranges=((0, 2),))),
        ("R5 h[3] in+ 5", Element("r5", ("h[3]", "in+"), 5.0)),
    ],
)
def test_cards(card, expected):
    assert element(card) == expected


@pytest.mark.parametrize(
    ("card", "value"),
    [
        ("V5 a b", 0.0),
        ("V5 a b 5", 5.0),
        ("I5 a b dc = -5mA", -5e-3),
        ("V5 a b {w}", tree("w")),
        ("V5 a b ac", Stimulus(0.0, (1.0, 0.0))),
        ("V5 a b AC 2 90 DC 3", Stimulus(3.0, (2.0, 90.0))),
        ("V5 a b PULSE ( 0, 1, 1n )", Stimulus(0.0, None, "pulse", (0.0, 1.0, 1e-9))),
        ("V5 a b 2 sin 0 1 1k", Stimulus(2.0, None, "sin", (0.0, 1.0, 1e3))),
        ("V5 a b sin(1 2 1k 0 0 30)", Stimulus(1 + 2 * math.sin(math.radians(30)), None, "sin", (1, 2, 1e3, 0, 0, 30))),
        ("V5 a b pwl(0 {w} 1 2)", Stimulus(tree("w"), None, "pwl", (0.0, tree("w"), 1.0, 2.0))),
        ("V5 a b exp(1 2) ac 1", Stimulus(1.0, (1.0, 0.0), "exp", (1.0, 2.0))),
        ("I5 a b am(1 2 1k)", Stimulus(0.0, None, "am", (1.0, 2.0, 1e3))),
    ],
)
def test_sources(card, value):
    found = element(card)
    assert found.value == value
    assert isinstance(found.value, type(value))


def test_options_of_sources():
    assert element("V5 a b pwl(0 0 1 1 r=0.5) td=1").parameters == {"r": 0.5, "td": 1.0}


def test_the_table_is_complete():
    """Every parameter has a description and a range that its default lies in; every card begins with its letter."""
    for letter, kind in KINDS.items():
        assert kind.letter == letter
        assert kind.card.startswith(f"{letter}name")
        assert kind.title
        for name, parameter in {
            **(kind.parameters or {}),
            **({kind.value.name: kind.value} if kind.value else {}),
        }.items():
            assert parameter.name == name
            assert parameter.description
            assert parameter.default is None or parameter.allows(parameter.default), (letter, name)
        assert set(kind.positional) <= set(kind.parameters or {})


def test_names_are_the_same_in_any_case():
    circuit = parse("T\nR1 NodeA Gnd 1K\nr2 nodea GND 1k\n")
    assert [element.nodes for element in circuit.elements] == [("nodea", "0"), ("nodea", "0")]
    assert circuit["R2"] is circuit["r2"]
    assert "R1" in circuit
    assert circuit.title == "T"


def test_kinds_of_names_from_inside_subcircuits():
    for name, kind in (("r1", "R"), ("x1.r2", "R"), ("x1.x2", "X"), ("x1[3].d", "D"), ("r1.5", "R"), ("x1.5", "X")):
        assert Element(name, ()).kind == kind
