"""Bidirectional amplifiers (Kendall et al. 2020): against ngspice, against a larger input, and their power."""

from itertools import pairwise

import numpy as np
import pytest

from tellegen import deep_resistive_network, operating_point, parse, spice_export, write
from tellegen.netlist import CircuitError
from tellegen.netlist.builders.library import CIRCUITS
from tellegen.solvers.amplifiers import without_amplifiers

HEAD = "amplified\n" + (CIRCUITS / "lib" / "bidirectional_amplifier.cir").read_text().split("\n", 1)[1]
CHAIN = (
    HEAD
    + """
V1 in 0 1
V9 z 0 0.3
R1 in h 100
R9 z h 33
D1 0 h ideal
X1 h a bidirectional_amplifier gain=4
R2 a b 50 m=2
D2 b c0 ideal
V2 c0 0 0.5
I1 0 b 10m m=2
X2 b c bidirectional_amplifier gain=3 backward=0.5
R3 c d g=15m
V3 d e 0.5
R4 e 0 30
D3 0 e pw
.model ideal D(is=1e-12 n=1e-4)
.model pw D(is=1e-12 n=1e-4)
*@ ideal model=ideal
*@ piecewise model=pw drop=0.3 on_resistance=10 leakage=1k zener=2
"""
)


def voltages(circuit):
    return {name: value for name, value in operating_point(circuit).signals.items() if name[0] == "v"}


@pytest.mark.parametrize("volts", [1, 5, -5, 0])
def test_a_chain_of_amplifiers_is_what_ngspice_says(volts):
    circuit = parse(CHAIN.replace("V1 in 0 1", f"V1 in 0 {volts}"))
    ours, theirs = operating_point(circuit), spice_export.operating_point(circuit, diode_conductance=1e6)
    assert list(ours.signals)[-len(circuit.flatten().elements) :] == [
        f"i({e.name})" for e in circuit.flatten().elements
    ]
    assert ours.signals.keys() == theirs.signals.keys()
    for name, value in theirs.signals.items():
        assert float(ours[name]) == pytest.approx(float(value), rel=1e-5, abs=2e-5), name


def test_one_amplifier_is_the_closed_form():
    circuit = parse(HEAD + "V1 in 0 1\nR1 in h 100\nX1 h a bidirectional_amplifier gain=5 backward=2\nR2 a 0 50\n")
    traces = operating_point(circuit)
    # R2 seen from h is R2 / (gain backward)
    voltage = 5.0 / (5.0 + 100.0)
    assert float(traces["v(h)"]) == pytest.approx(voltage, rel=1e-14)
    assert float(traces["v(a)"]) == pytest.approx(5 * voltage, rel=1e-14)
    assert float(traces["i(r2)"]) == pytest.approx(5 * voltage / 50, rel=1e-14)
    assert float(traces["i(x1.fbackward)"]) == pytest.approx(2 * 5 * voltage / 50, rel=1e-14)
    assert float(traces["i(v1)"]) == pytest.approx(-2 * 5 * voltage / 50, rel=1e-14)


def test_an_ideal_transformer_neither_takes_nor_gives_power():
    circuit = parse(CHAIN.replace("amplifier gain=4\nR2", "amplifier gain=4 backward=4\nR2"))
    traces = operating_point(circuit)
    power = traces["v(h)"] * traces["i(x1.fbackward)"] - traces["v(a)"] * traces["i(x1.vsense)"]
    assert abs(float(power)) < 1e-15


def random_weights(sizes, seed):
    random = np.random.default_rng(seed)
    return [random.uniform(0.0, 1.0, shape) for shape in pairwise(sizes)]


def test_amplifiers_do_what_a_larger_input_does():
    sizes, gain = [6, 8, 7, 3], 4.0
    weights, random = random_weights(sizes, 1), np.random.default_rng(2)
    given = random.normal(size=6)
    biases = [random.normal(size=size) * 0.1 for size in sizes[1:]]
    amplified = deep_resistive_network(sizes, conductances=weights, gain=gain)
    amplified = amplified.with_values({"vin": given} | {f"ib{k}": bias for k, bias in enumerate(biases, 1)})
    plain = deep_resistive_network(sizes, conductances=weights).with_values(
        {"vin": gain**2 * given} | {f"ib{k}": gain ** (3 - k) * bias for k, bias in enumerate(biases, 1)}
    )
    with_amplifiers, without = operating_point(amplified), operating_point(plain)
    scale = float(np.max(np.abs(without["v(out)"])))
    for node, factor in (("h1", gain**2), ("h2", gain), ("out", 1.0)):
        difference = factor * with_amplifiers[f"v({node})"] - without[f"v({node})"]
        assert np.max(np.abs(difference)) < 1e-12 * scale * factor
    assert 0 < np.count_nonzero(with_amplifiers["v(h1)"]) < 8
    theirs = spice_export.operating_point(amplified)
    assert np.max(np.abs(theirs["v(out)"] - with_amplifiers["v(out)"])) < 1e-5 * scale


def test_without_amplifiers_the_signal_fades():
    sizes = [6, 8, 7, 3]
    weights = random_weights(sizes, 1)
    given = np.random.default_rng(2).normal(size=6)
    swing = [
        float(np.ptp(operating_point(each.with_values({"vin": given}))["v(out)"]))
        for each in (
            deep_resistive_network(sizes, conductances=weights),
            deep_resistive_network(sizes, conductances=weights, gain=4.0),
        )
    ]
    assert swing[1] == pytest.approx(16 * swing[0], rel=1e-9)


def test_the_builders_deck_reads_back():
    circuit = deep_resistive_network([3, 4, 2], gain=4.0)
    written = write(circuit)
    assert parse(written.text, arrays=written.arrays) == circuit
    with pytest.raises(CircuitError, match="give a positive number"):
        deep_resistive_network([3, 4, 2], gain=0.0)


def test_amplifiers_side_by_side_must_agree():
    deck = HEAD + "V1 in 0 1\nR1 in p 1\nR2 p q 1\nR3 a b 1\nR4 b 0 1\n"
    deck += "X1 p a bidirectional_amplifier gain=2\nX2 q b bidirectional_amplifier gain="
    agreeing = parse(deck + "2\n")
    theirs = spice_export.operating_point(agreeing)
    for name, value in operating_point(agreeing).signals.items():
        assert float(value) == pytest.approx(float(theirs[name]), abs=1e-8), name
    with pytest.raises(CircuitError, match="same gains"):
        operating_point(parse(deck + "3\n"))


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ("X1 h a", "R5 x1.inner 0 1\nX1 h a"),
        ("gain=4\nR2", "gain=-4\nR2"),
        ("Fbackward in 0 Vsense", "Fmore in 0 Vsense 1\nFbackward in 0 Vsense"),
        ("V9 z 0 0.3", "V9 z 0 0.3\nE9 y 0 h 0 2"),
    ],
)
def test_other_controlled_sources_are_refused(found, instead):
    assert found in CHAIN
    with pytest.raises(CircuitError, match="use the nodal engine"):
        operating_point(parse(CHAIN.replace(found, instead, 1)))


def test_a_circuit_without_amplifiers_is_left_alone():
    circuit = parse("plain\nV1 a 0 1\nR1 a 0 1\n")
    assert without_amplifiers(circuit).circuit is circuit
    assert voltages(circuit).keys() == {"v(a)"}


def random_deck(random):
    """Three meshes of resistors, sources and diodes, several equal amplifiers between one and the next."""
    cards, meshes = [], [[f"{mesh}{k}" for k in range(4)] for mesh in "abc"]
    for nodes in meshes:
        every = ["0", *nodes]
        for node in nodes:
            cards += [f"R{node} {node} {random.choice(every[: every.index(node)])} {random.integers(5, 99)}"]
            first, second = random.permutation([node, random.choice([each for each in every if each != node])])
            cards += [f"D{node} {first} {second} ideal"]
        cards += [f"I{nodes[0]} 0 {random.choice(nodes)} {random.normal():.3f}"]
        cards += [f"V{nodes[0]} s{nodes[0]} {random.choice(every)} {random.normal():.3f}"]
        cards += [f"RV{nodes[0]} s{nodes[0]} {nodes[3]} 9"]
    for number, (before, after) in enumerate(pairwise(meshes)):
        gains = f"gain={random.uniform(0.5, 6):.2f} backward={random.uniform(0.1, 6):.2f}"
        for k in range(2):
            ends = f"{before[k]} {after[k]}"
            cards += [f"X{number}{k} {ends} bidirectional_amplifier {gains}"]
    return HEAD + "\n".join(cards) + "\n.model ideal D(is=1e-12 n=1e-4)\n*@ ideal model=ideal\n"


@pytest.mark.parametrize("seed", range(40))
def test_random_circuits_obey_kirchhoff_and_every_element(seed):
    circuit = parse(random_deck(np.random.default_rng(seed)))
    traces = operating_point(circuit)
    voltage = {"0": 0.0} | {name[2:-1]: float(value) for name, value in traces.signals.items() if name[0] == "v"}
    balance, largest = dict.fromkeys(voltage, 0.0), max(map(abs, voltage.values()))
    for element in circuit.flatten().elements:
        current, (plus, minus) = float(traces[f"i({element.name})"]), element.nodes
        across = voltage[plus] - voltage[minus]
        value = element.value if isinstance(element.value, float) else 0.0
        balance[plus] -= current
        balance[minus] += current
        if element.kind == "R":
            assert current == pytest.approx(across / value, rel=1e-9, abs=1e-12)
        elif element.kind == "E":
            assert across == pytest.approx(value * voltage[element.controls[0]], rel=1e-12, abs=1e-14)
        elif element.kind == "F":
            assert current == pytest.approx(value * float(traces[f"i({element.controls[0]})"]), rel=1e-12, abs=1e-14)
        elif element.kind == "D":
            assert current >= -1e-10
            assert across <= 1e-10 * largest
            assert abs(current * across) <= 1e-9 * largest
        else:
            assert (across if element.kind == "V" else current) == pytest.approx(value, abs=1e-12 * max(largest, 1))
    assert max(map(abs, balance.values())) < 1e-10
