"""Networks that move in time: what the builders build, the committed case studies, and ngspice beside the equations.

The equations of CASES are integrated by scipy, which reads no netlist: only the draws of a die are taken from one.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import tellegen
from tellegen.netlist import CircuitError, Mismatch, Noise, load, parse, write
from tellegen.netlist.builders import (
    all_edges,
    cellular_network,
    grid_edges,
    ising_machine,
    oscillator_network,
    star,
)
from tellegen.spice_export import deck, run
from tellegen.training.datasets.phase_digits import hebbian_weights

CIRCUITS = Path(tellegen.__file__).parent / "circuits"
NANO = 1e-9
CASES = {
    "cnn_edge": lambda: cellular_network(16, 16),
    "oscillator_recogniser": lambda: oscillator_network(
        60, grid_edges(10, 6), weights=hebbian_weights(grid_edges(10, 6)).round(1).tolist()
    ),
    "puf_star": lambda: star(32, 4),
}


def solved(rate, start, times):
    """The solution [states, times] of an ODE, to ten digits."""
    answer = solve_ivp(rate, (0, times[-1]), start, method="DOP853", t_eval=times, rtol=1e-10, atol=1e-12)
    assert answer.success
    return answer.y


def in_ngspice(circuit, nodes):
    """Times and voltages [nodes, times] of the circuit's `.tran` in ngspice."""
    answer = run(deck(circuit), currents=False)
    return answer.axes["time"], np.stack([answer[f"v({node})"] for node in nodes])


@pytest.mark.parametrize("name", CASES)
def test_the_committed_file_is_what_the_builder_builds(name):
    circuit = load(CIRCUITS / f"{name}.cir")
    assert circuit == CASES[name]()
    assert circuit.checks() == []
    assert parse(write(circuit)) == circuit


def test_the_edge_detector_has_the_papers_size():
    circuit = cellular_network(16, 16)
    assert [(each.target, circuit.parameters[each.target]) for each in circuit.trainables] == [
        ("a_corner", 0.0), ("a_edge", 0.0), ("a_centre", 2.0),
        ("b_corner", -1.0), ("b_edge", -1.0), ("b_centre", 8.0), ("z", -0.5),
    ]  # fmt: skip
    flat = circuit.flatten()
    assert len(flat.of_kind("C")) == len(circuit.inputs) == len(circuit.outputs) == 256
    inside = [each for each in flat.of_kind("G") if each.controls[0] != "0" and not each.name.endswith("gcell")]
    assert len(inside) == 2 * (3 * 16 - 2) ** 2
    spreads = Mismatch.of(circuit).spreads
    assert {each.target for each in spreads} == {each.name for each in flat.of_kind("G")}
    assert {draw.sigma for each in spreads for draw in each.draws} == {0.1}


def test_the_recogniser_has_the_papers_size():
    circuit = oscillator_network(60, grid_edges(10, 6))
    couplings = [each for each in circuit.trainables if each.target[0] == "k"]
    assert len(couplings) == 104
    assert {(each.minimum, each.maximum, each.bits) for each in couplings} == {(-1.0, 1.0, 1)}
    assert circuit.input_parameters == tuple(f"start{i}" for i in range(60))
    assert [(each.node, each.amplitude) for each in Noise.of(circuit).processes] == [
        (f"p{i}", 0.025) for i in range(60)
    ]
    assert len(circuit.flatten().of_kind("C")) == len(circuit.outputs) == 60


def test_the_star_has_the_papers_size():
    circuit = star(32, 4)
    assert len(circuit.trainables) == 25
    assert circuit.input_parameters == tuple(f"b{k}" for k in range(32))
    flat = circuit.flatten()
    assert len(flat.of_kind("C")) == 514
    spreading = {each.target for each in Mismatch.of(circuit).spreads}
    assert spreading == {each.name for each in flat.of_kind("C", "G")}


def test_the_cells_of_a_die_follow_their_equation():
    """Eight neighbours with weights of their own, none beyond the border, a factor a cell on all but the decay."""
    rows, columns = 3, 4
    feedback, control = (0.3, -0.4, 1.6), (-0.5, 0.7, 2.0)
    circuit = cellular_network(rows, columns, feedback=feedback, control=control, bias=0.2, sigma=0.2)
    u = np.random.default_rng(1).choice([-1.0, 1.0], (rows, columns))
    circuit = circuit.with_values({f"vu{r}_{c}": u[r, c] for r, c in np.ndindex(u.shape)})
    mismatch = Mismatch.of(circuit)
    draw = mismatch.draw(4, 2)
    sides = {(-1, -1): "nw", (-1, 0): "n", (-1, 1): "ne", (0, -1): "w", (0, 0): "m", (0, 1): "e",
             (1, -1): "sw", (1, 0): "s", (1, 1): "se"}  # fmt: skip
    cells = list(np.ndindex(u.shape))
    weights = {letter: np.zeros((u.size, u.size)) for letter in "ab"}
    for place, (r, c) in enumerate(cells):
        for (down, right), side in sides.items():
            if (r + down, c + right) in cells:
                other = cells.index((r + down, c + right))
                for letter, (corner, edge, centre) in (("a", feedback), ("b", control)):
                    nominal = centre if side == "m" else edge if 0 in (down, right) else corner
                    weights[letter][place, other] = nominal * draw[f"x{r}_{c}.g{letter}{side}"]
    m = np.array([draw[f"x{r}_{c}.xcell.gcell"] for r, c in cells])

    def rate(t, x):
        f = 0.5 * (abs(x + 1) - abs(x - 1))
        return -x + m * (0.2 + weights["a"] @ f + weights["b"] @ u.ravel())

    times, states = in_ngspice(mismatch.with_die(4, 2), [f"x{r}_{c}" for r, c in cells])
    expected = solved(rate, np.zeros(u.size), times)
    assert np.ptp(expected) > 3
    np.testing.assert_allclose(states, expected, atol=1e-4)


def test_oscillators_follow_their_equation():
    count, edges = 6, [*grid_edges(2, 3), (0, 5)]
    random = np.random.default_rng(2)
    weights, start = random.uniform(-1, 1, len(edges)), random.uniform(-0.5, 1.5, count)
    circuit = oscillator_network(count, edges, weights=weights.tolist(), bits=None, coupling=1.3, locking=0.4)
    circuit = circuit.with_values({f"start{i}": start[i] for i in range(count)})
    k = np.zeros((count, count))
    for (i, j), weight in zip(edges, weights, strict=True):
        k[i, j] = k[j, i] = weight

    def rate(t, p):
        return -1.3 * (k * np.sin(np.pi * (p[:, None] - p))).sum(axis=1) - 0.4 * np.sin(2 * np.pi * p)

    times, phases = in_ngspice(circuit, [f"p{i}" for i in range(count)])
    np.testing.assert_allclose(phases, solved(rate, start, times), atol=1e-4)


def test_spins_follow_their_equation():
    count, edges = 5, [(0, 1), (1, 2), (0, 4), (3, 2)]
    random = np.random.default_rng(3)
    weights, fields, start = (random.uniform(-1, 1, size) for size in (len(edges), count, count))
    circuit = ising_machine(count, edges, weights=weights.tolist(), feedback=0.6, coupling=1.7, stop=4.0)
    circuit = circuit.with_values({f"start{i}": start[i] for i in range(count)})
    circuit = circuit.with_values({f"h{i}": fields[i] for i in range(count)})
    couplings = np.zeros((count, count))
    for (i, j), weight in zip(edges, weights, strict=True):
        couplings[i, j] = couplings[j, i] = weight

    def rate(t, x):
        return -x + np.tanh(0.6 * x + 1.7 * couplings @ x + fields)

    times, states = in_ngspice(circuit, [f"x{i}" for i in range(count)])
    assert circuit.checks() == []
    assert len(circuit.trainables) == 2 + len(edges) + count
    np.testing.assert_allclose(states, solved(rate, start, times), atol=1e-4)


def telegraphers_equations(letter, bits, nominal, draw):
    """dy/dt over nanoseconds of one star of two sections: the centre, then a branch's currents and voltages in turn."""
    size = 1 + 4 * len(bits)
    matrix, capacity, source = np.zeros((size, size)), np.ones(size), np.eye(size)[0]
    capacity[0] = nominal["c0"] * draw[f"ccentre_{letter}"]
    for k, bit in enumerate(bits):
        chain = [0, *range(1 + 4 * k, 5 + 4 * k)]
        for edge, (near, far) in enumerate(pairwise(chain)):
            section, out = divmod(edge, 2)
            name = f"x{letter}{k}.x{section + 1}."
            side, what = ("out", "c") if out else ("in", "l")
            closed = bit if edge == 0 else 1.0
            capacity[far] = nominal[f"{what}{section + 1}"] * draw[f"{name}c{what}"]
            matrix[near, far] -= closed * nominal[f"ws{edge + 1}"] * draw[f"{name}gs_{side}"]
            matrix[far, near] += closed * nominal[f"wt{edge + 1}"] * draw[f"{name}gt_{side}"]

    def rate(t, y):
        return NANO * (matrix @ y + source * np.interp(t, [0, 0.5, 1.5, 2], [0, 1, 1, 0])) / capacity

    return rate


def test_the_stars_of_a_die_follow_the_telegraphers_equations():
    """An edge from V to I adds −ws·I/c to dV and wt·V/l to dI, an edge from I to V the mirror; open branches rest."""
    branches, sections, bits = 3, 2, (1.0, 0.0, 1.0)
    circuit = star(branches, sections).with_values({f"b{k}": bit for k, bit in enumerate(bits)})
    values = {"c0": 2e-9, "c1": 0.7e-9, "l2": 1.5e-9, "ws1": 1.2, "wt2": 0.8, "ws3": 0.9, "wt4": 1.1}
    circuit = circuit.with_values(values)
    mismatch = Mismatch.of(circuit)
    draw = mismatch.draw(5, 1)
    nominal = {**circuit.parameters, **values}
    times, centres = in_ngspice(mismatch.with_die(5, 1), "ab")
    assert np.abs(centres[0] - centres[1]).max() > 0.02

    for star_number, letter in enumerate("ab"):
        rate = telegraphers_equations(letter, bits, nominal, draw)
        expected = solved(rate, np.zeros(1 + 2 * sections * branches), times / NANO)
        np.testing.assert_allclose(centres[star_number], expected[0], atol=2e-4)


def test_which_pairs():
    assert len(grid_edges(10, 6)) == 104
    assert grid_edges(2, 2) == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert all_edges(4) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert len(oscillator_network(5, all_edges(5)).flatten().of_kind("B")) == 5 + 10
    assert oscillator_network(1, []).trainables[0].target == "coupling"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: cellular_network(0, 3), "the number of rows is 0; give at least 1"),
        (lambda: oscillator_network(3, [(0, 3)]), "the pair 0, 3 is no pair of 3 nodes; give two of 0 to 2"),
        (lambda: oscillator_network(3, [(1, 1)]), "the pair 1, 1 is no pair"),
        (lambda: oscillator_network(3, [(0, 1), (1, 0)]), "the nodes 0 and 1 are a pair twice"),
        (lambda: oscillator_network(3, [(0, 1)], weights=[1, 2]), "there are 2 weights for 1 pairs"),
        (lambda: star(2, 0), "the number of sections is 0"),
        (lambda: star(2, 1, stars=27), "27 stars have no letters; give at most 26"),
    ],
)
def test_what_no_builder_builds(build, message):
    with pytest.raises(CircuitError) as caught:
        build()
    assert message in str(caught.value)
