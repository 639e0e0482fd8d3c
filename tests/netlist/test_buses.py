"""Which buses a circuit has, and how node fields spread over arrays."""

import pytest

from tellegen.netlist.broadcast import field_shape
from tellegen.netlist.buses import bus_widths, node_fields, part_of_bus
from tellegen.netlist.circuit import Circuit
from tellegen.netlist.element import Element
from tellegen.netlist.errors import CircuitError


def test_a_bus_is_as_wide_as_its_highest_line():
    circuit = Circuit(
        elements=(
            Element("d1", ("0", "h[0:49]"), model="ideal", ranges=((0, 49),)),
            Element("d2", ("h[50:99]", "0"), model="ideal", ranges=((0, 49),)),
            Element("r1", ("h[119]", "out[3]"), 1.0),
        )
    )
    assert bus_widths(circuit) == {"h": 120}


def test_a_scalar_deck_has_no_buses():
    assert bus_widths(Circuit(elements=(Element("r1", ("h[7]", "out[3]"), 1.0),))) == {}


def test_controls_count_where_they_name_nodes():
    sensed = Element("e1", ("a", "0"), 2.0, controls=("s[0:4]", "0"), ranges=((0, 4),))
    by_current = Element("f1", ("a", "0"), 2.0, controls=("v1",))
    assert node_fields(sensed) == ("a", "0", "s[0:4]", "0")
    assert node_fields(by_current) == ("a", "0")
    assert bus_widths(Circuit(elements=(sensed,))) == {"s": 5}


def test_a_line_belongs_to_a_bus_only_where_there_is_one():
    assert part_of_bus("h[7]", {"h": 10}) == ("h", 7, 7)
    assert part_of_bus("h[7]", {}) is None
    assert part_of_bus("g[7]", {"h": 10}) is None
    assert part_of_bus("x", {"h": 10}) is None


def test_fields_broadcast_by_range():
    crossbar = Element("rw", ("a[0:4]", "b[2:4]"), 1.0, ranges=((0, 4), (0, 2)))
    assert [field_shape(crossbar, k) for k in (0, 1)] == [(5, 1), (1, 3)]
    elementwise = Element("d", ("0", "b[2:4]"), model="ideal", ranges=((0, 2),))
    assert [field_shape(elementwise, k) for k in (0, 1)] == [(), (3,)]


@pytest.mark.parametrize(
    ("element", "position", "message"),
    [
        (Element("r1", ("a[0:4]", "b"), 1.0), 0, r"give the name a range, r1\[0:4\]"),
        (Element("r1", ("a[0:4]", "b"), 1.0, ranges=((0, 2),)), 0, "3 branches along range 1 but .* has 5 nodes"),
        (Element("r1", ("a[0:2]", "b[0:2]"), 1.0, ranges=((0, 2), (0, 3))), 1, "4 branches along range 2"),
    ],
)
def test_widths_that_do_not_fit_say_so(element, position, message):
    with pytest.raises(CircuitError, match=message):
        field_shape(element, position)
