"""Currents that control, coupled inductors, switches that states throw: closed forms, and ngspice on the same deck."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np
import pytest

from tellegen.netlist import CircuitError, NumericalError, parse
from tellegen.solvers.dynamics import DynamicalSystem, transient
from tellegen.spice_export import deck, run

MIRRORED = """a current read by F, H and B, also in a circle with itself
V0 in 0 sin(0 1 100k)
R0 in a 1k
C1 a 0 1n
V1 a b 0
R2 b c 1k
F1 0 b V1 0.3
R3 c 0 1k
H1 e c V1 100
R4 e 0 1k
B1 0 f i={3*i(v1)}
R5 f 0 1k
.tran 50n 20u
.end
"""

TRANSFORMER = """two coupled inductors
V0 in 0 sin(0 1 100k)
R0 in a 1k
L1 a 0 1m
L2 b 0 4m
K1 L1 L2 0.8
C2 b 0 100p
R2 b 0 3k
.tran 50n 20u
.end
"""

SWITCHED = """a state throws one switch, a current another
I1 0 a pulse(0 1m 1u 1n 1n 20u 40u)
R1 a 0 2k
C1 a 0 1n
V9 in 0 1
R5 in b 1k
S1 b 0 a 0 closing
.model closing sw(vt=1 ron=100 roff=1meg)
C2 b 0 1n
V1 b c 0
R2 c 0 1k
W1 in d V1 opening
.model opening csw(it=0.2m ron=300 roff=1g)
R3 d 0 1k
C4 d 0 0.2n
.tran 50n 20u
.end
"""


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize(
    ("text", "limit"),
    [(MIRRORED, 1e-5), (TRANSFORMER, 1e-5), (SWITCHED, 2e-3)],
    ids=["mirrored", "transformer", "switched"],
)
def test_ngspice_agrees(text: str, limit: float) -> None:
    ours = transient(parse(text))
    fine = text.replace(".tran 50n 20u", ".tran 50n 20u 0 5n")
    theirs = run(deck(parse(fine), options={"reltol": 1e-6, "abstol": 1e-15, "vntol": 1e-9}))
    swing = max(float(np.ptp(ours[name])) for name in ours.signals if name.startswith("v("))
    for name in (each for each in ours.signals if each.startswith("v(")):
        there = np.interp(ours.axes["time"], theirs.axes["time"], theirs[name])
        assert np.max(np.abs(ours[name] - there)) < limit * swing, name


def test_the_current_through_a_source_is_what_leaves_behind_it() -> None:
    system = DynamicalSystem.of(parse("t\nV1 in 0 3\nR1 in a 2\nC1 a 0 1\nV2 a b 1\nR2 b 0 4\n.end\n"))
    found = system.read(0.0, np.array([[1.5]]), system.values(), ["i(v1)", "i(v2)"])  # type: ignore[arg-type]
    np.testing.assert_allclose(found[:, 0], [-(3 - 1.5) / 2, (1.5 - 1) / 4])


def test_coupled_inductors_follow_the_inverse_of_their_matrix() -> None:
    system = DynamicalSystem.of(parse("t\nC1 a 0 1\nC2 b 0 1\nL1 a 0 2\nL2 b 0 8\nK1 L1 L2 -0.5\n.end\n"))
    assert system.states == ("v(a)", "v(b)", "i(l1)", "i(l2)")
    rate = system.rate(0.0, np.array([[1.0], [3.0], [0.0], [0.0]]), system.values())  # type: ignore[arg-type]
    expected = np.linalg.solve([[2.0, -2.0], [-2.0, 8.0]], [1.0, 3.0])
    np.testing.assert_allclose(rate[2:, 0], expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ("V1 a 0 1\nC1 a 0 1\nR1 a 0 1\nF1 0 b V1 1\nC2 b 0 1", r"i\(v1\) is read, .* or leave it to the nodal engine"),
        ("C1 a 0 1\nR1 a 0 1\nB1 0 a i={i(r1)}", r"i\(r1\) is read, .* read the voltage across a resistor"),
        ("C1 a 0 1\nL1 a 0 1\nL2 a 0 1\nK1 L1 L2 1", "k1 couples l1 and l2 by 1, .* or leave it to the nodal engine"),
        (
            "C1 a 0 1\nR1 a 0 1\nS1 a 0 a 0 m\n.model m sw(vt=1 vh=0.1)",
            "the switch model m has vh: with hysteresis s1 remembers, .* or leave it to the nodal engine",
        ),
        ("C1 a 0 1\nQ1 a a 0 q\n.model q npn()", "q1 has no law for circuits in time .* leave it to the nodal engine"),
    ],
)
def test_refusals(cards: str, message: str) -> None:
    with pytest.raises(CircuitError, match=message):
        DynamicalSystem.of(parse(f"t\n{cards}\n.end\n"))


def test_a_switch_that_opens_what_closes_it_is_named() -> None:
    chattering = (
        "t\nI1 0 a 1m\nR1 a 0 2k\nC1 a 0 1n\nS1 a b a 0 m\n.model m sw(vt=1 ron=100 roff=1meg)\n"
        "C2 b 0 1n\nR2 b 0 1k\n.tran 50n 20u uic\n.end\n"
    )
    with pytest.raises(NumericalError, match=r"stands still at 1\.38\S* s, where v\(a\) moves fastest; a switch or"):
        transient(parse(chattering))
