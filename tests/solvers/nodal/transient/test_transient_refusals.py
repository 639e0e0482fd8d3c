"""What a transient cannot do, it says: options, initial conditions, circuits without a solution at some time."""

from __future__ import annotations

import pytest

from tellegen.netlist import CircuitError, NumericalError, parse
from tellegen.solvers.nodal.transient import transient

RC = "t\nV1 a 0 1\nR1 a b 1k\nC1 b 0 1n\n"


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ("", "has 0 .tran cards where one is needed"),
        (".tran 1u", "not of the form step stop"),
        (".tran 1u 1m\n.options method=euler", "method=euler is no method; write method=trap or method=gear"),
        (".tran 1u 1m\n.options maxord=7", "maxord=7 is no order; write a whole number from 1 to 6"),
        (".tran 1u 1m\n.options maxord=1.5", "maxord=1.5 is no order"),
        (".tran 1u 1m\n.options reltol=0", "reltol=0.* is no positive number; write reltol=0.001"),
        ("V2 c 0 dc 0 trnoise(1 1u)\nR2 c 0 1\n.tran 1u 1m", "v2 has the waveform trnoise, which is random"),
        ("D1 b 0 dd ic=0.5\n.model dd D\n.tran 1u 1m uic", "d1 has ic=, which is read of C, L and T alone"),
    ],
)
def test_decks_that_are_not_taken(cards: str, message: str) -> None:
    with pytest.raises(CircuitError, match=message):
        transient(parse(f"{RC}{cards}\n"))


def test_a_time_without_a_solution_is_named_with_the_node() -> None:
    """v² = i has none for a current below zero, from 0.5 ms on."""
    deck = "t\nI1 0 a pwl(0 1 1m -1)\nB1 a 0 i={v(a)^2}\n.nodeset v(a)=1\n.tran 10u 1m\n"
    with pytest.raises(
        NumericalError, match=r"at 0\.0005\d* s no step converges, down to .* s: the node a still moves"
    ):
        transient(parse(deck))


def test_a_loop_that_nothing_fixes_is_named() -> None:
    """How two sources in parallel share their current; with `uic` there is no operating point that would say so."""
    with pytest.raises(NumericalError, match=r"at 0 s the equations are singular: nothing fixes the current i\(v"):
        transient(parse("t\nV1 a 0 1\nV2 a 0 1\nC1 a 0 1u\n.tran 1u 1m uic\n"))


def test_a_switch_that_chatters_is_named() -> None:
    """It closes on what it opens, with no hysteresis and nothing that takes time."""
    deck = "t\nV1 a 0 pwl(0 0 1u 5)\nR1 a b 1k\nS1 b 0 b 0 sw\n.model sw sw(vt=1 vh=0 ron=1 roff=1g)\n.tran 10n 3u\n"
    with pytest.raises(NumericalError, match=r"at [\d.e-]+ s the switch s1 moves again and again"):
        transient(parse(deck))
