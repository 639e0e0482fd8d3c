"""Sweeps: closed forms, hysteresis, ngspice, messages."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tellegen
from tellegen import Traces
from tellegen.netlist import CircuitError, NumericalError
from tellegen.solvers.nodal import dc_sweep, operating_point
from tellegen.spice_export import deck, run
from tellegen.spice_export.process import run_script
from tellegen.spice_export.raw import read_raw

THERMAL = 1.38064852e-23 / 1.6021766208e-19


def swept(cards: str, card: str) -> Traces:
    circuit = tellegen.parse(f"a test\n{cards}\n.dc {card}\n")
    return dc_sweep(circuit, circuit.analyses[0])


def test_a_voltage_is_swept() -> None:
    found = swept("V1 a 0 1\nR1 a b 1k\nR2 b 0 3k", "v1 -1 1 0.25")
    np.testing.assert_allclose(found.axes["v1"], np.linspace(-1, 1, 9))
    np.testing.assert_allclose(found["v(b)"], 0.75 * found.axes["v1"], atol=1e-15)
    np.testing.assert_allclose(found["i(v1)"], -found.axes["v1"] / 4e3, atol=1e-18)


def test_the_second_axis_of_the_card_is_the_first_of_the_answer() -> None:
    found = swept("V1 a 0 1\nI1 0 b 0 m=2\nR1 a b 1k\nR2 b 0 1k", "v1 0 1 0.5 i1 0 3m 1m")
    assert list(found.axes) == ["i1", "v1"]
    i1, v1 = np.meshgrid(found.axes["i1"], found.axes["v1"], indexing="ij")
    np.testing.assert_allclose(found["v(b)"], v1 / 2 + 2 * i1 * 500, atol=1e-12)
    np.testing.assert_allclose(found["i(i1)"], 2 * i1, atol=1e-18)


@pytest.mark.parametrize("resistor", ["R2 b 0 1k", "R2 b 0 g=1m", "R2 b 0 sheet l=20u w=2u\n.model sheet r(rsh=50)"])
def test_a_resistance_is_swept(resistor: str) -> None:
    found = swept(f"V1 a 0 1\nR1 a b 1k\n{resistor}", "r2 1k 4k 1k")
    np.testing.assert_allclose(found["v(b)"], found.axes["r2"] / (1e3 + found.axes["r2"]), rtol=1e-12)


def test_the_temperature_is_swept() -> None:
    cards = """V1 a 0 1
R1 a b 1k
R2 b 0 1k tc1=10m
R3 a c 1k temp=27 tc1=1
R4 c 0 1k
R5 a d {1k + 10*temper}
R6 d 0 1k
B1 0 e i=temper*1m
R7 e 0 1
"""
    found = swept(cards, "temp -20 60 20")
    celsius = found.axes["temp"]
    ratio = 1 + 0.01 * (celsius - 27)
    np.testing.assert_allclose(found["v(b)"], ratio / (1 + ratio), rtol=1e-12)
    np.testing.assert_allclose(found["v(c)"], 0.5, rtol=1e-12)
    np.testing.assert_allclose(found["v(d)"], 1e3 / (2e3 + 10 * celsius), rtol=1e-12)
    np.testing.assert_allclose(found["v(e)"], celsius * 1e-3, atol=1e-15)


def test_temperature_and_resistance_are_swept_together() -> None:
    found = swept("V1 a 0 1\nR1 a b 1k\nR2 b 0 1k tc1=10m", "temp 27 47 10 r2 1k 3k 1k")
    ohms = found.axes["r2"][:, None] * (1 + 0.01 * (found.axes["temp"] - 27))
    np.testing.assert_allclose(found["v(b)"], ohms / (1e3 + ohms), rtol=1e-12)


def test_a_diode_has_its_law_over_current_and_temperature() -> None:
    cards = "I1 0 a 0\nD1 a 0 d\n.model d d(is=1f n=1.2)\n.options gmin=0"
    found = swept(cards, "i1 1u 1m 10u")
    np.testing.assert_allclose(found["v(a)"], 1.2 * THERMAL * 300.15 * np.log1p(found.axes["i1"] / 1e-15), rtol=1e-9)
    assert found.about["iterations"] < 8 * len(found.axes["i1"])  # type: ignore[operator]


@settings(max_examples=15, deadline=None)
@given(st.floats(-1.0, 1.0), st.integers(0, 20))
def test_each_point_is_an_operating_point(offset: float, place: int) -> None:
    cards = "V1 a 0 {x}\nR1 a b 1k\nD1 b c d\nR2 c 0 100\nD2 0 b d\n.model d d(is=1n rs=2)"
    found = swept(cards.replace("{x}", "0"), f"v1 {offset - 1:.3f} {offset + 1:.3f} 0.1")
    value = found.axes["v1"][place]
    alone = operating_point(tellegen.parse(f"a test\n{cards}\n".replace("{x}", repr(float(value)))))
    for name, signal in alone.signals.items():
        np.testing.assert_allclose(found[name][place], signal, rtol=1e-7, atol=1e-12)


SWITCH = "V1 c 0 0\nV2 a 0 1\nR1 a b 1k\nS1 b 0 c 0 sw\n.model sw sw(vt=0.5 vh=0.25 ron=1k roff=1e9)"


@pytest.mark.parametrize(("card", "closes"), [("v1 0 1 0.1", 0.75), ("v1 1 0 -0.1", 0.25)])
def test_a_switch_remembers_along_a_sweep(card: str, closes: float) -> None:
    found = swept(SWITCH, card)
    closed = found.axes["v1"] > closes
    np.testing.assert_allclose(found["v(b)"], np.where(closed, 0.5, 1.0), rtol=1e-5)
    np.testing.assert_allclose(found["i(s1)"], found["i(r1)"], rtol=1e-5)


def test_a_new_row_remembers_nothing() -> None:
    found = swept(SWITCH, "v1 1 0 -0.5 v2 1 2 1")
    np.testing.assert_allclose(found["v(b)"], [[0.5, 0.5, 1.0], [1.0, 1.0, 2.0]], rtol=1e-5)
    back = swept(SWITCH, "v1 0.5 1 0.5 v2 1 2 1")
    np.testing.assert_allclose(back["v(b)"], [[1.0, 0.5], [2.0, 1.0]], rtol=1e-5)


TRANSISTORS = """
.options reltol=1e-8 abstol=1e-16 vntol=1e-10
vcc vcc 0 12
vin in 0 0.7
rin in b 1k
rc vcc c 4.7k tc1=1m
q1 c b e qn
re e 0 100
d1 c d dm
rd d 0 10k
m1 dd c s 0 mn w=20u l=2u
rdd vcc dd 10k
rs s 0 1k
j1 jd dd js jn
rjd vcc jd 2k
rjs js 0 3k
qp e2 jd c2 qpm
re2 vcc c2 1k
re3 e2 0 5k
mp pd dd vcc vcc mpp w=40u l=2u
rpd pd 0 20k
jp jpd dd vcc jpm
rjp jpd 0 1k
.model mpp pmos(vto=-0.9 kp=25u gamma=0.4 phi=0.6 lambda=0.03)
.model jpm pjf(vto=-2 beta=1m lambda=0.01)
.model qn npn(is=1e-15 bf=120 rb=100 rc=10 re=1 vaf=80 ikf=0.05 ise=1e-13 ne=1.6 xtb=1.5)
.model dm d(is=1e-14 n=1.1 rs=5 bv=30)
.model mn nmos(vto=0.8 kp=60u gamma=0.5 phi=0.6 lambda=0.02 rd=10 rs=10)
.model jn njf(vto=-2 beta=1m lambda=0.01 rd=5 rs=5)
.model qpm pnp(is=1e-15 bf=60 vaf=50)
"""


@pytest.mark.parametrize(
    "card", ["vin 0 2 0.05", "temp -40 120 20", "vin 0 2 0.25 temp -40 120 40", "rc 1k 10k 1k vin 0.6 0.8 0.1"]
)
def test_ngspice_has_the_same_curves(card: str) -> None:
    circuit = tellegen.parse(f"a test{TRANSISTORS}.dc {card}\n")
    ours, theirs = dc_sweep(circuit, circuit.analyses[0]), run(deck(circuit))
    for name, axis in theirs.axes.items():
        np.testing.assert_allclose(ours.axes[name], axis, rtol=1e-12, atol=1e-12)
    for name, signal in theirs.signals.items():
        if name == "i(rc)":  # the export takes the deck's own resistance for it, not the swept one
            continue
        np.testing.assert_allclose(ours[name], signal, rtol=1e-6, atol=1e-7 * np.abs(signal).max(), err_msg=name)


def test_ngspice_has_the_same_hysteresis() -> None:
    body = f"a test\n{SWITCH}\nR9 a 0 {{1k + temper}}\n"
    for card in ("v1 0 1 0.05", "v1 1 0 -0.05", "v1 1 0 -0.1 v2 1 2 1", "temp 0 100 50"):
        plot = read_raw(run_script(body, ("set filetype=binary", f"dc {card}", "write a.raw")).files["a.raw"])[0]
        ours = swept(body.partition("\n")[2], card)
        for name in ("v(b)", "i(v2)"):
            theirs = np.real(plot.values[:, plot.names.index(name)])
            np.testing.assert_allclose(ours[name].reshape(-1), theirs, rtol=1e-6, err_msg=f"{name} of {card}")


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("v1 0 1", r"the card \.dc v1 0 1 cannot be carried out; write \.dc source start stop step"),
        ("v1 0 1 -0.1", "give a step that leads from start to stop"),
        ("v1 0 1 0", "give a step that leads from start to stop"),
        ("v9 0 1 0.1", "the circuit has no element v9 to sweep"),
        ("c1 1p 2p 1p", "c1 cannot be swept; only V, I, R with a number, and temp can"),
        ("r2 1 2 1", "r2 cannot be swept"),
        ("v1 0 one 0.1", "'one' is not a number"),
        ("r1 -1 1 1", "r1 is swept through 0 ohm; begin at a small resistance"),
    ],
)
def test_what_cannot_be_swept_is_refused(card: str, message: str) -> None:
    with pytest.raises(CircuitError, match=message):
        swept("V1 a 0 1\nR1 a b 1k\nR2 b 0 r='1k*(1+v(a)^2)'\nC1 b 0 1p", card)


def test_a_point_without_a_solution_is_named() -> None:
    with pytest.raises(NumericalError, match=r"at i1 = 0, v1 = 0\.5: "):
        swept("V1 a 0 0\nR1 a b 1\nB1 b 0 v=-v(a)*1e6*(v(b)^2+1)-(v(b)-v(a))\nI1 0 b 0", "v1 0.5 1 0.5 i1 0 1 1")


def test_a_nodeset_begins_a_sweep_and_neighbours_go_on() -> None:
    cards = """Vcc c 0 5
R1 c a 1k
R2 c b 1k
R3 a x 10k
R4 b y 10k
Q1 a y 0 q
Q2 b x 0 q
.model q npn(is=1f)
"""
    for first, high in (("v(a)=5 v(b)=0", "v(a)"), ("v(a)=0 v(b)=5", "v(b)")):
        found = swept(f"{cards}.nodeset {first}", "vcc 5 2 -0.5")
        assert (found[high] > 0.8 * found.axes["vcc"]).all()
    assert math.isclose(found["v(a)"][0], found["v(a)"][-1], rel_tol=0.5)


def test_a_switch_without_hysteresis_moves_where_its_control_reaches_the_threshold() -> None:
    """As in ngspice 39: up it is closed at the threshold, down it is open there."""
    text = "t\nV1 a 0 1\nV2 c 0 0\nR1 a b 1k\nS1 b 0 c 0 sw\n.model sw sw(vt=1 ron=1 roff=1g)\n.dc V2 {}\n.end\n"
    for card, closed in (("0 2 0.5", [0, 0, 1, 1, 1]), ("2 0 -0.5", [1, 1, 0, 0, 0])):
        circuit = tellegen.parse(text.format(card))
        ours, theirs = dc_sweep(circuit)["v(b)"], run(deck(circuit))["v(b)"]
        np.testing.assert_array_equal(ours < 0.5, np.array(closed, bool))
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
