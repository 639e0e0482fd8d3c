"""All analyses of a deck, transfer functions, and where an operating point begins."""

from __future__ import annotations

import math

import pytest

import tellegen
from tellegen.netlist import CircuitError
from tellegen.solvers.nodal import analyses, operating_point, transfer


def test_a_deck_is_carried_out_in_its_order() -> None:
    cards = "V1 a 0 2 ac 1\nR1 a b 1k\nR2 b 0 {r}\n.param r=1k top=2"
    asked = ".ac lin 1 1k 1k\n.op\n.dc v1 0 {top} 1\n.noise v(b) v1 lin 1 1k 1k\n.print ac v(b)\n.tf v(b) v1"
    found = analyses(tellegen.parse(f"a test\n{cards}\n{asked}\n"))
    assert [card.keyword for card, _ in found] == ["ac", "op", "dc", "noise", "tf"]
    answers = {card.keyword: traces for card, traces in found}
    assert answers["ac"]["v(b)"] == pytest.approx(0.5)
    assert float(answers["op"]["v(b)"]) == pytest.approx(1.0)
    assert list(answers["dc"]["v(b)"]) == pytest.approx([0.0, 0.5, 1.0])
    assert float(answers["tf"]["transfer_function"]) == pytest.approx(0.5)


def test_a_deck_without_analyses_has_an_operating_point() -> None:
    ((card, traces),) = analyses(tellegen.parse("a test\nV1 a 0 2\nR1 a 0 1\n"))
    assert (card.keyword, float(traces["i(r1)"])) == ("op", 2.0)


def test_what_is_not_carried_out_is_refused() -> None:
    with pytest.raises(CircuitError, match=r"\.pz is not carried out here; \.op, "):
        analyses(tellegen.parse("a test\nV1 a 0 2\nR1 a 0 1\n.pz a 0 a 0 vol pz\n"))


BASE = "V1 a 0 1\nR1 a b 1k\nR2 b 0 3k\nI1 0 b 0\nE1 c 0 b 0 2\nR3 c 0 1k"


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("v(b) v1", {"transfer_function": 0.75, "v1#input_impedance": 4e3, "output_impedance_at_v(b)": 750.0}),
        ("v(b,a) i1", {"transfer_function": 750.0, "i1#input_impedance": 750.0, "output_impedance_at_v(b,a)": 750.0}),
        ("i(v1) i1", {"transfer_function": 0.75, "i1#input_impedance": 750.0, "v1#output_impedance": 4e3}),
        ("i(v1) v1", {"transfer_function": -2.5e-4, "v1#input_impedance": 4e3, "v1#output_impedance": 4e3}),
        ("v(c) v1", {"transfer_function": 1.5, "v1#input_impedance": 4e3, "output_impedance_at_v(c)": 0.0}),
    ],
)
def test_a_transfer_function_has_gain_and_both_resistances(card: str, expected: dict[str, float]) -> None:
    circuit = tellegen.parse(f"a test\n{BASE}\n.tf {card}\n")
    found = transfer(circuit, circuit.analyses[0])
    assert {name: float(value) for name, value in found.signals.items()} == pytest.approx(expected, abs=1e-12)


def test_an_open_input_has_no_end_of_resistance() -> None:
    circuit = tellegen.parse("a test\nV1 a 0 1\nE1 b 0 a 0 2\nR1 b 0 1k\n.tf v(b) v1\n")
    assert math.isinf(float(transfer(circuit, circuit.analyses[0])["v1#input_impedance"]))


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("v(b)", r"write \.tf v\(node\[,node\]\) source"),
        ("i(r1) v1", "the current of r1 is no unknown; put a voltage source of 0 V in series"),
        ("v(b) r1", "the input r1 is no V or I source"),
    ],
)
def test_transfer_functions_of_nothing_are_refused(card: str, message: str) -> None:
    circuit = tellegen.parse(f"a test\n{BASE}\n.tf {card}\n")
    with pytest.raises(CircuitError, match=message):
        transfer(circuit, circuit.analyses[0])


FLIP_FLOP = """a test
Vcc c 0 5
R1 c a 1k
R2 c b 1k
R3 a x 10k
R4 b y 10k
Q1 a y 0 q {first}
Q2 b x 0 q {second}
.model q npn(is=1f)
{cards}
"""


@pytest.mark.parametrize(
    ("first", "second", "cards", "high"),
    [
        ("off", "", "", "a"),
        ("", "off", "", "b"),
        ("", "", ".nodeset v(a)=5 v(b)=0", "a"),
        ("", "", ".nodeset v(a)=0 v(b)=5", "b"),
    ],
)
def test_where_a_bistable_circuit_begins_says_where_it_ends(first: str, second: str, cards: str, high: str) -> None:
    found = operating_point(tellegen.parse(FLIP_FLOP.format(first=first, second=second, cards=cards)))
    low = "b" if high == "a" else "a"
    assert found[f"v({high})"] > 4.0
    assert found[f"v({low})"] < 0.2


def test_initial_conditions_are_no_part_of_an_operating_point() -> None:
    plain, given = (
        operating_point(tellegen.parse(FLIP_FLOP.format(first="", second="", cards=cards)))
        for cards in ("", ".ic v(a)=0 v(b)=5")
    )
    assert float(plain["v(a)"]) == float(given["v(a)"])


def test_time_stands_still_at_an_operating_point() -> None:
    found = operating_point(tellegen.parse("a test\nB1 0 a i=1m+time\nR1 a 0 1k\n"))
    assert float(found["v(a)"]) == pytest.approx(1.0)
