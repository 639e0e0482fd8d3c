"""Each finding by example: its severity, its sentence, its elements and lines."""

import numpy as np
import pytest

from tellegen.netlist import parse
from tellegen.netlist.builders import crossbar, deep_resistive_network, divider, grid, random_network
from tellegen.netlist.buses import CONTROLLED_BY_ELEMENTS
from tellegen.netlist.checks.conduction import CONDUCTING_TERMINALS
from tellegen.netlist.circuit import Card, Circuit, Directive, Note
from tellegen.netlist.element import Element
from tellegen.netlist.elements import KINDS
from tellegen.netlist.errors import Location
from tellegen.netlist.expression import Voltage
from tellegen.netlist.stimulus import Stimulus

IDEAL = (Directive("ideal", (), {"model": "ideal"}),)
SOURCE = Element("vs", ("s", "0"), 1.0)
LOAD = Element("rs", ("s", "0"), 1.0)


def found(*elements, **fields):
    """Findings of a circuit with these elements and, so that ground is there, a loaded source."""
    placed = (
        Element(e.name, e.nodes, e.value, e.model, e.parameters, e.controls, e.ranges, Location("deck.cir", line))
        for line, e in enumerate((SOURCE, LOAD, *elements), start=2)
    )
    return Circuit(elements=tuple(placed), directives=IDEAL, **fields).checks()


def only(*elements, **fields):
    (finding,) = found(*elements, **fields)
    return finding


def lines(finding):
    return [location.line for location in finding.locations]


@pytest.mark.parametrize(
    "circuit",
    [
        divider(),
        crossbar(4, 3, load=1e4),
        deep_resistive_network([20, 8, 8, 4], seed=2),
        deep_resistive_network([20, 8, 4]).expand(),
        grid(5, 6, diodes=10),
        grid(6, 6, sources=5, diodes=20, conductances=(1e-4, 1e-2), seed=4),
    ],
    ids=lambda circuit: circuit.title,
)
def test_sound_circuits_have_no_findings(circuit):
    assert circuit.checks() == []


@pytest.mark.parametrize("seed", range(20))
def test_random_networks_have_an_answer(seed):
    circuit = random_network(30, diodes=25, voltage_sources=8, current_sources=5, seed=seed)
    assert [each for each in circuit.checks() if each.severity == "error"] == []


def test_contradictory_sources_print_their_loop():
    finding = only(Element("v1", ("a", "b"), 5.0), Element("v2", ("b", "0"), 1.0), Element("v3", ("a", "0"), 4.0))
    assert finding.severity == "error"
    assert finding.message == (
        "the voltage sources v3 (4 V from a to 0), v2 (1 V from b to 0) and v1 (5 V from a to b) "
        "contradict each other by 2 V; remove one or add a resistor"
    )
    assert set(finding.elements) == {"v1", "v2", "v3"}
    assert sorted(lines(finding)) == [4, 5, 6]
    assert str(finding.locations[0]) == "deck.cir:6"


def test_redundant_sources_are_a_warning():
    finding = only(Element("v1", ("a", "0"), 0.1), Element("v2", ("a", "b"), -0.2), Element("v3", ("b", "0"), 0.3))
    assert finding.severity == "warning"
    assert "how they share the current is not unique" in finding.message


def test_a_waveform_in_a_loop_may_not_fit_later():
    wave = Stimulus(dc=1.0, shape="sin", arguments=(1.0, 1.0, 50.0))
    finding = only(Element("v1", ("a", "0"), wave), Element("v2", ("a", "0"), 1.0))
    assert finding.severity == "warning"
    assert "fits at DC but may not later" in finding.message


def test_an_inductor_across_a_source_is_a_short():
    finding = only(Element("l1", ("s", "0"), 1e-3))
    assert "contradict each other by 1 V (an inductor is a wire at DC)" in finding.message


def test_loops_of_arrays_are_named_by_branch_and_not_all_printed():
    first, second = (Element(name, ("a[0:99]", "0"), np.full(100, 1.0), ranges=((0, 99),)) for name in ("v1", "v2"))
    findings = found(first, Element(second.name, second.nodes, 2.0, ranges=second.ranges))
    assert len(findings) == 5
    assert "v2[0] (2 V from a[0] to 0)" in findings[0].message


def test_floating_nodes_are_one_finding_an_island():
    findings = found(Element("r1", ("a", "b"), 1.0), Element("c1", ("b", "s"), 1e-9), Element("r2", ("a", "b"), 1.0))
    (finding,) = findings
    assert finding.severity == "error"
    assert finding.message.startswith(
        "nodes a and b, touched by elements r1, c1 and r2, have no path for direct current to ground"
    )
    assert lines(finding) == [4, 5, 6]


def test_capacitive_nodes_may_float_in_a_transient():
    cells = Element("c1", ("a", "0"), 1e-9), Element("b1", ("0", "a"), parameters={"i": Voltage("a")})
    assert only(*cells).severity == "error"
    assert only(*cells, analyses=(Card("tran", ("1n", "1u")),)).severity == "warning"
    started = Card("tran", ("1n", "1u", "uic"))
    assert not found(*cells, analyses=(started,))
    assert not found(*cells, Element("i1", ("0", "a"), 1.0), analyses=(started,))
    assert only(*cells, analyses=(started, Card("ac", ("dec", "10", "1", "1k")))).severity == "warning"


def test_open_resistors_do_not_conduct():
    finding = only(Element("r1", ("a", "0"), parameters={"g": 0.0}), Element("r2", ("a", "s"), parameters={"g": 0.0}))
    assert "node a, touched by elements r1 and r2, has no path" in finding.message


def test_a_row_of_open_crosspoints_floats():
    g = np.ones((3, 2))
    g[:, 1] = 0.0
    elements = (
        Element("rw", ("s", "h[0:1]"), parameters={"g": g[0]}, ranges=((0, 1),)),
        Element("rx", ("h[0:1]", "0"), parameters={"g": g[1]}, ranges=((0, 1),)),
    )
    assert "node h[1], touched by elements rw and rx, has no path" in only(*elements).message


def test_current_into_an_island_has_no_answer():
    findings = found(Element("i1", ("0", "a"), 3e-3), Element("i2", ("a", "s"), 1e-3), Element("r1", ("a", "b"), 1.0))
    cut = findings[0]
    assert cut.severity == "error"
    assert cut.message.startswith("current sources i1 and i2 bring 0.002 A into nodes a and b")
    assert set(cut.elements) == {"i1", "i2", "r1"}


def test_currents_that_cancel_leave_the_voltage_open():
    findings = found(Element("i1", ("0", "a"), 0.3), Element("i2", ("a", "0"), 0.1), Element("i3", ("a", "0"), 0.2))
    assert [each.severity for each in findings] == ["error"]
    assert "so the voltage is not unique" in findings[0].message


def test_duplicates_and_branches_of_arrays():
    finding = only(Element("r1", ("s", "0"), 1.0), Element("r1", ("s", "0"), 2.0))
    assert finding.message == "2 elements are called r1; rename all but one"
    assert lines(finding) == [4, 5]
    array = Element("rw", ("h[0:2]", "0"), 1.0, ranges=((0, 2),))
    clash = only(array, Element("rw[1]", ("s", "0"), 1.0))
    assert clash.message == "rw[1] is also a branch of the array rw; rename one of them"


def test_buses_in_the_wrong_width_or_without_range():
    wrong = only(Element("rw", ("h[0:2]", "0"), 1.0, ranges=((0, 3),)))
    assert wrong.message.startswith("rw has 4 branches along range 1 but h[0:2] has 3 nodes")
    assert lines(wrong) == [4]
    bare = only(Element("rw", ("h[0:2]", "0"), 1.0, ranges=((0, 2),)), Element("r1", ("h", "0"), 1.0))
    assert bare.message == "h is a bus of 3 lines, but is named without a range; write h[0:2]"


def test_controls_must_be_there():
    finding = only(Element("f1", ("s", "0"), 2.0, controls=("vx",)))
    assert finding.message == "f1 is controlled by vx, but there is no such element"
    assert found(Element("f1", ("s", "0"), 2.0, controls=("vs",))) == []


@pytest.mark.parametrize(
    ("element", "message"),
    [
        (Element("r1", ("s", "0"), -5.0), "the resistance of r1 is -5 ohm, out of range; it must be above 0"),
        (Element("r1", ("s", "0"), parameters={"g": -1.0}), "the g of r1 is -1 S, out of range; it must be 0 or more"),
        (Element("c1", ("s", "0"), -1e-9), "the capacitance of c1 is -1e-09 F"),
        (Element("r1", ("s", "0"), float("nan")), "the resistance of r1 is nan ohm"),
        (
            Element("i1", ("s", "0"), float("inf")),
            "the current of i1 is inf A, out of range; it must be a finite number",
        ),
        (
            Element("rw", ("s", "0"), np.array([1.0, -2.0, -3.0]), ranges=((0, 2),)),
            "the resistance of rw[1] is -2 ohm, out of range and 1 more of its values are too; it must be above 0",
        ),
    ],
)
def test_values_out_of_range(element, message):
    finding = only(element)
    assert finding.severity == "error"
    assert finding.message.startswith(message)
    assert finding.elements == (element.name,)


def test_dangling_nodes_are_warned_of_unless_they_are_read():
    finding = only(Element("r1", ("s", "x"), 1.0))
    assert finding.severity == "warning"
    assert finding.message == "nothing but r1 is connected to node x, so no current flows there"
    stub = Element("r1", ("s", "x"), 1.0)
    assert found(stub, Element("e1", ("y", "0"), 2.0, controls=("x", "0")), Element("r2", ("y", "0"), 1.0)) == []
    reader = Element("b1", ("y", "0"), parameters={"v": Voltage("x")})
    assert found(stub, reader, Element("r2", ("y", "0"), 1.0)) == []
    output = Circuit(elements=(SOURCE, LOAD, stub), directives=(Directive("output", ("v(x)",)),))
    assert output.checks() == []


def test_lines_of_a_bus_that_nobody_touches():
    finding = only(
        Element("r1", ("h[1:2]", "0"), 1.0, ranges=((0, 1),)), Element("r2", ("h[1:2]", "s"), 1.0, ranges=((0, 1),))
    )
    assert finding.message == "no element touches line h[0] of the bus h"


def test_no_ground():
    findings = Circuit(elements=(Element("v1", ("a", "b"), 1.0), Element("r1", ("a", "b"), 1.0))).checks()
    assert findings[0].message.startswith("no element is connected to ground; call one node 0")


def test_a_source_across_ideal_diodes_is_infeasible():
    finding, *_ = found(
        Element("d1", ("s", "x"), model="ideal"),
        Element("d2", ("x", "y"), model="ideal"),
        Element("v1", ("y", "0"), 0.25),
    )
    assert finding.severity == "error"
    assert "force 0.75 V forward across ideal diodes d1 and d2" in finding.message
    assert "vs (1 V from s to 0)" in finding.message
    assert set(finding.elements) == {"d1", "d2", "v1", "vs"}


def test_a_real_diode_across_a_source_is_no_contradiction():
    assert found(Element("d1", ("s", "0"), model="d1n4148")) == []


def test_a_current_against_a_diode_has_no_bound():
    diode, resistor = Element("d1", ("x", "s"), model="ideal"), Element("r1", ("x", "y"), 1.0)
    finding = found(diode, resistor, Element("i1", ("y", "0"), 1e-3))[0]
    assert finding.severity == "error"
    assert finding.message.startswith(
        "current source i1 drives 0.001 A out of nodes x and y, but towards the rest there stands only ideal diode d1 "
        "the other way round, so the voltage has no bound"
    )
    assert set(finding.elements) == {"i1", "d1"}
    assert found(diode, resistor, Element("i1", ("0", "y"), 1e-3)) == []


def test_nodes_that_only_diodes_hold_are_warned_of():
    finding = only(
        Element("d1", ("x", "s"), model="ideal"), Element("r1", ("x", "y"), 1.0), Element("r2", ("x", "y"), 1.0)
    )
    assert finding.severity == "warning"
    assert finding.message.startswith("only ideal diodes (d1) hold nodes x and y, so the voltage may not be unique")


def test_notes_of_the_reader_are_warnings():
    finding = only(notes=(Note("the card .foo is not known; remove it", Location("deck.cir", 9)),))
    assert (finding.severity, finding.message, lines(finding)) == (
        "warning",
        "the card .foo is not known; remove it",
        [9],
    )


def test_errors_come_first():
    findings = found(Element("r1", ("s", "x"), 1.0), Element("v1", ("s", "0"), 2.0))
    assert [each.severity for each in findings] == ["error", "warning"]


def test_every_kind_says_where_it_conducts():
    assert set(CONDUCTING_TERMINALS) == set(KINDS)
    assert set("FHWK") == CONTROLLED_BY_ELEMENTS


def test_the_widest_network_of_the_paper_is_checked_without_writing_it_out():
    g = np.zeros((1568, 2000))
    g[:, ::2] = 1.0
    network = deep_resistive_network([1568, 2000, 3], conductances=[g, np.zeros((2000, 3))])
    findings = network.checks()
    assert any("h[1], h[3]" in each.message for each in findings)
    assert any("out[0]" in each.message for each in findings)


def test_findings_name_the_lines_of_the_deck():
    deck = """t
.subckt cell a b
r1 a m 1k
c1 m b 1n
.ends
v1 in 0 1
v2 in 0 2
x1 in q cell
"""
    floating, contradiction, dangling = parse(deck, source="deck.cir").checks()
    assert [str(each) for each in contradiction.locations] == ["deck.cir:7", "deck.cir:6"]
    assert floating.elements == ("x1.c1",)
    assert [str(each) for each in floating.locations] == ["deck.cir:4"]
    assert dangling.message == "nothing but x1.c1 is connected to node q, so no current flows there"
