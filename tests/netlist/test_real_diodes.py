"""Other diodes in a circuit: a diode's model, or a MOSFET's that is tied to be a diode."""

from __future__ import annotations

import pytest

import tellegen
from tellegen.netlist import CircuitError
from tellegen.netlist.real_diodes import with_real_diodes

ARRAYS = tellegen.parse(
    "arrays\nVin[0:1] in[0:1] 0 1\nRw[0:1,0:2] in[0:1] h[0:2] 1k\nDd[0:2] h[0:2] 0 ideal\nD2 0 h[1] ideal 2\n"
    ".model ideal D(is=1e-12 n=1e-4)\n.model n nmos(vto=0.7)\n.model p pmos(vto=-0.7)\n*@ ideal model=ideal\n"
)


def test_a_diode_becomes_a_transistor_and_a_diode_again() -> None:
    tied = with_real_diodes(ARRAYS, ARRAYS.models["n"])
    assert tied["mdd"].nodes == ("h[0:2]", "h[0:2]", "0", "0")
    assert tied["md2"].nodes == ("0", "0", "h[1]", "h[1]")
    assert tied["md2"].parameters == {"m": 2.0}
    assert not tied.ideal_models
    again = with_real_diodes(tied, ARRAYS.models["ideal"])
    assert again["dd"] == ARRAYS["dd"]
    assert again["d2"].nodes == ARRAYS["d2"].nodes
    assert again["d2"].parameters == {"m": 2.0}


def test_a_p_channel_has_its_source_at_the_anode() -> None:
    tied = with_real_diodes(ARRAYS, ARRAYS.models["p"])
    assert tied["mdd"].nodes == ("0", "0", "h[0:2]", "h[0:2]")
    turned = with_real_diodes(tied, ARRAYS.models["n"])
    assert turned["mdd"].nodes == ("h[0:2]", "h[0:2]", "0", "0")


def test_arrays_of_transistors_are_written_read_and_expanded() -> None:
    tied = with_real_diodes(ARRAYS, ARRAYS.models["n"])
    assert tellegen.parse(tellegen.write(tied).text) == tied
    assert tied.expand()["mdd[1]"].nodes == ("h[1]", "h[1]", "0", "0")


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("D3[0:2,0:1] h[0:2] g[0:1] ideal", "diode d3 is a crossbar"),
        ("D3 h[0] 0 ideal ic=0.3", "d3 has ic, which the MOSFET in its place would not have"),
        ("Md2 h[0] h[1] 0 0 n", "md2 would be the name of a diode as well"),
    ],
)
def test_what_cannot_become_a_transistor_says_so(card: str, message: str) -> None:
    text = tellegen.write(ARRAYS).text.replace("D2 ", f"{card}\nD2 ").replace("d2 ", f"{card}\nd2 ", 1)
    with pytest.raises(CircuitError, match=message):
        with_real_diodes(tellegen.parse(text), ARRAYS.models["n"])


def test_a_transistor_that_is_no_diode_is_not_offered() -> None:
    deck = "bipolar\nR1 a 0 1k\nD1 a 0 ideal\n.model ideal D\n.model q npn\n*@ ideal model=ideal\n"
    circuit = tellegen.parse(deck)
    with pytest.raises(CircuitError, match="of type npn; take a diode's, or a MOSFET's"):
        with_real_diodes(circuit, circuit.models["q"])
