"""Decks as others write them are read, and flattened have the operating point that ngspice gives the original."""

from __future__ import annotations

import re

import pytest

from tellegen.netlist import Circuit, load, parse, write

OPERATIONAL_AMPLIFIER = """Non-inverting amplifier with a macromodel
.OPTIONS RELTOL=1e-6 ABSTOL=1e-12
.SUBCKT OPAMP  INP INN OUT VCC VEE PARAMS: GAIN=1MEG RIN=2MEGohm
+ ROUT = 75
* input stage
RIN   INP INN   {RIN}
EGAIN 10 0      INP INN {GAIN/1k}
R10   10 11     1K
C11   11 0      {1/(6.28*1k*5)} ; one pole at 5 Hz
* clamps to the supplies
VCL   VCC 12    DC 0.8V
D1    11 12     DCLAMP
D2    13 11     DCLAMP
VCE   13 VEE    0.8
EOUT  14 0      VALUE={V(11)}
ROUT  14 OUT    {ROUT}
GQ    VCC VEE   POLY(1) (VCC,VEE) 1m 1u
.MODEL DCLAMP D (IS=1e-15   N = 0.5
+                RS=0.1 CJO=1P)
.ENDS OPAMP
VP vcc 0 15
VM 0 vee DC 15
VIN in 0 SIN(0.1 1 1K) AC 1
X1 in fb out vcc vee OPAMP PARAMS: GAIN=200K
R1 fb 0 1k TC1=0.001 TC2=1e-6
R2 out fb 9kOhm
RL out 0 10K
.ic v(out)=0
.tran 1u 2m
.AC dec 10 1 1meg
.print tran v(out) v(in)
.meas tran peak max v(out)
"""

BIPOLAR = """Two-stage bipolar amplifier with a current mirror
.model QN NPN (BF=100 IS=1E-16 VAF=80 RB=100
+ CJE=1p TF=0.3n   ; times
* a comment between
+ CJC=0.5p)
.MODEL QP PNP BF=50 IS=1e-16
VCC vcc gnd 10
VB  b GND 0.7
Q1  c b e QN
Q2  out c vcc 0 QP 2
Q3  m m vcc QP
Q4  c m vcc QP area=0.5
RM m 0 10k
RE  e 0 100
RL  out 0 2.2k
.op
"""

BEHAVIOURAL = """Behavioural sources, functions and controlled sources
.param k = 0.5  a='k*4'  ; quoted
.func sat(x) {tanh(x)}
.func mix(x,y) { a*x + k*y**2 }
V1 in 0 0.8
.meas dc gain param='k*2'
.meas dc level find v(n1) at={a}
B1 n1 0 V = sat(v(in)) * {a} + (v(in) > 0.5 ? 1 : -1)
B2 0 n2 I={ mix(v(in), v(n1,in)) }
R2 n2 0 1k
E1 n3 0 vol = 'a*v(in)+1'
G1 0 n4 cur='v(n1)/1k' m=1
R4 n4 0 2k
VS n4 n5 0
R5 n5 0 1k
F1 0 n6 VS 3
R6 n6 0 10
H1 n7 0 VS 1k
R7 n7 0 r='1k + 100*v(in)'
R8 n2 n7 r={k*1k}
E2 n8 0 TABLE {v(in)} = (0,0) (0.5,1) (1,4)
R9 n8 0 1
B3 n11 0 v=temper*k
X9 n12 load r=k*4
.subckt load n r=1
R1 n 0 r
I1 0 n 1
.ends
E3 n9 0 POLY(2) n1 0 n3 0 0 0 0 0 1 $ the product of two voltages
R10 n9 0 1
F2 0 n10 POLY(2) VS V1 0 1 1
R11 n10 0 5
"""

SWITCHES = """Switches, coils, lines and junction transistors
V1 a 0 5
S1 a b ctl 0 sw1 ON
S2 a c ctl 0 sw1
.model sw1 SW (vt=2 vh=0.1 ron=10 roff=1meg)
VC ctl 0 3
RB b 0 90
RC c 0 1k
VM b d 0
RD d 0 10k
W1 a e VM cs off
.model cs csw(it=1u ron=5 roff=1G)
RE e 0 100
L1 a f 1m IC=0
L2 g 0 4m
K1 L1 L2 0.99
RF f 0 50
RG g 0 1
T1 a 0 h 0 Z0=50 TD=1n
RH h 0 50
J1 a i j JF
.model JF NJF(VTO=-2 BETA=1m LAMBDA=0.01)
RI i 0 1meg
RJ j 0 1k
"""


def _as_ngspice(circuit: Circuit) -> str:
    """The flat circuit's deck with the names ngspice gives to elements inside instances: `x1.r1` is `r.x1.r1`."""
    text = write(circuit.flatten()).text.replace(".end\n", "")
    for element in sorted(circuit.flatten().elements, key=lambda element: -len(element.name)):
        if "." in element.name:
            pattern = rf"(?m)^{re.escape(element.name)} |(?<=i\(){re.escape(element.name)}(?=\))"
            new = f"{element.kind.lower()}.{element.name}"
            text = re.sub(pattern, lambda match, new=new: new + match[0][len(match[0].rstrip()) :], text)
    return _without_analyses(text)


def _without_analyses(deck: str) -> str:
    return re.sub(r"(?im)^\.(tran|ac|print|meas|measure|op)\b.*\n", "", deck)


@pytest.mark.parametrize(
    "deck",
    [OPERATIONAL_AMPLIFIER, BIPOLAR, BEHAVIOURAL, SWITCHES],
    ids=["amplifier", "bipolar", "behavioural", "switches"],
)
def test_operating_point_is_kept(deck, ngspice_voltages):
    circuit = parse(deck)
    assert parse(write(circuit)) == circuit
    assert parse(write(circuit.flatten())) == circuit.flatten()
    original = ngspice_voltages(_without_analyses(deck))
    ours = ngspice_voltages(_as_ngspice(circuit))
    unflattened = ngspice_voltages(_without_analyses(write(circuit).text.replace(".end\n", "")))
    nodes = {node for element in circuit.elements for node in element.nodes} - {"0"}
    assert len(nodes) > 3
    for node in nodes:
        assert ours[node] == pytest.approx(original[node], rel=1e-6, abs=1e-9), node
        assert unflattened[node] == pytest.approx(original[node], rel=1e-6, abs=1e-9), node


LIBRARY = """* two corners of a process
.lib tt
.param vtn=0.5 kn=100u
.lib 'corners.lib' models
.endl tt

.lib ff
.param vtn=0.4 kn=120u
.lib "corners.lib" models
.endl

.LIB MODELS
.model nch NMOS (LEVEL=1 VTO={vtn}
+ KP={kn} LAMBDA=0.02)
.model pch pmos level=1 vto={-vtn} kp={kn/2}
.ENDL
"""

INVERTERS = """Inverter chain
.include "cells/inverter.inc"
.lib 'corners.lib' {corner}
.global vdd
.param supply=1.8V
Vdd vdd 0 {{supply}}
Vin a 0 0.8
Xa a b inv
Xb b c inv wn=2u
+ wp={{2*2u}}
.end
.include "never read"
"""

CELL = """* an inverter
.subckt inv in out wn=1u wp=2u lmin=0.18u
Mn out in 0 0 nch W=wn L=lmin
Mp out in vdd vdd pch
+ w={wp} l={lmin} ad={wp*0.5u} m=1
.ends
"""


@pytest.mark.parametrize("corner", ["tt", "FF"])
def test_library_sections(corner, tmp_path, ngspice_voltages):
    (tmp_path / "cells").mkdir()
    (tmp_path / "cells" / "inverter.inc").write_text(CELL)
    (tmp_path / "corners.lib").write_text(LIBRARY)
    (tmp_path / "chain.cir").write_text(INVERTERS.format(corner=corner))
    circuit = load(tmp_path / "chain.cir")
    flat = circuit.flatten()
    assert flat.models["nch"].parameters["vto"] == (0.5 if corner == "tt" else 0.4)
    assert flat["xb.mn"].parameters == {"w": 2e-6, "l": 0.18e-6}
    assert flat["xb.mp"].parameters["w"] == 4e-6
    assert flat["xa.mp"].nodes == ("b", "a", "vdd", "vdd")
    assert parse(write(circuit)) == circuit
    ours = ngspice_voltages(_as_ngspice(circuit))
    original = ngspice_voltages(INVERTERS.format(corner=corner).partition(".end")[0])
    for node in "abc":
        assert ours[node] == pytest.approx(original[node], rel=1e-6), node


def test_a_control_block_is_left_out_and_said_so():
    circuit = parse("t\nR1 a 0 1k\n.control\nshell rm -rf /\nrun\n.endc\nI1 0 a 1\n", source="deck.cir")
    assert [element.name for element in circuit.elements] == ["r1", "i1"]
    (note,) = circuit.notes
    assert str(note.location) == "deck.cir:3"
    assert "left out" in note.message
    assert "shell" not in write(circuit).text


CONTROLLED = """control only
V1 a 0 1
R1 a 0 1k
.control
set color0=white
op
print v(a)
tran 10u 1m uic
meas tran top max v(a)
alter r1 2k
dc v1 0 1 0.1
.endc
"""


def test_a_deck_without_analyses_has_those_of_its_control_block_up_to_the_first_change():
    circuit = parse(CONTROLLED, source="deck.cir")
    assert [(card.keyword, *card.fields) for card in circuit.analyses] == [
        ("op",),
        ("tran", "10u", "1m", "uic"),
        ("meas", "tran", "top", "max", "v(a)"),
    ]
    assert circuit.analyses[1].location == ("deck.cir", 8)
    (note,) = circuit.notes
    assert "left out but for .op, .tran 10u 1m uic, .meas tran top max v(a): other commands" in note.message
    own = parse(CONTROLLED.replace(".control", ".ac dec 1 1 10\n.control"))
    assert [card.keyword for card in own.analyses] == ["ac"]
    for computed in ("tran 1u {t}", "tran 1u $&t", "repeat 3"):
        assert not parse(CONTROLLED.replace("op\nprint", f"{computed}\nprint", 1).replace("tran 10u", "ls")).analyses


def test_doubtful_lines_are_noted():
    circuit = parse("R1 a 0 1k\nR2 a 0 1k\n.end\nR3 a 0 1k\n", source="deck.cir")
    assert [element.name for element in circuit.elements] == ["r2"]
    messages = [note.message for note in circuit.notes]
    assert any("looks like a card; put a title line before it" in message for message in messages)
    assert any("after .end were not read" in message for message in messages)
    vendor = parse("t\n.model d1 d(is=1n mfg=acme vpk=100)\n")
    assert [note.message.split(";")[0].split()[6] for note in vendor.notes] == ["mfg,", "vpk,"]
