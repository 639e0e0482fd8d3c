"""Single runs against closed forms: bridge, clipper, sweeps, small signals, transients."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tellegen.netlist.builders import divider, random_network
from tellegen.netlist.circuit import Circuit
from tellegen.netlist.errors import SpiceError
from tellegen.netlist.parser import parse
from tellegen.netlist.traces import Traces
from tellegen.spice_export import deck, operating_point, run, run_all

CLIPPER = """* clipper
V1 in 0 {volts}
R1 in out 1k
D1 out ref ideal
V2 ref 0 1
R2 out 0 1k
.model ideal D(is=1e-12 n=1e-4)
*@ ideal model=ideal
.end
"""


def test_a_divider() -> None:
    answer = operating_point(divider(voltage=8.0, upper=3e3, lower=1e3))
    assert float(answer["v(out)"]) == pytest.approx(2.0, rel=1e-14)
    assert float(answer["i(vin)"]) == pytest.approx(-2e-3, rel=1e-12)
    assert float(answer["i(r1)"]) == pytest.approx(2e-3, rel=1e-12)


def test_a_bridge() -> None:
    ohms = (100.0, 220.0, 330.0, 470.0, 680.0)
    text = "* bridge\nV1 a 0 10\nR1 a b {}\nR2 a c {}\nR3 b 0 {}\nR4 c 0 {}\nR5 b c {}\n.end\n".format(*ohms)
    answer = operating_point(parse(text))
    g1, g2, g3, g4, g5 = (1 / each for each in ohms)
    expected = np.linalg.solve([[g1 + g3 + g5, -g5], [-g5, g2 + g4 + g5]], [10 * g1, 10 * g2])
    np.testing.assert_allclose([answer["v(b)"], answer["v(c)"]], expected, rtol=1e-12)
    assert float(answer["i(r5)"]) == pytest.approx((expected[0] - expected[1]) / 680.0, rel=1e-9)


@pytest.mark.parametrize(("volts", "out", "amperes"), [(1.0, 0.5, 0.0), (8.0, 1.0, 6e-3), (-3.0, -1.5, 0.0)])
@pytest.mark.parametrize("form", ["bsource", "diode"])
def test_a_clipper_within_the_stated_error_of_either_diode(volts: float, out: float, amperes: float, form: str) -> None:
    answer = operating_point(parse(CLIPPER.format(volts=volts)), diodes=form)
    about = answer.about
    drop = float(about["forward_drop"])  # type: ignore[arg-type]
    assert float(answer["v(out)"]) == pytest.approx(out, abs=max(1.01 * drop, 2e-9))
    assert float(answer["i(d1)"]) == pytest.approx(amperes, rel=1e-3, abs=5e-12)
    if amperes and form == "bsource":
        assert "g = 10000 S" in str(about["diodes"])
        assert drop == pytest.approx(amperes / 1e4, rel=1e-5)
    if amperes and form == "diode":
        assert drop == pytest.approx(1e-4 * 0.0258650 * math.log(amperes / 1e-12), rel=1e-3)
        assert 0.4e-4 < drop < 0.65e-4


def test_the_directive_chooses_the_diode_and_the_argument_overrides_it() -> None:
    circuit = parse(CLIPPER.format(volts=8.0).replace("model=ideal\n", "model=ideal export=diode\n"))
    assert "D model ideal" in deck(circuit).diodes.describe()
    assert "B source" in deck(circuit, diodes="bsource").diodes.describe()
    assert deck(circuit, diodes="bsource", diode_conductance=1e3).diodes.conductance == 1e3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"diodes": "switch"}, "cannot be exported as 'switch'"), ({"diode_conductance": 0.0}, "give a positive number")],
)
def test_impossible_diodes_are_refused(arguments: dict, said: str) -> None:
    with pytest.raises(SpiceError, match=said):
        deck(parse(CLIPPER.format(volts=1.0)), **arguments)


@pytest.mark.parametrize("form", ["bsource", "diode"])
@pytest.mark.parametrize("seed", range(6))
def test_random_diode_networks_obey_kirchhoff_and_the_diodes_laws(seed: int, form: str) -> None:
    circuit = random_network(25, diodes=20, current_sources=8, voltage_sources=3, seed=seed)
    answer = operating_point(circuit, diodes=form)
    assert not answer.about["homotopies"]
    currents = {element.name: float(answer[f"i({element.name})"]) for element in circuit.elements}
    size = max(map(abs, currents.values()))
    assert max(map(abs, _residuals(circuit, currents).values())) <= 1e-6 * size
    for diode in circuit.of_kind("D"):
        low, high = (float(answer[f"v({node})"]) if node != "0" else 0.0 for node in diode.nodes)
        assert low - high <= 1e-4
        assert currents[diode.name] >= -1e-9 * size
        assert min(high - low, currents[diode.name] / size) <= 1e-6


def _residuals(circuit: Circuit, currents: dict[str, float]) -> dict[str, float]:
    """What flows out of each node, by Kirchhoff's current law nothing."""
    residuals: dict[str, float] = {}
    for element in circuit.elements:
        for node, sign in zip(element.nodes, (1.0, -1.0), strict=True):
            residuals[node] = residuals.get(node, 0.0) + sign * currents[element.name]
    return residuals


def test_a_sweep_over_two_sources() -> None:
    text = "* sum\nV1 a 0 0\nV2 b 0 0\nR1 a c 1k\nR2 b c 1k\nR3 c 0 1k\n.dc v1 0 1 0.25 v2 -1 1 1\n.end\n"
    answer = run(deck(parse(text)))
    assert list(answer.axes) == ["v2", "v1"]
    first, second = answer.axes["v1"], answer.axes["v2"]
    np.testing.assert_allclose(first, [0, 0.25, 0.5, 0.75, 1.0])
    np.testing.assert_allclose(second, [-1, 0, 1])
    np.testing.assert_allclose(answer["v(c)"], (second[:, None] + first[None, :]) / 3, atol=1e-14)
    np.testing.assert_allclose(answer["i(r3)"], answer["v(c)"] / 1e3, atol=1e-15)


def test_small_signals_of_a_low_pass() -> None:
    answer = run(deck(parse("* rc\nV1 a 0 dc 0 ac 2\nR1 a b 1k\nC1 b 0 1u\n.ac dec 5 1 10k\n.end\n")))
    frequency = answer.axes["frequency"]
    transfer = 2 / (1 + 2j * np.pi * frequency * 1e-3)
    np.testing.assert_allclose(answer["v(b)"], transfer, rtol=1e-12)
    np.testing.assert_allclose(answer["i(r1)"], (2 - transfer) / 1e3, rtol=1e-9)


def test_a_transient_of_a_low_pass_with_all_its_currents() -> None:
    text = "* rc\nV1 a 0 pulse(0 1 0 1p 1p 1 2)\nR1 a b 1k\nC1 b 0 1u\n.tran 1u 3m\n.end\n"
    answer = run(deck(parse(text)))
    time = answer.axes["time"]
    np.testing.assert_allclose(answer["v(b)"], 1 - np.exp(-time / 1e-3), atol=1e-5)
    np.testing.assert_allclose(answer["i(c1)"][20:], np.exp(-time[20:] / 1e-3) * 1e-3, atol=1e-6)
    np.testing.assert_allclose(answer["i(v1)"], -answer["i(r1)"], atol=1e-9)


def test_several_analyses_do_not_disturb_one_another() -> None:
    cards = "V1 a 0 dc 1 ac 1 sin(0 1 1k)\nR1 a b 1k\nL1 b 0 1m\nL2 c 0 1m\nK1 L1 L2 0.5\nR2 c 0 10\nD1 c 0 dm 2 m=3"
    text = f"* all\n{cards}\n.model dm D(is=1e-12 cjo=1p)\n.tran 10u 1m\n.op\n.ac dec 2 1k 10k\n.dc v1 0 1 0.5\n.end\n"
    circuit = parse(text)
    together = run_all(deck(circuit))
    alone = [run(deck(circuit.replace(analyses=(card,)))) for card in circuit.analyses]
    for one, other in zip(together, alone, strict=True):
        _assert_equal(one, other)
    with pytest.raises(SpiceError, match=r"4 analyses \(tran, op, ac, dc\); use run_all"):
        run(deck(circuit))


def _assert_equal(one: Traces, other: Traces) -> None:
    assert set(one.signals) == set(other.signals)
    for name, signal in one.signals.items():
        np.testing.assert_array_equal(signal, other[name], err_msg=name)


@pytest.mark.parametrize(
    ("cards", "said"),
    [
        ("V2 a 0 2", r"singular at branch v[02]; check for a floating node or a loop"),
        ("V2 b c 1", "singular at node [bc]"),
        (
            "C1 a x1.b 1u\nC2 x1.b 0 1u",
            r"no single operating point: .* node x1\.b, .* give every node a path to ground",
        ),
        ("S1 a 0 a 0 sm m=2\n.model sm sw(vt=1)", "s1 has m=2, which ngspice does not read at a switch"),
    ],
)
def test_failures_say_where_and_why(cards: str, said: str) -> None:
    with pytest.raises(SpiceError, match=said):
        operating_point(parse(f"* t\nV0 a 0 1\nR0 a 0 1k\n{cards}\n.end\n"))


def test_a_run_has_a_time_limit() -> None:
    with pytest.raises(SpiceError, match=r"time limit of 0\.2 s"):
        run(deck(parse("* t\nV1 a 0 sin(0 1 1g)\nR1 a 0 1\n.tran 1p 1\n.end\n")), time_limit=0.2)
