"""Small signals: closed forms, Tellegen's theorem, ngspice, messages."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tellegen
from tellegen import Traces
from tellegen.netlist import CircuitError
from tellegen.solvers.nodal import operating_point, small_signal
from tellegen.spice_export import deck, run

THERMAL = 1.38064852e-23 / 1.6021766208e-19 * 300.15


def responded(cards: str, card: str = "dec 10 1 1meg") -> Traces:
    circuit = tellegen.parse(f"a test\n{cards}\n.ac {card}\n")
    return small_signal(circuit, circuit.analyses[0])


def angular(traces: Traces) -> np.ndarray:
    return 2.0 * math.pi * traces.axes["frequency"]


def test_a_low_pass_filter_has_its_magnitude_and_phase() -> None:
    found = responded("V1 a 0 ac 2 30\nR1 a b 1k\nC1 b 0 1u")
    expected = 2.0 * np.exp(1j * math.pi / 6) / (1.0 + 1j * angular(found) * 1e-3)
    np.testing.assert_allclose(found["v(b)"], expected, rtol=1e-12)
    np.testing.assert_allclose(found["i(c1)"], 1j * angular(found) * 1e-6 * expected, rtol=1e-12)
    np.testing.assert_allclose(found["i(v1)"], -found["i(r1)"], rtol=1e-12)
    assert found["v(b)"].dtype == complex


def test_a_series_resonance_has_its_quality() -> None:
    resonance = 1.0 / (2.0 * math.pi * math.sqrt(1e-3 * 1e-9))
    found = responded("V1 a 0 ac 1\nR1 a b 10\nL1 b c 1m\nC1 c 0 1n", f"lin 1 {resonance!r} {resonance!r}")
    quality = math.sqrt(1e-3 / 1e-9) / 10.0
    np.testing.assert_allclose(found["i(l1)"], 0.1, rtol=1e-9)
    np.testing.assert_allclose(found["v(c)"], -1j * quality, rtol=1e-9)


def test_coupled_inductors_transform() -> None:
    found = responded("I1 0 a ac 1\nL1 a 0 1m\nL2 b 0 4m\nK1 L1 L2 0.5\nR1 b 0 1g", "lin 3 1k 3k")
    np.testing.assert_allclose(found["v(a)"], 1j * angular(found) * 1e-3, rtol=1e-6)
    np.testing.assert_allclose(found["v(b)"], 1j * angular(found) * 0.5 * 2e-3, rtol=1e-6)


def test_a_line_transforms_its_load() -> None:
    """Z = z₀(Z_L + j·z₀·tan θ)/(z₀ + j·Z_L·tan θ); z₀²/Z_L at a quarter of a wavelength."""
    found = responded("I1 0 a ac 1\nT1 a 0 b 0 z0=50 td=2.5n\nR1 b 0 200", "lin 9 10meg 90meg")
    tangent = np.tan(angular(found) * 2.5e-9)
    np.testing.assert_allclose(found["v(a)"], 50 * (200 + 50j * tangent) / (50 + 200j * tangent), rtol=1e-9)
    quarter = responded("I1 0 a ac 1\nT1 a 0 b 0 z0=50 f=100meg\nR1 b 0 200", "lin 1 100meg 100meg")
    np.testing.assert_allclose(quarter["v(a)"], 12.5, rtol=1e-12)


def test_a_line_between_floating_ports_sees_port_voltages_alone() -> None:
    ports = "V1 a q ac 1\nR1 a p 50\nT1 p q r q z0=50 td=1n\nR2 r q 50\nR3 q 0 {ohms}"
    loose, tight = (responded(ports.replace("{ohms}", ohms), "lin 5 1meg 300meg") for ohms in ("1g", "1m"))
    np.testing.assert_allclose(loose["v(r)"] - loose["v(q)"], tight["v(r)"] - tight["v(q)"], rtol=1e-6)


def test_a_mosfet_amplifies_by_its_transconductance() -> None:
    cards = "Vdd d 0 10\nV1 g 0 1.5 ac 1\nR1 d o 1k\nM1 o g 0 0 m w=10u l=1u\n.model m nmos(vto=0.7 kp=100u)"
    found = responded(cards, "lin 1 1k 1k")
    np.testing.assert_allclose(found["v(o)"], -10 * 100e-6 * 0.8 * 1e3, rtol=1e-8)
    np.testing.assert_allclose(found["i(m1)"], 10 * 100e-6 * 0.8, rtol=1e-8)


def test_a_bipolar_transistor_amplifies_by_its_transconductance() -> None:
    cards = "Vcc d 0 10\nV1 b 0 0.65 ac 1\nR1 d c 1k\nQ1 c b 0 q\n.model q npn(is=1f)"
    found, still = responded(cards, "lin 1 1 1"), operating_point(tellegen.parse(f"a test\n{cards}\n"))
    np.testing.assert_allclose(found["v(c)"], -still["i(q1)"] / THERMAL * 1e3, rtol=1e-6)


def test_a_diode_conducts_and_stores() -> None:
    """Its conductance (i + is)/vt, and tt times that as its diffusion capacitance."""
    cards = "I1 0 a 1m ac 1\nD1 a 0 d\n.model d d(is=1f tt=1n)"
    found = responded(cards, "lin 3 1meg 100meg")
    conductance = (1e-3 + 1e-15) / THERMAL
    np.testing.assert_allclose(found["v(a)"], 1 / (conductance * (1 + 1j * angular(found) * 1e-9)), rtol=1e-6)
    np.testing.assert_allclose(found["i(d1)"], 1.0, rtol=1e-9)


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        ("V1 a 0 ac 1\nR1 a b 1k ac=3k\nR2 b 0 1k", 0.25),
        ("V1 a 0 ac 1\nR1 a b g=1m ac=3k m=3\nR2 b 0 1k", 0.5),
        ("V1 a 0 2 ac 1\nR0 a 0 1\nB1 b 0 v=v(a)^3\nR1 b 0 1", 12.0),
        ("V1 a 0 2 ac 1\nR1 a c 1\nV2 c 0 0\nB1 0 b i=i(v2)^2\nR2 b 0 1", 4.0),
        ("V1 a 0 ac 1\nR0 a 0 1\nE1 b 0 a 0 -3\nR1 b 0 1", -3.0),
        ("I1 0 b 0 ac 2 m=3\nR1 b 0 1k", 6e3),
        ("V1 a 0 1 ac 1\nR1 a b 1k\nS1 b 0 a 0 sw\n.model sw sw vt=0.5 ron=1k", 0.5),
        ("V1 a 0 1\nR1 a b 1k\nR2 b 0 1k", 0.0),
    ],
)
def test_each_element_answers_in_closed_form(cards: str, expected: float) -> None:
    np.testing.assert_allclose(responded(cards, "lin 1 1 1")["v(b)"], expected, rtol=1e-9)


MANY = """V1 a 0 1 ac 1 20
I1 0 c 1m ac 2m
R1 a b 1k
L1 b c 1m
L2 d 0 2m
K1 L1 L2 0.7
R2 d 0 70
C1 c 0 1n
D1 c e d
R3 e 0 500
E1 f 0 c e 3
R4 f g 100
G1 g 0 a b 1m
C2 g c 2n
F1 g 0 V1 2
H1 h 0 V1 50
R5 h g 1k
.model d d(is=1e-12 rs=3 cjo=5p tt=2n)
"""


def test_power_is_conserved() -> None:
    """Tellegen's theorem: Σ v·i* over all branches is zero at every frequency."""
    circuit = tellegen.parse(f"a test\n{MANY}.ac dec 3 1k 100meg\n")
    found = small_signal(circuit, circuit.analyses[0])

    def voltage(node: str) -> np.ndarray | float:
        return 0.0 if node == "0" else found[f"v({node})"]

    powers = [
        (voltage(element.nodes[0]) - voltage(element.nodes[1])) * np.conj(found[f"i({element.name})"])
        for element in circuit.elements
        if element.kind != "K"
    ]
    assert (np.abs(np.sum(powers, axis=0)) < 1e-12 * np.sum(np.abs(powers), axis=0)).all()


def test_currents_into_a_transistor_leave_no_node() -> None:
    cards = "Vcc d 0 10\nV1 b 0 0.65 ac 1\nR1 d c 1k\nQ1 c b 0 q\nC1 c 0 3p\n"
    cards += ".model q npn(is=1f rc=10 cjc=2p cje=1p tf=1n)"
    found = responded(cards, "dec 3 1 1g")
    np.testing.assert_allclose(found["i(q1)"] + found["i(c1)"] - found["i(r1)"], 0.0, atol=1e-14)


AMPLIFIER = """
.options reltol=1e-9 abstol=1e-16 vntol=1e-10
vcc vcc 0 12
vin in 0 0.7 ac 1
rin in b 1k
rb1 vcc b 100k
rc vcc c 4.7k
q1 c b e qn
re e 0 100
d1 c d dm
rd d 0 10k
m1 dd c s 0 mn w=20u l=2u ad=40p as=40p pd=44u ps=44u
rdd vcc dd 10k
rs s 0 1k
mp pd dd vcc vcc mpp w=40u l=2u
rpd pd 0 20k
j1 jd pd js jn
rjd vcc jd 2k
rjs js 0 3k
qp e2 jd c2 qpm
re2 vcc c2 1k
re3 e2 0 5k
.model qn npn(is=1e-15 bf=120 rb=100 rc=10 re=1 vaf=80 ikf=0.05 ise=1e-13 ne=1.6 cje=1p cjc=0.7p tf=0.3n tr=10n)
.model dm d(is=1e-14 n=1.1 rs=5 cjo=2p tt=5n)
.model mn nmos(vto=0.8 kp=60u gamma=0.5 phi=0.6 lambda=0.02 cgso=0.2n cgdo=0.2n tox=20n cj=0.3m cjsw=0.3n rd=10 rs=10)
.model mpp pmos(vto=-0.9 kp=25u gamma=0.4 phi=0.6 lambda=0.03 cbd=20f cbs=20f tox=20n)
.model jn njf(vto=-2 beta=1m lambda=0.01 rd=5 rs=5 cgs=2p cgd=1p)
.model qpm pnp(is=1e-15 bf=60 vaf=50 cje=1p cjc=1p tf=1n)
.ac dec 5 1 1g
"""
LINEAR = """
.options reltol=1e-6
v1 in 0 1 ac 2 30
r1 in out 1k ac=2k tc1=0.01 m=2 temp=37
c1 out 0 1u
i1 0 out 1m ac 1m -20
l1 out x 1m
rx x 0 1
l2 y 0 2m
ry y 0 50
k1 l1 l2 0.9
e1 e 0 x y 2
re e 0 1k
g1 0 g e 0 1m
rg g gs 1k
vs gs 0 0
f1 0 f vs 3
rf f 0 1k
h1 h 0 vs 100
b1 0 b i=v(f)*v(out)+v(h)^2
rb b 0 1k
b2 b2 0 v=sin(v(f))*v(out)+v(h)^2
t1 b2 0 t 0 z0=50 td=1u
t2 b 0 t f z0=75 f=1meg nl=0.3
rt t 0 70
"""


@pytest.mark.parametrize(
    "cards", [AMPLIFIER, *(f"{LINEAR}.ac {c}\n" for c in ("dec 7 1 1.5meg", "oct 3 10 1k", "lin 5 0 1meg"))]
)
def test_ngspice_has_the_same_phasors_at_the_same_frequencies(cards: str) -> None:
    circuit = tellegen.parse(f"a test{cards}")
    ours, theirs = small_signal(circuit, circuit.analyses[0]), run(deck(circuit))
    np.testing.assert_allclose(ours.axes["frequency"], theirs.axes["frequency"], rtol=1e-12)
    for name, signal in theirs.signals.items():
        np.testing.assert_allclose(ours[name], signal, atol=1e-7 * np.abs(signal).max(), rtol=0, err_msg=name)


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("dec 10 1", r"the card \.ac dec 10 1 cannot be carried out; write dec\|oct\|lin points start stop"),
        ("dec 10 0 1k", "the frequencies of dec begin above 0"),
        ("lin 0 1 1k", "takes a point or more"),
        ("lin 5 2k 1k", "takes a point or more, and frequencies from 0 upwards"),
        ("lin five 1 1k", "'five' is not a number"),
    ],
)
def test_cards_that_say_nothing_are_refused(card: str, message: str) -> None:
    with pytest.raises(CircuitError, match=message):
        responded("V1 a 0 ac 1\nR1 a 0 1", card)


def test_expressions_of_frequency_are_refused_by_name() -> None:
    with pytest.raises(CircuitError, match="b1 reads the frequency, hertz, which has no value here"):
        responded("V1 a 0 ac 1\nB1 b 0 v=v(a)*hertz\nR1 b 0 1")
