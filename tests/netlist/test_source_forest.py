"""The weighted union-find against linear algebra: which systems of voltage sources can be satisfied."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist.source_forest import SourceForest

NODES = 6
node = st.integers(0, NODES - 1)
sources = st.lists(st.tuples(node, node, st.integers(-2, 2)), max_size=12)


def incidence(ties):
    matrix = np.zeros((len(ties), NODES))
    for row, (plus, minus, _) in enumerate(ties):
        matrix[row, plus] += 1
        matrix[row, minus] -= 1
    return matrix


def tied(ties):
    forest = SourceForest(NODES)
    misses = [forest.tie(plus, minus, float(voltage), k) for k, (plus, minus, voltage) in enumerate(ties)]
    return forest, misses


@settings(derandomize=True, deadline=None, max_examples=300)
@given(sources)
def test_a_source_that_adds_no_rank_closes_a_loop_and_misses_by_the_residual(ties):
    """v(plus) − v(minus) = e for all sources is solvable exactly when no closing source misses."""
    _, misses = tied(ties)
    matrix = incidence(ties)
    for count, miss in enumerate(misses, start=1):
        grows = (
            np.linalg.matrix_rank(matrix[:count]) > np.linalg.matrix_rank(matrix[: count - 1])
            if count > 1
            else (bool(matrix[0].any()))
        )
        assert (miss is None) == grows
    volts = np.array([voltage for *_, voltage in ties], dtype=float)
    best = np.linalg.lstsq(matrix, volts, rcond=None)[0] if ties else np.zeros(NODES)
    solvable = np.allclose(matrix @ best, volts, atol=1e-9)
    assert solvable == (not any(miss for miss in misses if miss is not None))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(sources)
def test_differences_within_a_group_are_those_of_the_forest_s_sources(ties):
    forest, misses = tied(ties)
    root, offset = forest.groups()
    for (plus, minus, voltage), miss in zip(ties, misses, strict=True):
        assert root[plus] == root[minus]
        if miss is None:
            assert offset[plus] - offset[minus] == voltage
        else:
            assert voltage - (offset[plus] - offset[minus]) == miss


@settings(derandomize=True, deadline=None, max_examples=300)
@given(sources, node, node)
def test_a_path_leads_from_start_to_stop_over_the_forest(ties, start, stop):
    forest, misses = tied(ties)
    root, offset = forest.groups()
    if root[start] != root[stop]:
        return
    at, total = start, 0.0
    for before, after, source in forest.path(start, stop):
        assert before == at
        assert {before, after} == set(ties[source][:2])
        assert misses[source] is None
        total += ties[source][2] * (1 if after == ties[source][0] else -1)
        at = after
    assert at == stop
    assert total == offset[stop] - offset[start]


def test_long_chains_do_not_need_the_stack():
    count = 50_000
    forest = SourceForest(count)
    for line in range(count - 1):
        assert forest.tie(line + 1, line, 1.0, line) is None
    assert forest.tie(count - 1, 0, 0.0, count) == -(count - 1.0)
