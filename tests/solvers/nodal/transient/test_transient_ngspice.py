"""Rectifiers, amplifiers, oscillators and logic beside ngspice on short steps: within a thousandth of the swing."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import Circuit, Traces, parse
from tellegen.solvers.nodal.transient import transient
from tellegen.spice_export import deck, run

DIODE = ".model dd D(is=1e-14 rs=0.1 cjo=10p tt=1n)"
TIGHT = ".options reltol=1e-5 vntol=1n abstol=1p trtol=1 chgtol=1e-18"

DECKS = {
    "bridge": (
        "V1 a b sin(0 10 1k)\nD1 a p dd\nD2 b p dd\nD3 n a dd\nD4 n b dd\nR2 n 0 1m\nC1 p 0 10u\nR1 p 0 1k\n"
        f"Rg b 0 1meg\n{DIODE}\n.tran 2u 2m 0 {{}}",
        "0.5u",
        ("v(p)", "i(r1)"),
    ),
    "doubler": (
        f"V1 in 0 sin(0 5 10k)\nC1 in a 1u\nD1 0 a dd\nD2 a out dd\nC2 out 0 1u\nR1 out 0 10k\n{DIODE}\n"
        ".tran 0.5u 500u 0 {}",
        "0.1u",
        ("v(a)", "v(out)", "i(r1)"),
    ),
    "amplifier": (
        "VCC c 0 10\nV1 i 0 sin(0 10m 100k)\nC1 i b 1u\nR1 c b 100k\nR2 b 0 20k\nRC c o 5k\nRE e 0 1k\nCE e 0 10u\n"
        "Q1 o b e qq\n.model qq npn(is=1e-15 bf=100 tf=0.3n cje=2p cjc=2p rb=50)\n.tran 0.1u 40u 0 {}",
        "20n",
        ("v(o)", "v(e)", "v(b)"),
    ),
    "ring": (
        ".subckt inv i o vdd\nM1 o i 0 0 nn w=2u l=1u\nM2 o i vdd vdd pp w=4u l=1u\nC1 o 0 20f\n.ends\n"
        "VDD vdd 0 3\nI1 0 a pulse(0 50u 0.1n 0.1n 0.1n 0.5n)\nX1 a b vdd inv\nX2 b c vdd inv\nX3 c a vdd inv\n"
        ".model nn nmos(vto=0.7 kp=100u lambda=0.02)\n.model pp pmos(vto=-0.7 kp=50u lambda=0.02)\n.tran 10p 4n 0 {}",
        "1p",
        ("v(a)", "v(b)", "v(c)"),
    ),
    "logic": (
        "VDD vdd 0 3\nV1 i 0 pulse(0 3 1n 0.1n 0.1n 3n 8n)\nM1 o i 0 0 nn w=2u l=1u ad=2p as=2p\n"
        "M2 o i vdd vdd pp w=4u l=1u ad=4p as=4p\nR1 o p 1k\nC1 p 0 50f\n"
        ".model nn nmos(vto=0.7 kp=100u lambda=0.02 cgso=0.3n cgdo=0.3n cj=0.5m)\n"
        ".model pp pmos(vto=-0.7 kp=50u lambda=0.02 cgso=0.3n cgdo=0.3n cj=0.5m)\n.tran 20p 16n 0 {}",
        "5p",
        ("v(o)", "v(p)", "i(c1)"),
    ),
}


def both(name: str) -> tuple[Traces, Traces, tuple[str, ...]]:
    text, short, signals = DECKS[name]
    return transient(read(text, "")), run(deck(read(text, short))), signals


def read(text: str, largest: str) -> Circuit:
    return parse(f"t\n{text.format(largest)}\n{TIGHT}\n")


@pytest.mark.parametrize("name", DECKS)
def test_waveforms_are_those_of_ngspice(name: str) -> None:
    found, theirs, signals = both(name)
    for signal in signals:
        expected = np.interp(found.axes["time"], theirs.axes["time"], theirs[signal])
        off = np.abs(found[signal] - expected).max() / np.ptp(expected)
        assert off < 1e-3, f"{signal} by {off:.2g} of its swing"
