"""Every element kind through the real ngspice, each with the voltage of node `b` known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tellegen.netlist.elements import KINDS
from tellegen.netlist.parser import parse
from tellegen.spice_export import deck, run_all

HEAD = "* every kind\nv1 a 0 dc 1 ac 1\nr0 a 0 1k\nvs s 0 0\nrs a s 1k\n"
VT = 1.380649e-23 * 300.15 / 1.602176634e-19

CASES: dict[str, tuple[str, float | None]] = {
    "resistance": ("R1 a b 1k\nR2 b 0 2k", 2 / 3),
    "conductance": ("R1 a b g=1m\nR2 b 0 g=0\nR3 b 0 3k", 0.75),
    "conductance with a multiplier": ("R1 a b g=1m m=3\nR2 b 0 1k", 0.75),
    "multiplier and scale": ("R1 a b 1k\nR2 b 0 1k m=2 scale=4", 2 / 3),
    "temperature coefficients": ("R1 a b 1k tc=0.1,0.01 temp=37\nR2 b 0 1k", 0.25),
    "circuit temperature": ("R1 a b 1k tc1=0.1\nR2 b 0 1k\n.temp 37", 1 / 3),
    "resistor model": ("R1 a b rm l=10u w=1u\nR2 b 0 1k\n.model rm r(rsh=100)", 0.5),
    "behavioural resistor": ("R1 a b {1k+v(a)*1k}\nR2 b 0 1k", 1 / 3),
    "capacitors": ("C1 a b 1u ic=0.5\nR1 b 0 1k\nC2 b 0 cm l=10u w=10u\n.model cm c(cj=1e-4)", 0.0),
    "charge": ("C1 a b q='1u*v(a,b)'\nR1 b 0 1k", 0.0),
    "inductor": ("L1 a b 1m ic=0\nR1 b 0 1k", 1.0),
    "coupling": ("L1 a b 1m\nR1 b 0 1k\nL2 k 0 1m\nR2 k 0 1k\nK1 L1 L2 0.9", 1.0),
    "current source": ("I1 0 b 2m\nR1 b 0 1k", 2.0),
    "pulse": ("I1 0 b pulse(1m 2m 1u 1u 1u 5u 10u)\nR1 b 0 1k", 1.0),
    "sine": ("V2 b 0 dc 3 sin(0 1 1k 0 0 90)", 3.0),
    "exponential": ("V2 b 0 exp(0.5 1 1u 1u 5u 1u)", 0.5),
    "piecewise linear": ("V2 b 0 pwl(0 0.25 1u 1 2u -1)", 0.25),
    "single-frequency FM": ("V2 b 0 sffm(0.5 1 1k 2 100)", 0.5),
    "amplitude modulation": ("V2 b 0 am(1 0 1 1k 10k)", 0.0),
    "diode": ("D1 b 0 dm 2 m=3\nI1 0 b 6u\n.model dm d(is=1e-12 n=1)", VT * math.log(1 + 1e6)),
    "ideal diode": ("D1 a b id\nR1 b 0 1k\n.model id d(is=1e-12 n=1e-4)\n*@ ideal model=id", 1.0),
    "ideal diode as its model": (
        "D1 a b id\nR1 b 0 1k\n.model id d(is=1e-12 n=1e-4)\n*@ ideal model=id export=diode",
        1.0 - 1e-4 * VT * math.log(1e9),
    ),
    "E": ("E1 b 0 a 0 2", 2.0),
    "E poly": ("E1 b 0 poly(2) a 0 s 0 1 2 3", 3.0),
    "E table": ("E1 b 0 table {v(a)} = (0,1) (2,4)", 2.5),
    "E expression": ("E1 b 0 vol={v(a)*2+v(s)}", 2.0),
    "F": ("F1 0 b V1 500\nR1 b 0 1", -1.0),
    "F poly": ("F1 0 b poly(1) V1 0 500\nR1 b 0 1", -1.0),
    "G": ("G1 0 b a 0 1m\nR1 b 0 2k", 2.0),
    "G expression": ("G1 0 b cur={v(a)*1m}\nR1 b 0 2k", 2.0),
    "H": ("H1 b 0 V1 500", -1.0),
    "B voltage": ("B1 b 0 v=v(a)*2+(v(a,s)>0.5 ? 1 : 0)-tanh(v(s))", 3.0),
    "B current": ("B1 0 b i=v(a)^2*1m+i(vs)\nR1 b 0 1k", 2.0),
    "B functions": ("B1 b 0 v=min(v(a),2)+max(v(a),0)+u(v(a))+uramp(v(a))+ln(exp(v(a)))+sqrt(abs(-v(a)))", 6.0),
    "B table": ("B1 b 0 v=pwl(v(a),0,0,2,3)", 1.5),
    "S": ("S1 a b ctl 0 sm off\nR1 b 0 1k\nV2 ctl 0 2\n.model sm sw(vt=1 vh=0.1 ron=1k roff=1meg)", 0.5),
    "W": ("W1 a b V2 wm\nR1 b 0 1k\nV2 k 0 -2\nR2 k 0 1k\n.model wm csw(it=1m ih=0.1m ron=1k roff=1meg)", 0.5),
    "T": ("T1 a 0 b 0 z0=50 td=1n\nR1 b 0 50", 1.0),
    "M": ("M1 a a b b mm l=1u w=10u\nR1 b 0 1k\n.model mm nmos(level=1 vto=0.5 kp=1e-4)", 0.0857864376269),
    "Q": ("I1 0 k 1u\nQ1 a k b qm 2\nR1 b 0 1\n.model qm npn(bf=99 is=1e-16)", 1e-4),
    "J": ("J1 a 0 b jm 2\nR1 b 0 1k\n.model jm njf(vto=-1 beta=1m)", 0.5),
    "X": (".subckt two p n params: r=1k\nR1 p m {r}\nR2 m n {2*r}\n.ends\nX1 a b two r=2k\nX2 b 0 two", 1 / 3),
    "arrays": ("R1[0:2] a h[0:2] 1k\nR2[0:2] h[0:2] 0 3k\nE1 b 0 h[1] 0 2", 1.5),
    "names that mean something": ("R1 a time 1k\nR2 time n_time 1k\nR3 n_time 0 2k\nB1 b 0 v=v(time)+v(n_time)", 1.25),
}


@pytest.mark.parametrize("case", CASES)
def test_ngspice_gives_the_closed_form(case: str) -> None:
    cards, expected = CASES[case]
    circuit = parse(f"{HEAD}{cards}\n.op\n.ac dec 1 1k 10k\n.tran 1u 4u\n.dc v1 1 1.5 0.5\n.end\n")
    made = deck(circuit)
    point, small_signal, transient, sweep = run_all(made)
    assert float(point["v(b)"]) == pytest.approx(expected, rel=2e-6, abs=2e-7)
    assert small_signal["v(b)"].dtype == np.complex128
    assert len(small_signal["v(b)"]) == 2
    assert transient.axes["time"][-1] == pytest.approx(4e-6)
    np.testing.assert_allclose(sweep.axes["v1"], [1.0, 1.5])
    assert float(sweep["v(b)"][0]) == pytest.approx(float(point["v(b)"]), rel=1e-6, abs=1e-9)
    for node in ("a", "b", "s"):
        assert f"v({node})" in point


def test_no_kind_is_without_a_case() -> None:
    letters = {element.kind for cards, _ in CASES.values() for element in parse(f"{HEAD}{cards}\n.end\n").elements}
    assert letters == set(KINDS)
