"""Circuits with a closed form, and the laws every operating point obeys."""

import numpy as np
import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.solvers import Load, ResistiveNetwork, operating_point, solve

IDEAL = "\n.model ideal D(is=1e-12 n=1e-4)\n*@ ideal model=ideal\n"


def point(deck, **options):
    return operating_point(parse("a circuit\n" + deck + IDEAL), **options)


def test_divider():
    found = point("V1 in 0 3\nR1 in out 1k\nR2 out 0 2k")
    assert found["v(out)"] == pytest.approx(2.0, abs=1e-12)
    assert found["i(r1)"] == pytest.approx(1e-3, abs=1e-15)
    assert found["i(v1)"] == pytest.approx(-1e-3, abs=1e-15)


def test_bridge_with_a_floating_source_and_a_current_source():
    found = point("V1 a b 1\nR1 a 0 1\nR2 b 0 3\nI1 0 b 2")
    # v(a) = v(b) + 1 and v(a)/1 + v(b)/3 = 2
    assert found["v(b)"] == pytest.approx(0.75, abs=1e-12)
    assert found["v(a)"] == pytest.approx(1.75, abs=1e-12)
    assert found["i(v1)"] == pytest.approx(-1.75, abs=1e-12)
    assert found["i(i1)"] == 2.0


def test_conductance_form_open_branch_capacitor_and_inductor():
    found = point("V1 a 0 2\nR1 a b g=0.5\nR2 b 0 g=0.5\nR3 b c g=0\nR4 c 0 1\nC1 a c 1u\nL1 b d 1m\nR5 d 0 g=1")
    assert found["v(b)"] == pytest.approx(0.5, abs=1e-12)
    assert found["v(d)"] == pytest.approx(0.5, abs=1e-12)
    assert found["i(l1)"] == pytest.approx(0.5, abs=1e-12)
    assert found["i(c1)"] == 0.0
    assert found["i(r3)"] == 0.0
    assert found.about["notes"] == (
        "capacitors are open at the operating point",
        "inductors are shorts at the operating point",
    )


@pytest.mark.parametrize(
    ("volts", "out", "current"), [(3.0, 1.0, 1.0), (2.0, 1.0, 0.0), (0.5, 0.25, 0.0), (-2.0, -1.0, 0.0)]
)
def test_clipping_diode(volts, out, current):
    # the divider gives half, the diode clips it at 1 V and takes what the resistors cannot
    found = point(f"V1 in 0 {volts}\nR1 in out 1\nR2 out 0 1\nD1 out clip ideal\nV2 clip 0 1")
    assert found["v(out)"] == pytest.approx(out, abs=1e-12)
    assert found["i(d1)"] == pytest.approx(current, abs=1e-12)
    assert found["i(v2)"] == pytest.approx(current, abs=1e-12)


@pytest.mark.parametrize("method", ["auto", "coordinate_descent", "interior_point"])
def test_where_every_single_move_is_blocked(method):
    found = point("R1 a x 1\nR2 b 0 1\nVa a 0 1\nVb b 0 0\nD1 x y ideal\nR3 y b 1", method=method)
    assert found["v(x)"] == pytest.approx(0.5, abs=1e-12)
    assert found["v(y)"] == pytest.approx(0.5, abs=1e-12)
    assert found["i(d1)"] == pytest.approx(0.5, abs=1e-12)
    assert found["i(va)"] == pytest.approx(-0.5, abs=1e-12)


def test_rectifier_bridge():
    # four diodes between free nodes carry a floating source's current one way through the load
    bridge = "R1 p a 1\nV1 p b 3\nD1 a out ideal\nD2 b out ideal\nD3 0 a ideal\nD4 0 b ideal\nR2 out 0 2"
    for sign in (3, -3):
        found = point(bridge.replace("p b 3", f"p b {sign}"))
        assert found["v(out)"] == pytest.approx(2.0, abs=1e-12)
        assert found["i(r2)"] == pytest.approx(1.0, abs=1e-12)


def test_arrays_mean_their_expansion():
    deck = (
        "Vin[0:2] in[0:2] 0 2\nRw[0:2,0:3] in[0:2] h[0:3] 3\nDa[0:1] 0 h[0:1] ideal\nDb[0:1] h[2:3] 0 ideal\n"
        "Ib[0:3] 0 h[0:3] -3\nRh[0:3] h[0:3] out 1\nRo out 0 1\nR7 h[2] 0 5"
    )
    circuit = parse("arrays\n" + deck + IDEAL)
    whole, scalar = operating_point(circuit), operating_point(circuit.expand())
    named = dict(whole.scalars())
    assert set(named) == set(scalar.signals)
    for name, value in scalar.signals.items():
        assert named[name] == pytest.approx(float(value), abs=1e-12), name
    assert whole["i(rw)"].shape == (3, 4)


def test_one_structure_for_many_values():
    network = ResistiveNetwork.of(parse("a\nV1 in 0 1\nR1 in out 1\nR2 out 0 1\n*@ output v(out)\n"))
    first, second = network.problem(), network.problem({"r2": 3.0}, {"v1": 4.0})
    assert first.topology is second.topology
    values = network.values({"R2": 3.0}, {"V1": 4.0})
    assert network.traces(solve(second), values)["v(out)"] == pytest.approx(1.0, abs=1e-12)


def test_a_load_nudges_the_outputs():
    network = ResistiveNetwork.of(parse("a\nV1 in 0 1\nR1 in out 1\nR2 out 0 1\n*@ output v(out)\n"))
    for beta in (2.0, -1.0):
        # (2 + beta) v = 1 + beta y
        values = network.values(load=Load(beta, beta * 3.0))
        found = network.traces(solve(network.reduce(values)), values)
        assert found["v(out)"] == pytest.approx((1 + 3 * beta) / (2 + beta), abs=1e-12)
        assert -found["i(v1)"] == pytest.approx(1 - found["v(out)"], abs=1e-12)


def test_floating_nodes_are_reported():
    found = point("V1 a 0 3\nR1 a 0 1\nR2 c d 1\nI1 c d 1")
    assert found.about["undetermined"] == ("c", "d")
    assert found["v(d)"] - found["v(c)"] == pytest.approx(1.0, abs=1e-12)


REFUSED = [
    ("V1 a 0 3\nV2 b a 2\nV3 b 0 4\nR1 a b 1", r"netlist:3: the voltage sources v2 .* form a loop that sums to 1 V"),
    ("V1 a a 3\nR1 a 0 1", r"netlist:2: the voltage source v1 \(3 V from a to a\) is a loop that sums to 3 V"),
    ("V1 a 0 3\nL1 a 0 1m", r"l1 .* and v1 .*form a loop|v1 .* and l1 .*form a loop"),
    ("V1 a 0 3\nD1 a 0 ideal\nR1 a 0 1", r"netlist:3: voltage sources hold diode d1 forward by 3 V .*turn it round"),
    ("V1 a 0 3\nR0 a 0 1\nD1 a b ideal\nD2 b 0 ideal\nR1 b 0 1", r"no voltages satisfy the diodes d. and d.: .* 3 V"),
    ("I1 0 a 3\nR1 a b 1\nD2 0 b ideal", r"netlist:2: i1 pushes 3 A into nodes a and b and no branch lets it leave"),
    (
        "I1 a 0 3\nR1 a b 1\nD2 b 0 ideal",
        r"netlist:2: i1 pushes 3 A out of nodes a and b and no branch lets it come in",
    ),
    (
        "V1 a 0 3\nD1 a 0 real\n.model real d(is=1e-14)",
        r"netlist:3: diode d1 has model real, which is not ideal; add \*@ ideal",
    ),
    ("V1 a 0 3\nQ1 a 0 0 q\n.model q npn", r"netlist:3: q1 is a bipolar transistor; .*use the nodal engine"),
    ("V1 a 0 3\nE1 b 0 a 0 2\nR1 b 0 1", r"netlist:3: e1 is a .*controlled.* source; .*use the nodal engine"),
]


@pytest.mark.parametrize(("deck", "message"), REFUSED)
def test_refusals_teach(deck, message):
    with pytest.raises(CircuitError, match=message):
        point(deck)


def test_unknown_method_and_wrong_values():
    with pytest.raises(CircuitError, match="there is no method newton; there are auto, coordinate_descent"):
        point("V1 a 0 1\nR1 a 0 1", method="newton")
    with pytest.raises(CircuitError, match="active_set cannot solve this circuit: a diode joins two free supernodes"):
        point("V1 a 0 1\nR1 a x 1\nD1 x y ideal\nR2 y 0 1", method="active_set")
    network = ResistiveNetwork.of(parse("a\nV1 in 0 1\nR1 in out 1\nR2 out 0 1\n"))
    with pytest.raises(CircuitError, match="r9 is no resistor of this circuit; there are r1, r2"):
        network.problem({"r9": 1.0})
    with pytest.raises(CircuitError, match=r"the value of r1 has shape \(2,\)"):
        network.problem({"r1": [1.0, 2.0]})
    with pytest.raises(CircuitError, match="the value of v1 holds a number that is not finite"):
        network.problem(voltages={"v1": np.nan})
