"""Checks against brute force on random circuits: rank of the nodal equations, linear programs for diodes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tellegen.netlist.circuit import Circuit, Directive
from tellegen.netlist.element import Element
from tellegen.netlist.resistance import conductance

IDEAL = (Directive("ideal", (), {"model": "ideal"}),)
NODES = 6
node = st.integers(0, NODES - 1)
pairs = st.tuples(node, node).filter(lambda pair: pair[0] != pair[1])
currents = st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0])
many = settings(derandomize=True, deadline=None, max_examples=300)


def names(pair):
    return tuple("0" if end == 0 else f"n{end}" for end in pair)


def circuit_of(resistors=(), sources=(), injections=(), diodes=(), capacitors=()):
    elements = [
        *(Element(f"r{k}", names(pair), parameters={"g": g}) for k, (pair, g) in enumerate(resistors)),
        *(Element(f"v{k}", names(pair), volts) for k, (pair, volts) in enumerate(sources)),
        *(Element(f"i{k}", names(pair), amperes) for k, (pair, amperes) in enumerate(injections)),
        *(Element(f"d{k}", names(pair), model="ideal") for k, pair in enumerate(diodes)),
        *(Element(f"c{k}", names(pair), 1e-9) for k, pair in enumerate(capacitors)),
    ]
    return Circuit(elements=tuple(elements), directives=IDEAL)


def touched(circuit):
    return sorted({end for element in circuit.elements for end in element.nodes} - {"0"})


def incidence(circuit, kinds):
    """One row a branch of these kinds, one column a touched node but ground."""
    columns = {name: k for k, name in enumerate(touched(circuit))}
    rows = []
    for element in circuit.of_kind(*kinds):
        row = np.zeros(len(columns))
        for end, sign in zip(element.nodes, (1.0, -1.0), strict=True):
            if end != "0":
                row[columns[end]] += sign
        rows.append(row)
    return np.array(rows).reshape(-1, len(columns))


def errors(circuit):
    return [each.message for each in circuit.checks() if each.severity == "error"]


resistors = st.lists(st.tuples(pairs, st.sampled_from([0.0, 1.0, 1.5, 2.0])), max_size=8)
injections = st.lists(st.tuples(pairs, currents), max_size=4)
sources = st.lists(st.tuples(pairs, currents), max_size=4)


@many
@given(resistors, injections, st.lists(pairs, max_size=2))
def test_islands_are_the_null_space_of_the_conductance_matrix(resistors, injections, capacitors):
    """G v = i is singular exactly when nodes float, and without a solution exactly when a cut of sources is found."""
    circuit = circuit_of(resistors, injections=injections, capacitors=capacitors)
    if not touched(circuit) or not any("0" in element.nodes for element in circuit.elements):
        return
    branch = incidence(circuit, "R")
    g = np.diag(np.array([conductance(element) for element in circuit.of_kind("R")]))
    matrix = branch.T @ g @ branch
    injected = -incidence(circuit, "I").T @ np.array([element.value for element in circuit.of_kind("I")])
    rank = np.linalg.matrix_rank(matrix) if len(matrix) else 0
    solvable = np.linalg.matrix_rank(np.column_stack([matrix, injected])) == rank
    messages = errors(circuit)
    assert (rank < len(matrix)) == bool(messages)
    assert solvable == (not any("bring" in message for message in messages))


@many
@given(resistors, sources)
def test_without_findings_the_modified_nodal_equations_have_one_answer(resistors, sources):
    circuit = circuit_of(resistors, sources)
    if not any("0" in element.nodes for element in circuit.elements):
        return
    branch, source = incidence(circuit, "R"), incidence(circuit, "V")
    g = np.diag(np.array([conductance(element) for element in circuit.of_kind("R")]))
    matrix = np.block([[branch.T @ g @ branch, source.T], [source, np.zeros((len(source), len(source)))]])
    unique = np.linalg.matrix_rank(matrix) == len(matrix)
    findings = [each for each in circuit.checks() if each.severity == "error" or "form a loop" in each.message]
    assert unique == (not findings)
    loops = [each for each in circuit.checks() if "voltage sources" in each.message]
    assert len(loops) == len(source) - np.linalg.matrix_rank(source) if len(source) else not loops


def feasible(circuit):
    """Whether potentials exist that all sources and ideal diodes allow."""
    source, diode = incidence(circuit, "V"), incidence(circuit, "D")
    volts = np.array([element.value for element in circuit.of_kind("V")])
    return solved(np.zeros(source.shape[1]), diode, source, volts, (None, None)).status == 0


def bounded(circuit):
    """Whether the co-content falls in no direction for ever: one that resistors and sources do not feel."""
    still = np.vstack([incidence(circuit, "R"), incidence(circuit, "V")])
    slope = incidence(circuit, "I").T @ np.array([element.value for element in circuit.of_kind("I")])
    answer = solved(slope, incidence(circuit, "D"), still, np.zeros(len(still)), (-1.0, 1.0))
    return answer.fun > -1e-7


def solved(cost, upper, equal, right, bounds):
    return linprog(
        cost,
        A_ub=upper if len(upper) else None,
        b_ub=np.zeros(len(upper)) if len(upper) else None,
        A_eq=equal if len(equal) else None,
        b_eq=right if len(equal) else None,
        bounds=bounds,
    )


@many
@given(st.lists(st.tuples(pairs, currents), max_size=3), st.lists(pairs, min_size=1, max_size=8))
def test_diodes_are_forced_exactly_when_the_constraints_have_no_solution(sources, diodes):
    circuit = circuit_of(sources=sources, diodes=diodes)
    messages = errors(circuit)
    found = any("forward across" in message or "contradict" in message for message in messages)
    assert feasible(circuit) == (not found)


@many
@given(
    st.lists(st.tuples(pairs, st.just(1.0)), max_size=3),
    st.lists(st.tuples(pairs, currents), min_size=1, max_size=3),
    st.lists(pairs, min_size=1, max_size=6),
)
def test_voltages_have_no_bound_exactly_when_the_co_content_has_none(resistors, injections, diodes):
    circuit = circuit_of(resistors, injections=injections, diodes=diodes)
    found = any("no bound" in message or "bring" in message for message in errors(circuit))
    assert bounded(circuit) == (not found)
