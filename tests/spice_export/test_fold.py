"""Folding is exact: every voltage that stays is what the flat circuit has."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network
from tellegen.netlist.circuit import Circuit
from tellegen.netlist.errors import SpiceError
from tellegen.netlist.parser import parse
from tellegen.spice_export import deck, fold, operating_point, operating_points


def assert_same_points(circuit: Circuit) -> set[str]:
    """Compare all that the folded circuit keeps; return what it lost."""
    flat, folded = operating_point(circuit), operating_point(circuit, folded=True)
    for name, signal in folded.signals.items():
        np.testing.assert_allclose(signal, flat[name], rtol=1e-9, atol=1e-9, err_msg=name)
    return set(flat.signals) - set(folded.signals)


@pytest.mark.parametrize("widths", [[12, 7, 3], [9, 6, 4, 2]])
def test_a_network_loses_its_input_layer_and_nothing_else(widths: list[int]) -> None:
    circuit = deep_resistive_network(widths)
    volts = np.random.default_rng(1).normal(size=widths[0])
    assert assert_same_points(circuit.with_values({"vin": volts})) == {"v(in)", "i(vin)", "i(rw1)"}
    made = deck(circuit, folded=True)
    assert made.fold is not None
    assert made.fold.removed == {"vin"}
    assert made.fold.resistors == widths[0] * widths[1]
    assert made.cards + len(made.open_resistors) < made.fold.resistors + 2 * widths[1] + 100
    assert f"* folded: {made.fold.resistors} resistors" in made.text


def test_the_published_network_has_as_many_cards_as_it_must() -> None:
    made = deck(deep_resistive_network([1568, 100, 10]), folded=True)
    nodes, second_crossbar, norton = 110, 1000, 200
    assert made.cards + len(made.open_resistors) == second_crossbar + norton + 100 + nodes


DRIVEN = {
    "reversed source": ("V1 0 a 2\nR1 a b 1k\nR2 b 0 1k", {"v(a)", "i(v1)", "i(r1)"}),
    "reversed crossbar": (
        "V1[0:1] a[0:1] 0 2\nR1[0:2,0:1] h[0:2] a[0:1] 1k\nR2[0:2] h[0:2] 0 3k",
        {"v(a)", "i(v1)", "i(r1)"},
    ),
    "between two driven": ("V1 a 0 2\nV2 c 0 1\nR0 a c 1k\nR1 a b 1k\nR2 b c 2k", set()),
    "elementwise array": ("V1[0:2] a[0:2] 0 2\nR1[0:2] a[0:2] b 1k\nR2 b 0 1k", {"v(a)", "i(v1)", "i(r1)"}),
    "one driven line of a bus": ("V1 h[0] 0 2\nR1[0:1,0:1] h[0:1] k[0:1] 1k\nR2[0:1] k[0:1] 0 1k\nR3 h[1] 0 1k", set()),
    "open resistors": ("V1 a 0 2\nR0 a b g=0\nR1 a c 1k\nR2 c b 1k\nR3 b 0 1k", {"v(a)", "i(v1)", "i(r0)", "i(r1)"}),
}


@pytest.mark.parametrize("case", DRIVEN)
def test_other_shapes_fold_exactly(case: str) -> None:
    cards, lost = DRIVEN[case]
    circuit = parse(f"* t\n{cards}\n.end\n")
    gone = assert_same_points(circuit)
    assert not lost or gone == lost
    assert fold(circuit).removed


KEPT = {
    "a capacitor touches it": "V1 a 0 2\nR1 a b 1k\nC1 a 0 1u\nR2 b 0 1k",
    "a source reads it": "V1 a 0 2\nR1 a b 1k\nB1 b 0 i=v(a)*1m\nR2 b 0 1k",
    "its current is read": "V1 a 0 2\nR1 a b 1k\nF1 0 b V1 1\nR2 b 0 1k",
    "it controls": "V1 a 0 2\nR1 a b 1k\nG1 0 b a 0 1m\nR2 b 0 1k",
    "it floats": "V1 a b 2\nR1 a 0 1k\nR2 b 0 1k",
    "it has a waveform": "V1 a 0 dc 1 sin(0 1 1k)\nR1 a b 1k\nR2 b 0 1k",
    "it hangs on a resistor with a coefficient": "V1 a 0 2\nR1 a b 1k tc1=0.1\nR2 b 0 1k",
}


@pytest.mark.parametrize("case", KEPT)
def test_a_source_stays_where(case: str) -> None:
    circuit = parse(f"* t\n{KEPT[case]}\n.end\n")
    assert not fold(circuit).removed
    assert not assert_same_points(circuit)


def test_what_the_caller_keeps_stays() -> None:
    circuit = parse("* t\nV1 a 0 2\nV2 c 0 1\nR1 a b 1k\nR2 b c 1k\n.end\n")
    assert fold(circuit).removed == {"v1", "v2"}
    assert fold(circuit, frozenset({"a"})).removed == {"v2"}
    assert fold(circuit, frozenset({"v2"})).removed == {"v1"}


def test_norton_currents_follow_the_inputs_sample_by_sample() -> None:
    circuit = parse("* t\nV1[0:1] a[0:1] 0 2\nV2 c 0 1\nR1[0:1] a[0:1] b 1k\nR2 b c 1k\nR3 b 0 1k\n.end\n")
    given = {"v1": np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]])}
    answer = operating_points(circuit, given, folded=True)
    np.testing.assert_allclose(answer["v(b)"], (given["v1"].sum(axis=1) + 1.0) / 4.0, rtol=1e-12)


def test_a_folded_deck_is_for_operating_points() -> None:
    circuit = parse("* t\nV1 a 0 2\nR1 a b 1k\nC1 b 0 1u\n.tran 1u 1m\n.end\n")
    with pytest.raises(SpiceError, match="exact for operating points only"):
        deck(circuit, folded=True)
