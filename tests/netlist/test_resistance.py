"""The conductance of a resistor in its two spellings."""

import numpy as np
import pytest

from tellegen.netlist.element import Element
from tellegen.netlist.errors import CircuitError, Location
from tellegen.netlist.expression import Name
from tellegen.netlist.resistance import conductance, is_written_as_conductance


def test_resistance_and_conductance_spellings_agree():
    assert conductance(Element("r1", ("a", "b"), 200.0)) == 1 / 200
    assert conductance(Element("r1", ("a", "b"), parameters={"g": 0.005})) == 0.005
    assert not is_written_as_conductance(Element("r1", ("a", "b"), 200.0))
    assert is_written_as_conductance(Element("r1", ("a", "b"), parameters={"g": 0.005}))


def test_an_open_branch_is_zero():
    assert conductance(Element("r1", ("a", "b"), parameters={"g": 0.0})) == 0.0


def test_arrays_keep_their_shape_and_become_double():
    given = np.array([[1.0, 0.0], [0.5, 2.0]], dtype=np.float32)
    element = Element("rw", ("a[0:1]", "b[0:1]"), parameters={"g": given}, ranges=((0, 1), (0, 1)))
    assert np.asarray(conductance(element)).dtype == np.float64
    assert np.array_equal(conductance(element), given)
    by_resistance = Element("rw", ("a[0:1]", "b"), np.array([4.0, 8.0]), ranges=((0, 1),))
    assert np.array_equal(conductance(by_resistance), [0.25, 0.125])


def test_parallel_count_and_scale_are_spices():
    assert conductance(Element("r1", ("a", "b"), 100.0, parameters={"m": 3.0})) == pytest.approx(0.03, rel=1e-15)
    assert conductance(Element("r1", ("a", "b"), 100.0, parameters={"scale": 2.0})) == pytest.approx(0.005, rel=1e-15)
    assert conductance(Element("r1", ("a", "b"), parameters={"g": 0.1, "m": 2.0})) == pytest.approx(0.2, rel=1e-15)


@pytest.mark.parametrize(
    ("element", "message"),
    [
        (Element("r1", ("a", "b"), 0.0), "r1 has a resistance of 0 ohm; join its nodes"),
        (Element("r1", ("a", "b")), "r1 has no value"),
        (Element("r1", ("a", "b"), Name("r")), "not a number; use circuit.flatten"),
        (Element("r1", ("a", "b"), 1.0, parameters={"tc1": 1e-3}), "depends on tc1"),
        (Element("r1", ("a", "b"), None, "rsheet"), "depends on model rsheet"),
    ],
)
def test_what_has_no_conductance_says_so(element, message):
    with pytest.raises(CircuitError, match=message):
        conductance(element)


def test_errors_name_the_line():
    with pytest.raises(CircuitError, match=r"^deck\.cir:7: "):
        conductance(Element("r1", ("a", "b"), 0.0, location=Location("deck.cir", 7)))
