"""Power by Tellegen's theorem, time constants by closed forms and by ngspice's transient."""

import numpy as np
import pytest

from tellegen import deep_resistive_network, operating_point, parse, spice_export
from tellegen.netlist import CircuitError, NumericalError, Traces
from tellegen.netlist.builders import grid
from tellegen.netlist.builders.library import CIRCUITS
from tellegen.solvers.power import power
from tellegen.solvers.time_constants import time_constants

IDEAL = ".model ideal D(is=1e-12 n=1e-4)\n*@ ideal model=ideal\n"


def test_a_divider_is_the_closed_form():
    circuit = parse("divider\nV1 in 0 6\nR1 in out 1k\nR2 out 0 2k\n")
    found = power(circuit, operating_point(circuit))
    assert found.taken["v1"] == pytest.approx([-0.012], rel=1e-14)
    assert found.taken["r1"] == pytest.approx([0.004], rel=1e-14)
    assert found.taken["r2"] == pytest.approx([0.008], rel=1e-14)
    assert found.dissipated == pytest.approx(found.delivered, rel=1e-14)


def test_a_diode_with_a_drop_takes_its_share_and_an_ideal_one_none():
    deck = "diodes\nV1 in 0 3\nR1 in a 100\nD1 a b pw\nD2 b 0 ideal\n.model pw D(is=1e-12)\n" + IDEAL
    circuit = parse(deck + "*@ piecewise model=pw drop=0.6 on_resistance=20\n")
    found, current = power(circuit, operating_point(circuit)), 2.4 / 120
    assert found.taken["d1"] == pytest.approx([0.6 * current + 20 * current**2], rel=1e-12)
    assert found.taken["d2"] == pytest.approx([0.0], abs=1e-15)
    assert found.imbalance < 1e-13


@pytest.mark.parametrize("seed", range(5))
def test_what_sources_deliver_is_what_the_network_takes(seed):
    random = np.random.default_rng(seed)
    circuit = deep_resistive_network([5, 6, 4, 3], seed=seed, gain=4.0 if seed % 2 else None)
    given = {"vin": random.normal(size=5), "ib1": random.normal(size=6), "ib2": random.normal(size=4)}
    circuit = circuit.with_values(given)
    found = power(circuit, operating_point(circuit))
    assert found.imbalance < 1e-12
    assert found.dissipated[0] > 0
    batch = Traces(
        {name: np.stack([each] * 3) for name, each in operating_point(circuit).signals.items()},
        {"sample": np.arange(3)},
    )
    assert power(circuit, batch).dissipated == pytest.approx(np.repeat(found.dissipated, 3), rel=1e-14)


def test_a_crossbar_of_devices_by_its_lines():
    deck = """devices
Vin[0:1] in[0:1] 0 2
Dx[0:1,0:2] in[0:1] h[0:2] pw
Rh[0:2] h[0:2] 0 100
.model pw D(is=1e-12)
*@ piecewise model=pw drop=0.5 on_resistance=20 leakage=10k
"""
    circuit = parse(deck)
    whole, lines = (power(each, operating_point(each)) for each in (circuit, circuit.expand()))
    assert whole.taken["dx"][0] == pytest.approx(sum(w[0] for n, w in lines.taken.items() if n[:2] == "dx"), rel=1e-12)
    assert max(whole.imbalance, lines.imbalance) < 1e-12


def test_a_lacking_current_is_named():
    circuit = parse("divider\nV1 in 0 6\nR1 in 0 1k\n")
    with pytest.raises(CircuitError, match="v1 needs its current"):
        power(circuit, Traces({"v(in)": np.asarray(6.0)}))


def test_one_capacitor_is_the_closed_form():
    found = time_constants(parse("rc\nV1 in 0 6\nR1 in out 1k\nR2 out 0 2k\nC1 out 0 3u\n"))
    assert found.slowest == pytest.approx(2000 / 3 * 3e-6, rel=1e-12)
    assert found.nodes == pytest.approx({"out": 2000 / 3 * 3e-6})


def test_a_ladder_has_the_eigenvalues_of_its_state_matrix():
    deck = "ladder\nV1 n0 0 1\n" + "".join(f"R{k} n{k - 1} n{k} {k}k\nC{k} n{k} 0 {k + 1}n\n" for k in range(1, 6))
    conductance = np.array([1 / (1e3 * k) for k in range(1, 6)])
    matrix = np.zeros((5, 5))
    for k in range(5):
        matrix[k, k] += conductance[k]
        if k:
            matrix[k - 1, k - 1] += conductance[k]
            matrix[k, k - 1] = matrix[k - 1, k] = -conductance[k]
    state = np.linalg.solve(np.diag([(k + 1) * 1e-9 for k in range(1, 6)]), matrix)
    expected = np.sort(1 / np.linalg.eigvals(state).real)[::-1]
    assert time_constants(parse(deck)).all == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("volts", "expected"), [(-1, 1e-3), (1, 0.0), (-6, 1e-3 / 11)])
def test_the_segment_of_the_diode_says_how_fast(volts, expected):
    deck = f"diode\nV1 in 0 {volts}\nR1 in a 1k\nC1 a 0 1u\nD1 a 0 pw\n.model pw D(is=1e-12)\n"
    deck += "*@ piecewise model=pw zener=3 zener_resistance=100\n"
    assert time_constants(parse(deck)).slowest == pytest.approx(expected, rel=1e-9, abs=1e-18)


def test_an_amplifier_makes_the_capacitance_behind_it_larger():
    deck = "amplified\n" + (CIRCUITS / "lib" / "bidirectional_amplifier.cir").read_text().split("\n", 1)[1]
    deck += "V1 in 0 1\nR1 in h 1k\nX1 h a bidirectional_amplifier gain=5 backward=2\nC1 a 0 1n\n"
    assert time_constants(parse(deck)).slowest == pytest.approx(1e3 * 10 * 1e-9, rel=1e-12)


def test_ngspice_settles_as_slowly():
    deck = """two nodes
V1 in 0 pulse(0 1 0 1n 1n 1 2)
R1 in a 1k
C1 a 0 1u
R2 a b 3k
C2 b 0 2u
R3 b 0 10k
.tran 20u 60m
.end
"""
    circuit = parse(deck)
    slowest = time_constants(circuit).slowest
    traces = spice_export.run(spice_export.deck(circuit))
    time, voltage = traces.axes["time"], np.asarray(traces["v(b)"])
    late = (time > 20e-3) & (time < 40e-3)
    slope = np.polyfit(time[late], np.log(10 / 14 - voltage[late]), 1)[0]
    assert -1 / slope == pytest.approx(slowest, rel=2e-3)


def test_large_circuits_give_the_slowest_alone():
    lattice = grid(24, 24, seed=1)
    capacitors = "".join(f"C{k} {node} 0 1n\n" for k, node in enumerate(sorted(nodes_of(lattice))))
    circuit = lattice.with_elements(parse("c\n" + capacitors + "R1 n0 0 1\n").of_kind("C"))
    found = time_constants(circuit)
    assert len(found.all) == 1
    assert found.slowest >= max(found.nodes.values())


def nodes_of(circuit):
    return {node for element in circuit.elements for node in element.nodes} - {"0"}


@pytest.mark.parametrize(
    ("cards", "error", "words"),
    [
        ("R1 in 0 1", CircuitError, "no capacitor"),
        ("R1 in a 1\nL1 a 0 1m\nC1 a 0 1u", CircuitError, "is an inductor"),
        ("R1 in 0 1\nC1 in a 1u\nC2 a 0 1u", NumericalError, "no resistor on their way"),
    ],
)
def test_circuits_without_a_time_constant_say_so(cards, error, words):
    with pytest.raises(error, match=words):
        time_constants(parse(f"none\nV1 in 0 1\n{cards}\n"))
