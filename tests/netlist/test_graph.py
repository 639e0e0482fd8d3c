"""The graph: nets and buses as nodes, branches and arrays as edges, everything else as a star."""

from collections import Counter

import networkx as nx
import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network, random_network
from tellegen.netlist.circuit import Circuit
from tellegen.netlist.element import Element
from tellegen.netlist.errors import CircuitError, Location
from tellegen.netlist.expression import Voltage
from tellegen.netlist.graph import Hub


def test_branches_are_edges_from_first_to_second_node():
    graph = Circuit(elements=(Element("r1", ("a", "b"), 5.0), Element("r2", ("a", "b"), 6.0))).graph
    assert set(graph.nodes) == {"a", "b"}
    assert graph.nodes["a"] == {"kind": "net", "bus": False, "width": 1}
    assert graph.edges["a", "b", "r2"]["element"].value == 6.0
    assert graph.edges["a", "b", "r1"]["kind"] == "R"
    assert graph.number_of_edges("a", "b") == 2


def test_a_bus_is_one_node_and_an_array_one_edge():
    graph = deep_resistive_network([1568, 100, 10]).graph
    assert graph.number_of_edges() == 7
    assert {name: data["width"] for name, data in graph.nodes(data=True)} == {"in": 1568, "0": 1, "h": 100, "out": 10}
    assert graph.edges["in", "h", "rw1"]["shape"] == (1568, 100)
    edge = graph.edges["h", "0", "dinh1"]
    assert (edge["tail"], edge["head"], edge["shape"]) == ((50, 99), None, (50,))


def test_a_line_of_a_bus_is_the_bus():
    graph = Circuit(
        elements=(Element("d", ("0", "h[0:4]"), model="x", ranges=((0, 4),)), Element("r1", ("h[7]", "y[1]"), 1.0))
    ).graph
    assert graph.edges["h", "y[1]", "r1"]["tail"] == (7, 7)
    assert graph.nodes["h"]["width"] == 8


def test_more_than_two_terminals_make_a_star():
    graph = Circuit(elements=(Element("m1", ("d", "g", "s", "0"), model="nm"),)).graph
    hub = Hub("m1")
    assert graph.nodes[hub]["element"].model == "nm"
    assert [(head, data["port"]) for _, head, data in graph.out_edges(hub, data=True)] == [
        ("d", 0),
        ("g", 1),
        ("s", 2),
        ("0", 3),
    ]


def test_controls_are_attributes_and_their_nodes_are_in_the_graph():
    elements = (
        Element("e1", ("a", "0"), 2.0, controls=("sense", "0")),
        Element("b1", ("b", "0"), parameters={"v": Voltage("far")}),
        Element("k1", (), 0.9, controls=("l1", "l2")),
    )
    graph = Circuit(elements=elements).graph
    assert graph.edges["a", "0", "e1"]["controls"] == ("sense", "0")
    assert graph.edges["b", "0", "b1"]["controls"] == ("far",)
    assert {"sense", "far"} <= set(graph.nodes)
    assert graph.graph["couplings"] == [elements[2]]


def test_the_graph_is_frozen():
    graph = Circuit(elements=(Element("r1", ("a", "b"), 5.0),)).graph
    with pytest.raises(nx.NetworkXError):
        graph.add_edge("a", "c")


def test_two_elements_of_one_name_are_refused_by_line():
    first = Element("r1", ("a", "b"), 5.0, location=Location("x.cir", 2))
    second = Element("r1", ("b", "c"), 5.0, location=Location("x.cir", 4))
    with pytest.raises(CircuitError, match=r"^x.cir:4: there are two elements called r1 \(first at x.cir:2\)"):
        _ = Circuit(elements=(first, second)).graph


@pytest.mark.parametrize("seed", range(5))
def test_incidence_is_that_of_the_elements(seed):
    """The graph's incidence matrix against one written from the cards."""
    circuit = random_network(12, diodes=6, current_sources=3, voltage_sources=3, seed=seed)
    graph = circuit.graph
    nodes = list(graph.nodes)
    matrix = nx.incidence_matrix(graph, oriented=True).toarray()
    order = {edge[2]: column for column, edge in enumerate(graph.edges(keys=True))}
    for element in circuit.elements:
        expected = np.zeros(len(nodes))
        expected[nodes.index(element.nodes[0])] -= 1
        expected[nodes.index(element.nodes[1])] += 1
        assert np.array_equal(matrix[:, order[element.name]], expected)


def test_the_graph_of_an_expansion_has_the_degrees_of_the_buses():
    network = deep_resistive_network([4, 6, 3], seed=1)
    whole, lines = network.graph, network.expand().graph
    ends = Counter()
    for tail, head, data in whole.edges(data=True):
        count = int(np.prod(data["shape"]))
        ends[tail] += count
        ends[head] += count
    degree = Counter()
    for node, number in lines.degree():
        degree[node.partition("[")[0]] += number
    assert ends == degree
