"""Builders: sizes, closed forms, seeds, and that what they build has an answer."""

from typing import Any

import networkx as nx
import numpy as np
import pytest

from tellegen.netlist import parse, write
from tellegen.netlist.builders import crossbar, deep_resistive_network, divider, grid, random_network
from tellegen.netlist.errors import CircuitError
from tellegen.netlist.resistance import conductance


def nodal_voltages(circuit):
    """Node voltages of a circuit of resistors and grounded sources by dense nodal analysis."""
    circuit = circuit.expand()
    known: dict[str, Any] = {"0": 0.0} | {element.nodes[0]: element.value for element in circuit.of_kind("V")}
    names = sorted({node for element in circuit.elements for node in element.nodes} - set(known))
    place = {name: k for k, name in enumerate(names)}
    matrix, right = np.zeros((len(names), len(names))), np.zeros(len(names))
    for element in circuit.of_kind("R"):
        g = conductance(element)
        for node, other in (element.nodes, element.nodes[::-1]):
            if node in place:
                matrix[place[node], place[node]] += g
                if other in place:
                    matrix[place[node], place[other]] -= g
                else:
                    right[place[node]] += g * known[other]
    return known | dict(zip(names, np.linalg.solve(matrix, right), strict=True))


def test_the_divider_divides():
    assert nodal_voltages(divider(3.0, 1e3, 2e3))["out"] == pytest.approx(2.0, rel=1e-14)


def test_the_crossbar_takes_weighted_means():
    circuit = crossbar(5, 3, load=2e4, voltages=np.arange(5.0), seed=1)
    g = np.asarray(conductance(circuit["rw"]))
    expected = np.arange(5.0) @ g / (g.sum(axis=0) + 1 / 2e4)
    voltages = nodal_voltages(circuit)
    assert [voltages[f"out[{k}]"] for k in range(3)] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("rows", "columns"), [(1, 2), (2, 2), (4, 7)])
def test_a_grid_has_the_links_of_the_lattice(rows, columns):
    circuit = grid(rows, columns)
    assert len(circuit.of_kind("R")) == 2 * rows * columns - rows - columns
    lattice = nx.grid_2d_graph(rows, columns)
    mine = nx.Graph((tail, head) for tail, head, kind in circuit.graph.edges(data="kind") if kind == "R")
    rename = {(r, c): "0" if (r, c) == (rows - 1, columns - 1) else f"n{r}_{c}" for r, c in lattice}
    assert nx.utils.graphs_equal(mine, nx.Graph(nx.relabel_nodes(lattice, rename).edges))


def test_a_square_of_equal_resistors_divides_by_symmetry():
    """Between opposite corners of a 3 by 3 grid of 1 ohm the resistance is 3/2 ohm, and the diagonal is at half."""
    voltages = nodal_voltages(grid(3, 3, conductances=1.0))
    assert [voltages[name] for name in ("n0_2", "n1_1", "n2_0")] == pytest.approx([0.5] * 3, abs=1e-13)
    assert (1 - voltages["n0_1"]) + (1 - voltages["n1_0"]) == pytest.approx(2 / 3, rel=1e-13)


def test_grids_with_diodes_and_sources():
    circuit = grid(20, 30, diodes=200, sources=10, conductances=(1e-3, 1e-1), seed=7)
    assert len(circuit.of_kind("D")) == 200
    assert len(circuit.of_kind("V")) == 10
    links = {frozenset(element.nodes) for element in circuit.of_kind("R")}
    diodes = [frozenset(element.nodes) for element in circuit.of_kind("D")]
    assert set(diodes) <= links
    assert len(set(diodes)) == 200
    assert circuit.checks() == []


@pytest.mark.parametrize("nodes", [1, 2, 10, 60])
def test_random_networks_are_connected_and_of_the_asked_size(nodes):
    circuit = random_network(nodes, diodes=nodes, voltage_sources=nodes // 2, current_sources=3, seed=nodes)
    counts = {kind: len(circuit.of_kind(kind)) for kind in "RDVI"}
    assert counts == {"R": 2 * nodes, "D": nodes, "V": nodes // 2, "I": 3}
    resistive = nx.Graph((tail, head) for tail, head, kind in circuit.graph.edges(data="kind") if kind == "R")
    assert nx.is_connected(resistive)
    assert len(resistive) == nodes + 1
    tied = nx.Graph((plus, minus) for plus, minus in (element.nodes for element in circuit.of_kind("V")))
    assert not tied or nx.is_forest(tied)


def test_seeds_decide():
    assert random_network(9, seed=3) == random_network(9, seed=3)
    assert random_network(9, seed=3) != random_network(9, seed=4)
    assert grid(3, 3, diodes=4, seed=1) == grid(3, 3, diodes=4, seed=1)
    assert deep_resistive_network([4, 3, 2], seed=1) != deep_resistive_network([4, 3, 2], seed=2)


def test_a_deep_resistive_network_is_written_as_the_paper_draws_it():
    circuit = deep_resistive_network([1568, 100, 10], seed=5)
    assert [element.name for element in circuit.elements] == ["vin", "rw1", "ib1", "dexc1", "dinh1", "rw2", "ib2"]
    assert circuit["rw1"].nodes == ("in[0:1567]", "h[0:99]")
    assert circuit["dexc1"].nodes == ("0", "h[0:49]")
    assert circuit["dinh1"].nodes == ("h[50:99]", "0")
    assert circuit["ib2"].nodes == ("0", "out[0:9]")
    assert circuit.inputs == ("vin",)
    assert circuit.outputs == ("out[0:9]",)
    assert [each.target for each in circuit.trainables] == ["rw1", "rw2", "ib1", "ib2"]
    assert circuit.ideal_models == {"ideal"}
    for name, fan_in in (("rw1", 1568), ("rw2", 100)):
        g = np.asarray(conductance(circuit[name]))
        assert 0.4 < np.mean(g == 0.0) < 0.6
        assert g.max() <= 1 / np.sqrt(fan_in)


def test_hidden_layers_of_odd_and_single_size():
    circuit = deep_resistive_network([2, 3, 1, 2])
    assert circuit["dexc1"].nodes == ("0", "h1[0:1]")
    assert circuit["dinh1"].nodes == ("h1[2:2]", "0")
    assert circuit["dexc2"].nodes == ("0", "h2[0:0]")
    assert "dinh2" not in circuit


def test_given_conductances_are_taken():
    g = [np.full((2, 3), 0.5), np.full((3, 1), 0.25)]
    circuit = deep_resistive_network([2, 3, 1], conductances=g)
    assert np.array_equal(conductance(circuit["rw2"]), g[1])
    with pytest.raises(CircuitError, match=r"give \[\(2, 3\), \(3, 2\)\]"):
        deep_resistive_network([2, 3, 2], conductances=g)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: deep_resistive_network([3]), "the number of layers is 1; give at least 2"),
        (lambda: deep_resistive_network([3, 0, 1]), "a layer's size is 0"),
        (lambda: grid(2, 2, diodes=9), "9 diodes do not fit beside 4 resistors"),
        (lambda: grid(2, 2, sources=5), "5 sources do not fit on 4 nodes"),
        (lambda: grid(2, 2, conductances=(0.0, 1.0)), "give 0 < least <= greatest"),
        (lambda: random_network(5, voltage_sources=6), "at most 5 voltage sources"),
        (lambda: crossbar(2, 2, conductances=np.ones((3, 2))), "give 2 rows and 2 columns"),
    ],
)
def test_sizes_that_make_no_circuit_are_refused(build, message):
    with pytest.raises(CircuitError, match=message):
        build()


@pytest.mark.parametrize(
    "circuit",
    [
        divider(),
        crossbar(4, 3, load=1e4),
        deep_resistive_network([6, 4, 3, 2]),
        deep_resistive_network([6, 4, 2]).expand(),
        grid(4, 5, diodes=7),
        random_network(9, diodes=4, current_sources=2),
    ],
    ids=lambda circuit: circuit.title,
)
def test_what_is_built_is_what_is_read_back(circuit):
    written = write(circuit)
    assert parse(written.text, arrays=written.arrays) == circuit
