"""The Laplacian engine on larger circuits: effort, neighbouring inputs, gradients, every kind of diode as a netlist."""

from dataclasses import replace

import numpy as np
import pytest

from tellegen.netlist import parse
from tellegen.netlist.builders import grid
from tellegen.solvers import METHODS, ResistiveNetwork, operating_point, sensitivities, solve
from tellegen.solvers.kkt import kkt_residual
from tellegen.solvers.laplacian import GraphLaplacian
from tellegen.solvers.laplacian.gradient import gradient
from tellegen.solvers.laplacian.sequence import Inputs, solve_all

METHOD = GraphLaplacian()


def square(side, *, diodes=None, seed=0, drop=0.0):
    """A grid of random conductances with a diode beside every fourth resistor, 20 sources, and a few currents."""
    count = side * side // 2 if diodes is None else diodes
    circuit = grid(side, side, conductances=(1e-2, 1.0), diodes=count, sources=20, seed=seed)
    problem = ResistiveNetwork.of(circuit).problem()
    rng = np.random.default_rng(seed)
    current = rng.normal(size=problem.topology.nodes) * (rng.random(problem.topology.nodes) < 0.02)
    return replace(problem, injection=0.1 * current, drop=problem.drop + drop)


@pytest.fixture(scope="module")
def problem():
    return square(60)


@pytest.fixture(scope="module")
def solution(problem):
    return METHOD.solve(problem)


def test_a_grid_takes_a_handful_of_factorisations(problem, solution):
    assert kkt_residual(problem, solution.v, solution.diode_currents).scaled <= 1e-10
    assert solution.iterations <= 10
    assert np.count_nonzero(solution.diode_currents > 0) > 300


def test_the_automatic_choice_is_this_engine(problem, solution):
    found = solve(problem)
    assert found.method == METHOD.name == METHODS["laplacian"].name
    assert np.array_equal(found.v, solution.v)


def test_a_start_at_the_solution_of_a_neighbour_saves_work(problem, solution):
    near = replace(problem, injection=1.0001 * problem.injection)
    warm, cold = METHOD.solve(near, start=solution.v), METHOD.solve(near)
    assert warm.iterations < cold.iterations
    assert np.max(np.abs(warm.v - cold.v)) < 1e-9


@pytest.mark.parametrize("diodes", [0, 1800])
def test_a_sequence_of_inputs_is_their_single_solutions(diodes):
    problem = square(60, diodes=diodes)
    rng = np.random.default_rng(0)
    count = 40
    wander = 1.0 + 1e-2 * np.cumsum(rng.normal(size=(count, 1)), axis=0) * (np.arange(count) > 30)[:, None]
    inputs = Inputs(injection=problem.injection * wander, offset=problem.offset * wander[::-1])
    found = solve_all(problem, inputs)
    assert sum(each.iterations == 0 for each in found) > (38 if diodes == 0 else 10)
    for row in (0, 9, 25, 33, 39):
        single = METHOD.solve(inputs.problem(problem, row))
        assert np.max(np.abs(single.v - found[row].v)) < 1e-9
    assert max(each.residual for each in found) <= 1e-10


def test_a_sequence_survives_an_input_that_changes_everything(problem):
    inputs = Inputs(injection=np.stack([problem.injection, -50 * problem.injection, problem.injection]))
    found = solve_all(problem, inputs)
    assert np.max(np.abs(found[0].v - found[2].v)) < 1e-9
    assert all(each.residual <= 1e-10 for each in found)


def test_gradients_agree_with_central_differences():
    problem = square(24, drop=0.02)
    rng = np.random.default_rng(3)
    weight = rng.normal(size=problem.topology.nodes)
    found = METHOD.solve(problem)
    slopes = gradient(problem, found, weight)
    assert not len(slopes.degenerate)
    for name in ("conductance", "offset", "injection", "drop"):
        exact = getattr(slopes, name)
        for pick in rng.choice(np.argsort(-np.abs(exact))[: len(exact) // 5], 6, replace=False):
            estimate = difference(problem, name, pick, weight, found.v)
            assert estimate == pytest.approx(exact[pick], rel=1e-6, abs=1e-7 * np.max(np.abs(exact)))


def difference(problem, name, pick, weight, start):
    """The central difference of weight·x, with the step small enough not to switch a diode."""
    values = getattr(problem, name)
    step = 1e-5 * max(abs(values[pick]), 0.1)
    ends = []
    for sign in (1.0, -1.0):
        moved = values.copy()
        moved[pick] += sign * step
        ends.append(METHOD.solve(replace(problem, **{name: moved}), start=start, tolerance=1e-12))
    assert np.array_equal(ends[0].diode_currents > 0, ends[1].diode_currents > 0)
    return float(weight @ (ends[0].v - ends[1].v)) / (2 * step)


def test_gradients_are_those_of_the_named_sensitivities():
    network = ResistiveNetwork.of(grid(9, 9, conductances=(1e-2, 1.0), diodes=40, sources=6, seed=2))
    problem = network.problem()
    found = METHOD.solve(problem)
    named = sensitivities(network, found, {"n4_4": 1.0, "n2_7": -2.0})
    weight = np.zeros(problem.topology.nodes)
    for node, slope in (("n4_4", 1.0), ("n2_7", -2.0)):
        weight[network.supernodes.group[network.table.index(node)]] += slope
    slopes = gradient(problem, found, weight)
    assert np.allclose(slopes.conductance, named.conductances[network.rows], rtol=1e-9, atol=1e-12)
    assert np.allclose(slopes.drop, named.drops[network.diode_rows], rtol=1e-9, atol=1e-12)


def test_diodes_in_loops_are_called_degenerate():
    """Two equal diodes in parallel share a current in no definite way."""
    deck = "pair\nV1 in 0 1\nR1 in a 1\nD1 a 0 d\nD2 a 0 d\n.model d D(is=1e-12 n=1e-4)\n*@ ideal model=d\n"
    problem = ResistiveNetwork.of(parse(deck)).problem()
    slopes = gradient(problem, METHOD.solve(problem), np.ones(1))
    assert len(slopes.degenerate) == 1


PIECEWISE = ".model pw D(is=1e-12 n=1e-4)\n*@ piecewise model=pw {options}\n"


@pytest.mark.parametrize(
    "options",
    [
        "drop=0.05",
        "on_resistance=3",
        "drop=0.02 on_resistance=2 leakage=10k",
        "drop=0.1 zener=0.3",
        "drop=0.1 on_resistance=1 leakage=1k zener=0.2 zener_resistance=4 limit=10m",
    ],
)
def test_piecewise_linear_diodes_need_nothing_new(options):
    """Drop, on-resistance, leakage, Zener knee and limit are netlists of ideal parts: this engine and another agree."""
    rng = np.random.default_rng(7)
    side = 8
    cards = ["V1 n0_0 0 1.5", "V2 n7_7 0 -1", "I1 0 n3_4 0.02", "I2 n6_1 0 0.03", "R0 n0_7 0 20"]
    for row in range(side):
        for column in range(side):
            for other in ((row, column + 1), (row + 1, column)):
                if max(other) < side:
                    here, there = f"n{row}_{column}", f"n{other[0]}_{other[1]}"
                    cards.append(f"R{len(cards)} {here} {there} {rng.uniform(5, 50):.3f}")
                    if rng.random() < 0.4:
                        cards.append(f"D{len(cards)} {' '.join(rng.permutation([here, there]))} pw")
    circuit = parse("\n".join(["grid", *cards, PIECEWISE.format(options=options)]))
    ours = operating_point(circuit, method="laplacian")
    other = operating_point(circuit, method="interior_point")
    assert float(str(ours.about["residual"])) <= 1e-10
    for name, value in ours.scalars():
        if name.startswith("v("):
            assert value == pytest.approx(dict(other.scalars())[name], abs=1e-8), name
