"""Layers with bidirectional amplifiers between them: against the exact solver of any circuit, and what is refused."""

from itertools import pairwise

import numpy as np
import pytest

from tellegen import deep_resistive_network, operating_point, parse
from tellegen.netlist.builders.library import CIRCUITS
from tellegen.netlist.errors import CircuitError
from tellegen.solvers.layered import LayeredNetwork, steady_state

SIZES, GAIN = [6, 8, 7, 5, 3], 3.0


def amplified():
    rng = np.random.default_rng(0)
    circuit = deep_resistive_network(
        SIZES, conductances=[rng.uniform(0, 1, shape) for shape in pairwise(SIZES)], gain=GAIN
    )
    biases = {f"ib{k}": rng.normal(size=size) * GAIN ** (k - 1) / 5 for k, size in enumerate(SIZES[1:], 1)}
    return circuit.with_values({"vin": rng.normal(size=6), **biases})


def test_every_layer_has_the_voltages_of_the_circuit():
    circuit = amplified()
    network = LayeredNetwork.of(circuit)
    assert network.buses == ("h1", "h2", "h3", "out")
    assert network.scales == (1.0, GAIN, GAIN**2, GAIN**3)
    state = steady_state(network, np.asarray(circuit["vin"].value)[None, :])
    traces = operating_point(circuit)
    clipped = 0
    for bus, voltages in zip(network.buses, state.voltages, strict=True):
        np.testing.assert_allclose(np.asarray(voltages)[0], traces[f"v({bus})"], rtol=1e-10, atol=1e-10)
        clipped += np.count_nonzero(np.asarray(voltages) == 0)
    assert 0 < clipped < sum(SIZES[1:-1])


def test_nudging_is_a_conductance_from_the_output_to_its_target():
    circuit = amplified()
    target, beta = np.array([0.4, -0.3, 2.0]), 0.7
    # the nudge as elements: in the circuit's own units a conductance and a source a node
    nudges = [f"Rn{k} out[{k}] n{k} g={beta}\nVn{k} n{k} 0 {volts}" for k, volts in enumerate(target)]
    extra = parse("nudges\n" + "\n".join(nudges) + "\n")
    traces = operating_point(circuit.replace(elements=(*circuit.elements, *extra.elements)))
    given = np.asarray(circuit["vin"].value)[None, :]
    found = steady_state(LayeredNetwork.of(circuit), given, beta=beta, target=target[None, :])
    for bus, voltages in zip(LayeredNetwork.of(circuit).buses, found.voltages, strict=True):
        np.testing.assert_allclose(np.asarray(voltages)[0], traces[f"v({bus})"], rtol=1e-10, atol=1e-10)


LIBRARY = "layered\n" + (CIRCUITS / "lib" / "bidirectional_amplifier.cir").read_text().split("\n", 1)[1]
DECK = (
    LIBRARY
    + """
vin[0:1] in[0:1] 0 0
x0[0:1] in[0:1] b[0:1] bidirectional_amplifier gain=2
rw[0:2,0:1] h[0:2] b[0:1] g=0.3
ib[0:2] 0 h[0:2] 0.2
d1[0:1] 0 h[0:1] ideal
x1[0:2] h[0:2] a[0:2] bidirectional_amplifier gain=5
ru[0:2,0:0] a[0:2] out[0:0] g=1
rl[0:0,0:1] out[0:0] last[0:1] g=0.4
ic[0:1] 0 last[0:1] 1
.model ideal D(n=1e-4)
*@ ideal model=ideal
*@ input vin
*@ output v(last[0:1])
"""
)


def test_amplifiers_at_the_input_and_crossbars_named_backwards():
    circuit = parse(DECK)
    network = LayeredNetwork.of(circuit)
    assert (network.scales, network.turned) == ((2.0, 10.0, 10.0), (True, False, False))
    given = np.array([-1.5, 0.7])
    traces = operating_point(circuit.with_values({"vin": given}))
    state = steady_state(network, given[None, :])
    for bus, voltages in zip(network.buses, state.voltages, strict=True):
        np.testing.assert_allclose(np.asarray(voltages)[0], traces[f"v({bus})"], rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(
    ("found", "instead", "cause"),
    [
        ("x1[0:2] h[0:2] a[0:2]", "x1[0:1] h[0:1] a[0:1]", "bus h has 3 lines and 2 amplifiers"),
        ("x1[0:2] h[0:2] a[0:2]", "x1[0:2] h[0:2] c[0:2]", "bus c has 0 crossbars onwards"),
        ("amplifier gain=5", "amplifier gain=5 backward=5", r"multiplies currents by 5 instead of 1/gain = 0\.2"),
        (
            "x1[0:2] h[0:2] a[0:2] bidirectional_amplifier gain=5",
            "x1[0:1] h[0:1] a[0:1] bidirectional_amplifier gain=5\nx2 h[2] a[2] bidirectional_amplifier gain=4",
            "its gain is 4; the amplifiers behind a layer have one gain, here 5",
        ),
        (
            "x1[0:2] h[0:2] a[0:2] bidirectional_amplifier gain=5",
            "x1[0:1] h[0:1] a[0:1] bidirectional_amplifier gain=5\nx2 h[2] a[1] bidirectional_amplifier gain=5",
            "join every line to the same line",
        ),
        ("ic[0:1] 0", "x9[0:1] last[0:1] z[0:1] bidirectional_amplifier\nic[0:1] 0", "no crossbar starts from z"),
        ("ic[0:1] 0", "x9[0:2] h[0:2] z[0:2] bidirectional_amplifier\nic[0:1] 0", "has amplifiers to a already"),
        ("d1[0:1] 0 h[0:1]", "d1[0:1] 0 a[0:1]", "a is not one of its layers"),
        ("ic[0:1] 0", "e1 z 0 h[0] 0 2\nic[0:1] 0", "e1 does not fit"),
    ],
)
def test_other_amplifiers_are_refused_with_the_reason(found, instead, cause):
    assert DECK.count(found) == 1
    with pytest.raises(CircuitError, match=cause):
        LayeredNetwork.of(parse(DECK.replace(found, instead)))


def test_a_piecewise_linear_crossbar_is_refused():
    with pytest.raises(CircuitError, match=r"rl does not fit.*resistors are linear"):
        LayeredNetwork.of(parse(DECK + "*@ piecewise rl limit=1m\n"))
