"""Gradients against central differences, and against closed forms."""

import numpy as np
import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.solvers import Load, ResistiveNetwork, sensitivities, solve
from tellegen.solvers.values import Values

IDEAL = "\n.model ideal D(is=1e-12 n=1e-4)\n*@ ideal model=ideal\n*@ output v(out)\n"
DECKS = {
    "linear": "V1 in 0 3\nR1 in out 2\nR2 out 0 5\nI1 0 out 0.3",
    "clipped": "V1 in 0 3\nR1 in x 1\nR2 x out 2\nR3 out 0 3\nD1 x clip ideal\nV2 clip 0 1.2\nI1 out x 0.1",
    "free diodes": "V1 a 0 2\nR1 a x 1\nR2 b 0 1.5\nV2 b 0 0.3\nD1 x y ideal\nR3 y b 1.3\nD2 y out ideal\n"
    "R4 out 0 2\nI1 0 y .1",
    "floating sources": "V1 p q 1.5\nV2 r p .4\nR1 q 0 1\nR2 r out 2\nR3 out 0 3\nR4 p out 1.1\n"
    "D1 out x ideal\nR5 x 0 4\nI1 0 q .7",
    "rectifier": "V1 p b 3\nR1 p a 1\nD1 a out ideal\nD2 b out ideal\nD3 0 a ideal\nD4 0 b ideal\n"
    "R2 out 0 2\nR3 out 0 4",
}
FIELDS = {
    "conductances": "conductance",
    "voltages": "voltage",
    "currents": "current",
    "load_conductance": "load_conductance",
    "load_current": "load_current",
}


def loss_of(network, values):
    solution = solve(network.reduce(values), tolerance=1e-12)
    return float(np.sin(network.potentials(solution.v, values)[network.table.index("out")])), solution


@pytest.mark.parametrize("name", DECKS)
def test_against_central_differences(name):
    network = ResistiveNetwork.of(parse("a\n" + DECKS[name] + IDEAL))
    values = network.values(load=Load(0.2, 0.1))
    _, solution = loss_of(network, values)
    out = network.potentials(solution.v, values)[network.table.index("out")]
    found = sensitivities(network, solution, {"out": np.cos(out)}, values)
    assert found.degenerate == ()
    step = 1e-5
    for gradient, field in FIELDS.items():
        flat = getattr(found, gradient)
        for place in range(len(flat)):
            ends = []
            for sign in (1, -1):
                moved = np.array(getattr(values, field), dtype=float)
                moved[place] += sign * step
                changed = Values(**{**vars(values), field: moved})
                ends.append(loss_of(network, changed)[0])
            assert flat[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-8), (gradient, place)


def test_the_drop_of_a_conducting_diode():
    # a conducting diode's drop lifts its anode as a source in series with it would
    network = ResistiveNetwork.of(parse("a\n" + DECKS["clipped"] + IDEAL))
    solution = solve(network.problem())
    found = sensitivities(network, solution, {"x": 1.0})
    assert found.drops == pytest.approx([1.0])
    assert found.named()["v2"] == pytest.approx(1.0)


def test_names_and_shapes():
    deck = "Vin[0:1] in[0:1] 0 1\nRw[0:1,0:2] in[0:1] h[0:2] 2\nRh[0:2] h[0:2] 0 1\n*@ output v(h[0:2])"
    network = ResistiveNetwork.of(parse("a\n" + deck))
    found = sensitivities(network, solve(network.problem()), {"h[0:2]": np.ones(3)}).named()
    assert found["rw"].shape == (2, 3)
    # v_h = 1/2·(1 + 1) / (2·1/2 + 1) = 1/2 and dv_h/dv_in = (1/2) / 2
    np.testing.assert_allclose(found["vin"], [0.75, 0.75])
    np.testing.assert_allclose(found["rw"], (1 - 0.5) / 2.0)


def test_a_kink_is_reported():
    # the divider puts the diode exactly at its threshold
    network = ResistiveNetwork.of(parse("a\nV1 in 0 2\nR1 in out 1\nR2 out 0 1\nD1 out c ideal\nV2 c 0 1" + IDEAL))
    assert sensitivities(network, solve(network.problem()), {"out": 1.0}).degenerate == ("d1",)


def test_open_nodes_and_wrong_names_are_refused():
    network = ResistiveNetwork.of(parse("a\nV1 in 0 2\nR1 in out 1\nR2 out 0 1\nR3 p q 1" + IDEAL))
    solution = solve(network.problem())
    with pytest.raises(CircuitError, match=r"the loss depends on v\(p\), which the circuit leaves open"):
        sensitivities(network, solution, {"p": 1.0})
    with pytest.raises(CircuitError, match="the circuit has no node z; there are in, out"):
        sensitivities(network, solution, {"z": 1.0})
