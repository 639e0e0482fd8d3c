"""Connected components from arrays of edges, against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist.components import Components

NODES = 30
pairs = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=40)


def expected_labels(graph, count):
    labels = np.arange(count)
    for part in nx.connected_components(graph):
        labels[list(part)] = min(part)
    return labels


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(pairs, max_size=3))
def test_labels_are_the_smallest_nodes_of_the_components(batches):
    parts = Components(NODES)
    graph = nx.empty_graph(NODES)
    for batch in batches:
        edges = np.array(batch, dtype=np.intp).reshape(-1, 2)
        parts.join(edges[:, 0], edges[:, 1])
        graph.add_edges_from(batch)
        assert np.array_equal(parts.labels, expected_labels(graph, NODES))


@pytest.mark.parametrize("density", [0.0, 0.02, 0.2, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_crossbars_join_where_they_conduct(density, seed):
    random = np.random.default_rng(seed)
    nodes = random.permutation(40)
    rows, columns = nodes[:22], nodes[22:35]
    connected = random.random((22, 13)) < density
    parts = Components(40)
    parts.join_crossbar(rows, columns, connected)
    graph = nx.empty_graph(40)
    graph.add_edges_from((rows[i], columns[j]) for i, j in np.argwhere(connected))
    assert np.array_equal(parts.labels, expected_labels(graph, 40))


def test_long_chains_in_any_order():
    order = np.random.default_rng(0).permutation(20_000)
    parts = Components(len(order))
    parts.join(order[:-1], order[1:])
    assert not parts.labels.any()
