"""Waveforms of a deck: closed forms, power balance, and ngspice on the same deck."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import CircuitError, NumericalError, Traces, parse
from tellegen.solvers.dynamics import transient
from tellegen.spice_export import deck, run

RLC = """ringing
I1 0 a pulse(0 1m 1u 1n 1n 1 2)
R1 a 0 2k
L1 a 0 1m
C1 a 0 1n
.tran 50n 20u
.end
"""

CELLS = "\n".join(
    [
        "a cellular network of 4×4 cells",
        ".subckt cell x s y",
        "C1 x 0 1",
        "R1 x 0 1",
        "R2 s 0 1",
        "By y 0 v={0.5*(abs(v(x)+1)-abs(v(x)-1))}",
        "Gm 0 x s 0 1",
        "Iz 0 s -0.5",
        ".ends",
        *(
            f"X{i}{j} x{i}{j} s{i}{j} y{i}{j} cell\nVu{i}{j} u{i}{j} 0 {(-1) ** (i * j + i)}"
            for i in range(4)
            for j in range(4)
        ),
        *(
            f"Gb{i}{j}{a}{b} 0 s{i}{j} u{a}{b} 0 {8 if (i, j) == (a, b) else -1}\n"
            f"Ga{i}{j}{a}{b} 0 s{i}{j} y{a}{b} 0 {2 if (i, j) == (a, b) else 0.1}"
            for i in range(4)
            for j in range(4)
            for a in range(max(i - 1, 0), min(i + 2, 4))
            for b in range(max(j - 1, 0), min(j + 2, 4))
        ),
        ".tran 15m 1.5 uic",
        ".end",
    ]
)

RING = "\n".join(
    [
        "six phase oscillators with injection locking",
        *(f"C{i} p{i} 0 1\nB{i} p{i} 0 i={{0.8*sin(2*pi*v(p{i}))}}\n.ic v(p{i})={0.29 * i - 0.6}" for i in range(6)),
        *(f"Bk{i} p{i} p{(i + 1) % 6} i={{{1 if i % 2 else -0.7}*sin(pi*v(p{i},p{(i + 1) % 6}))}}" for i in range(6)),
        ".tran 10m 1 uic",
        ".end",
    ]
)

LINE = "\n".join(
    [
        "a line of four Gm-C sections",
        "Iin 0 v0 pulse(0 1 0.1n 0.5n 0.5n 1n 1)",
        *(
            f"Cv{k} v{k} 0 1n\nCi{k} i{k} 0 1.1n\nGf{k} 0 i{k} v{k} 0 1.05\nGb{k} v{k} 0 i{k} 0 0.95\n"
            f"Gn{k} i{k} 0 v{k + 1} 0 1\nGt{k} 0 v{k + 1} i{k} 0 1"
            for k in range(4)
        ),
        "Cv4 v4 0 1n",
        "Rl v4 0 1",
        ".tran 50p 10n uic",
        ".end",
    ]
)

DIVIDER = """capacitors between nodes, and a node without any
V1 in 0 sin(0 1 1k)
C1 in a 1u
C2 a b 2u
C3 b 0 1u
R1 a 0 1k
R2 b c 500
R3 c 0 700
G1 c 0 a 0 1m
.tran 10u 2m
.end
"""


def largest(ours: Traces, theirs: Traces) -> float:
    """The largest difference of a node's voltage over time, as a share of the largest swing."""
    swing = max(float(np.ptp(ours[name])) for name in ours.signals if name.startswith("v("))
    gaps = []
    for name, signal in ours.signals.items():
        if name.startswith("v("):
            there = np.interp(ours.axes["time"], theirs.axes["time"], theirs[name])
            gaps.append(float(np.max(np.abs(signal - there))))
    return max(gaps) / swing


@pytest.mark.parametrize("text", [RLC, CELLS, RING, LINE, DIVIDER], ids=["rlc", "cells", "ring", "line", "divider"])
def test_ngspice_agrees(text: str) -> None:
    ours = transient(parse(text))
    step, stop = text.split(".tran ")[1].split("\n")[0].split()[:2]
    fine = text.replace(f".tran {step} {stop}", f".tran {step} {stop} 0 {_finer(step)}")
    theirs = run(deck(parse(fine), options={"reltol": 1e-6, "abstol": 1e-15, "vntol": 1e-9}))
    assert largest(ours, theirs) < 2e-3


def _finer(step: str) -> str:
    return f"{float(step.rstrip('munp')) / 5:g}{step.lstrip('0123456789.')}"


def test_a_parallel_resonance_rings_in_its_closed_form() -> None:
    found = transient(parse(RLC))
    t = np.maximum(found.axes["time"] - 1.0005e-6, 0.0)
    damping, natural = 1 / (2 * 2e3 * 1e-9), 1 / np.sqrt(1e-3 * 1e-9)
    frequency = np.sqrt(natural**2 - damping**2)
    expected = 1e-3 / (1e-9 * frequency) * np.exp(-damping * t) * np.sin(frequency * t)
    np.testing.assert_allclose(found["v(a)"], expected, atol=1e-3 * expected.max())


def test_currents_obey_kirchhoff_at_a_node_without_capacitance() -> None:
    found = transient(parse(DIVIDER))
    residual = found["i(r2)"] - found["i(r3)"] - found["i(g1)"]
    assert np.max(np.abs(residual)) < 1e-12


def test_a_run_begins_at_the_operating_point_or_where_ic_says() -> None:
    text = "t\nV1 in 0 2\nR1 in a 1k\nR2 a 0 1k\nC1 a 0 1n\n{}.tran 1n 10n {}\n.end\n"
    assert transient(parse(text.format("", "")))["v(a)"] == pytest.approx(1.0)
    assert transient(parse(text.format("", "uic")))["v(a)"][0] == pytest.approx(0.0)
    assert transient(parse(text.format(".ic v(a)=0.3\n", "")))["v(a)"][0] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("t\nR1 a 0 1\nC1 a 0 1\n.end\n", CircuitError, "0 .tran cards where one is needed"),
        ("t\nI1 0 a 1\nC1 a 0 1\n.tran 1 2\n.end\n", NumericalError, "write uic on the .tran card"),
    ],
)
def test_refusals(text: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        transient(parse(text))
