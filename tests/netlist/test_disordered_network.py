"""Disordered networks with terminals: who is driven, what learns, and that every input has an answer."""

from __future__ import annotations

import networkx as nx
import pytest

from tellegen.netlist import parse, write
from tellegen.netlist.builders import disordered_network
from tellegen.netlist.errors import CircuitError


def test_terminals_and_trainables() -> None:
    circuit = disordered_network(2, 3, hidden=5, resistors=40, rails=(1.0, -2.0), learned=(1e-5, 1e-2), seed=3)
    assert circuit.inputs == ("vin0", "vin1")
    assert circuit.outputs == ("n5", "n6", "n7")
    assert [circuit[name].value for name in ("vrail0", "vrail1")] == [1.0, -2.0]
    assert {each.target for each in circuit.trainables} == {each.name for each in circuit.of_kind("R")}
    assert {(each.minimum, each.maximum, each.scale) for each in circuit.trainables} == {(1e-5, 1e-2, "log")}
    driven = {"0", "n1", "n2", "n3", "n4"}
    assert not any(driven.issuperset(each.nodes) for each in circuit.of_kind("R"))
    assert parse(write(circuit).text) == circuit


@pytest.mark.parametrize("seed", range(12))
def test_diodes_alone_never_join_two_terminals(seed: int) -> None:
    circuit = disordered_network(3, 2, hidden=9, diodes=40, rails=(1.0,), seed=seed)
    assert circuit.of_kind("D")
    terminals = {"0", *(f"n{number}" for number in range(1, 7))}
    graph = nx.Graph()
    graph.add_edges_from((each.nodes[0], each.nodes[1]) for each in circuit.of_kind("D"))
    assert all(len(terminals & piece) <= 1 for piece in nx.connected_components(graph))
    assert not [each for each in circuit.checks() if each.severity == "error"]


def test_the_seed_decides_and_nonsense_is_refused() -> None:
    assert disordered_network(1, 1, hidden=4, seed=1) == disordered_network(1, 1, hidden=4, seed=1)
    assert disordered_network(1, 1, hidden=4, seed=1) != disordered_network(1, 1, hidden=4, seed=2)
    with pytest.raises(CircuitError, match="0 inputs, 1 outputs and 3 hidden nodes are no network"):
        disordered_network(0, 1, hidden=3)
