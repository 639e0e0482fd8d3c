"""Elements by kind: those of a subcircuit by their own letter, in the deck's order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import tellegen
from tellegen.netlist import Circuit, Element

LETTERS = "RVIDC"


@given(st.lists(st.sampled_from(LETTERS), max_size=30), st.sets(st.sampled_from(LETTERS + "L")))
def test_elements_of_some_kinds_come_in_the_decks_order(letters: list[str], asked: set[str]) -> None:
    elements = tuple(Element(f"{letter.lower()}{place}", ("a", "0"), 1.0) for place, letter in enumerate(letters))
    circuit = Circuit(elements=elements)
    assert circuit.of_kind(*asked, *asked) == tuple(element for element in elements if element.name[0].upper() in asked)
    assert set(circuit.kinds) == set(letters)


def test_an_element_out_of_a_subcircuit_is_of_its_own_kind() -> None:
    flat = tellegen.parse(
        "pair\n.subckt pair a b\nr1 a m 1k\nd1 m b d\n.ends\n.model d d\nv1 in 0 1\nx1 in 0 pair"
    ).flatten()
    assert [element.name for element in flat.of_kind("D", "R")] == ["x1.r1", "x1.d1"]
    assert set(flat.kinds) == set("RDV")


def test_a_circuit_of_numbers_is_flat_whatever_their_type() -> None:
    for number in (np.float64(2e3), np.asarray(2e3)):
        circuit = Circuit(elements=(Element("v1", ("a", "0"), 1.0), Element("r1", ("a", "0"), number)))
        assert circuit.flatten() is circuit
