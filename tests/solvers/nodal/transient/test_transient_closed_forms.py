"""Circuits whose waveforms are known: first and second order, energy, initial conditions, grids and corners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tellegen.netlist import Traces, parse
from tellegen.netlist.errors import CircuitError
from tellegen.solvers.nodal.transient import transient, transients_of_dies


def run(text: str, **options) -> Traces:
    return transient(parse(f"t\n{text}\n"), **options)


def ramp_response(t: np.ndarray, begin: float, rise: float, tau: float) -> np.ndarray:
    """A first-order circuit's answer to a ramp from 0 to 1."""

    def one(since: np.ndarray) -> np.ndarray:
        since = np.maximum(since, 0.0)
        return (since - tau * (1.0 - np.exp(-since / tau))) / rise

    return one(t - begin) - one(t - begin - rise)


METHODS = ["", ".options method=gear", ".options method=gear maxord=4", ".options method=gear maxord=6"]


@pytest.mark.parametrize("method", METHODS)
def test_a_capacitor_charges_through_a_resistor(method: str) -> None:
    found = run(f"V1 a 0 pulse(0 1 1u 1n 1n 20u 40u)\nR1 a b 1k\nC1 b 0 1n\n.tran 0.1u 10u\n{method}")
    t = found.axes["time"]
    expected = ramp_response(t, 1e-6, 1e-9, 1e-6)
    np.testing.assert_allclose(found["v(b)"], expected, atol=2e-4)
    np.testing.assert_allclose(found["i(r1)"], (found["v(a)"] - expected) / 1e3, atol=3e-7)
    np.testing.assert_allclose(found["i(c1)"], found["i(r1)"], atol=3e-7)
    np.testing.assert_allclose(found["i(v1)"], -found["i(r1)"], atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_current_rises_in_an_inductor(method: str) -> None:
    found = run(f"V1 a 0 pulse(0 1 1u 1n 1n 20u 40u)\nR1 a b 1k\nL1 b 0 1m\n.tran 0.1u 10u\n{method}")
    expected = ramp_response(found.axes["time"], 1e-6, 1e-9, 1e-6)
    np.testing.assert_allclose(found["i(l1)"], 1e-3 * expected, atol=2e-7)
    np.testing.assert_allclose(found["v(b)"], found["v(a)"] - expected, atol=3e-4)


def test_an_oscillating_circuit_keeps_its_energy() -> None:
    """The trapezoidal rule conserves a quadratic energy exactly; what is left is how well equations are solved."""
    found = run("L1 a 0 1m\nC1 a 0 1n ic=1\n.tran 0.1u 60u uic", every_point=True, relative=1e-7)
    t = found.axes["time"]
    energy = 0.5 * (1e-9 * found["v(a)"] ** 2 + 1e-3 * found["i(l1)"] ** 2)
    np.testing.assert_allclose(energy, 0.5e-9, rtol=1e-6)
    np.testing.assert_allclose(found["v(a)"], np.cos(1e6 * t), atol=2e-3)
    np.testing.assert_allclose(found["i(l1)"], 1e-6 * np.sin(1e6 * t) * 1e3, atol=2e-6)


def test_a_series_circuit_rings_and_dies_away() -> None:
    found = run("V1 a 0 dc 0 pulse(0 1 1u 1p 1p 1 2)\nR1 a b 200\nL1 b c 1m\nC1 c 0 1n\n.tran 0.05u 30u")
    since = np.maximum(found.axes["time"] - 1e-6, 0.0)
    damping, frequency = 200 / 2e-3, np.sqrt(1e12 - 1e10)
    expected = 1 - np.exp(-damping * since) * (
        np.cos(frequency * since) + damping / frequency * np.sin(frequency * since)
    )
    np.testing.assert_allclose(found["v(c)"], expected, atol=2e-3)


def test_coupled_inductors_transform() -> None:
    """With k = 1 and twice the turns the open side has twice the voltage."""
    found = run("V1 a 0 sin(0 1 10k)\nR1 a b 10\nL1 b 0 1m\nL2 c 0 4m\nK1 L1 L2 1\nR2 c 0 1meg\n.tran 1u 200u")
    np.testing.assert_allclose(found["v(c)"], 2.0 * found["v(b)"], atol=1e-6)


def test_charge_is_shared_and_none_is_lost() -> None:
    """Two capacitors through a resistor, from initial conditions of nodes and of elements."""
    found = run("C1 a 0 2u\nR1 a b 1k\nC2 b 0 1u ic=0\n.ic v(a)=3\n.tran 10u 10m uic", every_point=True)
    t = found.axes["time"]
    charge = 2e-6 * found["v(a)"] + 1e-6 * found["v(b)"]
    np.testing.assert_allclose(charge, 6e-6, rtol=1e-11)
    np.testing.assert_allclose(found["v(b)"], 2.0 * (1.0 - np.exp(-t / (1e3 * 2e-6 / 3))), atol=2e-4)


def test_a_node_between_capacitors_keeps_its_charge() -> None:
    """Over a thousand steps, through a nonlinear neighbour."""
    text = "V1 a 0 sin(0 5 1k)\nC1 a m 1n\nC2 m 0 3n\nD1 a d dd\nR1 d 0 1k\n.model dd D(is=1e-14 cjo=10p)\n.tran 2u 5m"
    found = run(text, every_point=True)
    np.testing.assert_allclose(1e-9 * (found["v(m)"] - found["v(a)"]) + 3e-9 * found["v(m)"], 0.0, atol=1e-21)


def test_currents_add_up_at_every_node_and_point() -> None:
    """Kirchhoff's current law with the charges of nonlinear devices in it."""
    text = (
        "V1 a 0 sin(0 5 10k)\nR1 a b 100\nD1 b c dd\nD2 0 b dd\nC1 c 0 0.1u\nR2 c 0 10k\n"
        ".model dd D(is=1e-14 rs=1 cjo=50p tt=5n)\n.tran 0.5u 300u"
    )
    found = run(text, every_point=True)
    np.testing.assert_allclose(found["i(r1)"] - found["i(d1)"] + found["i(d2)"], 0.0, atol=1e-9)
    np.testing.assert_allclose(found["i(d1)"] - found["i(c1)"] - found["i(r2)"], 0.0, atol=1e-9)


def test_the_charge_that_flows_is_the_charge_that_arrives() -> None:
    """Summed by the rule of the steps themselves, so to rounding."""
    text = "I1 0 a sin(0 1m 10k)\nD1 a 0 dd\nC1 a 0 0.1u\n.model dd D(is=1e-14)\n.tran 1u 300u"
    found = run(text, every_point=True)
    t, current = found.axes["time"], found["i(c1)"]
    moved = np.concatenate([[0.0], np.cumsum(0.5 * np.diff(t) * (current[1:] + current[:-1]))])
    np.testing.assert_allclose(1e-7 * (found["v(a)"] - found["v(a)"][0]), moved, atol=1e-13)


def test_initial_conditions_hold_at_the_start_and_are_let_go() -> None:
    text = "V1 a 0 5\nR1 a b 1k\nC1 b 0 1u\n.ic v(b)=2\n.tran 10u 5m"
    found = run(text)
    t = found.axes["time"]
    assert found["v(b)"][0] == pytest.approx(2.0)
    np.testing.assert_allclose(found["v(b)"], 5.0 - 3.0 * np.exp(-t / 1e-3), atol=3e-4)


def test_without_uic_the_start_is_at_rest_and_ic_of_elements_counts_for_nothing() -> None:
    found = run("V1 a 0 5\nR1 a b 1k\nC1 b 0 1u ic=1\n.tran 10u 1m")
    np.testing.assert_allclose(found["v(b)"], 5.0, rtol=1e-9)


def test_a_capacitance_that_its_own_voltage_sets_is_charged() -> None:
    """C₀(1 + v)·dv = I·dt, so v + v²/2 = I·t/C₀; and the same of a coil, L₀(1 + i²)·di = V·dt."""
    found = run("I1 0 a 1m\nC1 a 0 c='1u*(1+v(a))'\n.tran 10u 4m uic")
    t = found.axes["time"]
    np.testing.assert_allclose(found["v(a)"], np.sqrt(1.0 + 2e3 * t) - 1.0, atol=2e-5)
    found = run("V1 a 0 1\nL1 a 0 l='1m*(1+i(l1)*i(l1))'\n.tran 10u 4m uic")
    t, i = found.axes["time"], found["i(l1)"]
    np.testing.assert_allclose(i + i**3 / 3.0, 1e3 * t, atol=1e-4)


def test_a_capacitance_that_another_voltage_sets_takes_no_current_at_rest() -> None:
    """i = C·dv/dt and not d(C·v)/dt; with v rising 1 V/ms, a capacitance of 1 µF·t/ms takes t A."""
    text = "Vk k 0 pwl(0 0 1m 1)\nV1 a 0 1\nC1 a 0 c='1u*v(k)'\nV2 b 0 pwl(0 0 1m 1)\nC2 b 0 c='1u*v(k)'\n.tran 20u 1m"
    found = run(text)
    np.testing.assert_allclose(found["i(c1)"], 0.0, atol=1e-12)
    np.testing.assert_allclose(found["i(c2)"], found.axes["time"], atol=1e-8)


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        ("C1 a 0 c='1u*(1+v(a))' ic=1", "c1 has ic=, which ngspice does not read of a C by expression"),
        ("C1 a 0 q='1u*v(a)' ic=1", "c1 has ic=, which ngspice does not read of a C by expression"),
        ("L1 a 0 l='1m+1m*v(a)' ic=1", "l1 has ic=, which ngspice does not read of a L by expression"),
        ("C1 a 0 c='1u*(1+v(a))' tc1=1m", "c1 has tc1=, by which ngspice divides"),
        ("C1 a 0 q='1u*v(a)' tc2=1m", "c1 has tc2=, by which ngspice divides"),
    ],
)
def test_what_ngspice_makes_something_else_of_is_refused_of_parts_by_expression(card, sentence) -> None:
    with pytest.raises(CircuitError) as caught:
        run(f"R1 a 0 1k\n{card}\n.tran 10u 1m uic")
    assert caught.value.sentence.startswith(sentence)


@pytest.mark.parametrize("bend", ["max(v(in),0.3)", "abs(v(in))"])
def test_a_voltage_without_charge_that_turns_between_points_is_read_well(bend) -> None:
    """Steps may be as long as the card's, half a tenth of the period; no charge asks for shorter ones."""
    found = run(f"V1 in 0 sin(0 1 47)\nB1 a 0 V={bend}\nR1 a 0 1k\nV2 c 0 pwl(0 0 7.3m 1 14.1m 0)\n.tran 1m 40m")
    v = np.sin(2.0 * np.pi * 47.0 * found.axes["time"])
    exact = np.maximum(v, 0.3) if "max" in bend else np.abs(v)
    np.testing.assert_allclose(found["v(a)"], exact, atol=1e-3)
    np.testing.assert_allclose(found["v(in)"], v, atol=1e-3)


def test_with_uic_the_current_of_a_jump_does_not_ring() -> None:
    """A source charges two capacitors in series at once; what flows then is the discharge through R."""
    found = run("V1 a 0 6\nC1 a b 1u\nC2 b 0 1u\nR1 b 0 1k\n.tran 20u 4m uic")
    t = found.axes["time"]
    np.testing.assert_allclose(found["v(b)"], 3.0 * np.exp(-t / 2e-3), atol=1e-4)
    for name, sign in (("i(v1)", -1.0), ("i(c1)", 1.0), ("i(c2)", -1.0)):
        np.testing.assert_allclose(found[name], sign * 1.5e-3 * np.exp(-t / 2e-3), atol=1e-6, err_msg=name)


def test_with_uic_what_charges_do_not_fix_follows_from_the_laws() -> None:
    """At time zero already: the divider below the capacitor, and the source's current."""
    found = run("V1 a 0 6\nC1 a b 1u ic=2\nR1 b c 1k\nR2 c 0 3k\n.tran 10u 1m uic")
    assert [found[name][0] for name in ("v(b)", "v(c)", "i(v1)")] == pytest.approx([4.0, 3.0, -1e-3], rel=1e-6)


def test_an_inductor_begins_with_its_current() -> None:
    found = run("L1 a 0 1m ic=10m\nR1 a 0 1k\n.tran 10n 5u uic")
    t = found.axes["time"]
    assert found["v(a)"][0] == pytest.approx(-10.0, rel=1e-5)
    np.testing.assert_allclose(found["i(l1)"], 10e-3 * np.exp(-t / 1e-6), atol=2e-6)


def test_times_are_those_of_the_card() -> None:
    found = run("V1 a 0 sin(0 1 1k)\nR1 a 0 1\n.tran 0.3m 2m 1m")
    np.testing.assert_allclose(found.axes["time"], [1e-3, 1.3e-3, 1.6e-3, 1.9e-3, 2e-3], rtol=1e-12)
    np.testing.assert_allclose(found["v(a)"], np.sin(2e3 * np.pi * found.axes["time"]), atol=2e-4)


def test_no_step_is_longer_than_the_card_allows() -> None:
    text = "V1 a 0 1\nR1 a b 1\nC1 b 0 1u\n.tran 1u 1m 0 {} uic"
    steps = np.diff(run(text.format("7u"), every_point=True).axes["time"])
    assert steps.max() == pytest.approx(7e-6)
    assert np.diff(run(text.format(""), every_point=True).axes["time"]).max() == pytest.approx(1e-6)


def test_corners_of_all_sources_are_points() -> None:
    text = (
        (
            "V1 a 0 pulse(0 1 1.1u 0.2u 0.3u 1u 4u)\nI1 0 b pwl(0 0 0.77u 1m 3.3u 0)\nV2 c 0 sin(0 1 1meg 2.345u)\n"
            "R1 a b 1k\nC1 b c 1n\nR2 c 0 1\n.tran 0.1u 8u"
        )
        .replace("V2 c 0", "V2 d 0")
        .replace("R2 c 0 1", "R2 c d 1")
    )
    times = run(text, every_point=True).axes["time"]
    for corner in (0.77, 1.1, 1.3, 2.3, 2.345, 2.6, 3.3, 5.1, 5.3, 6.3, 6.6, 8.0):
        assert np.abs(times - corner * 1e-6).min() < 1e-18


def test_the_answer_says_how_it_was_made() -> None:
    told: list[float] = []
    found = run("V1 a 0 1\nR1 a b 1\nC1 b 0 1u\n.options method=gear maxord=3\n.tran 1u 0.1m uic", progress=told.append)
    about: dict[str, Any] = dict(found.about)
    assert (about["engine"], about["method"], about["order"], about["relative"]) == ("nodal", "gear", 3, 1e-5)
    assert about["points"] >= 100
    assert told[-1] == 1.0
    assert told == sorted(told)


@pytest.mark.parametrize("dies", [1, 8])
def test_what_no_charge_fixes_is_solved_at_the_first_point_too(dies: int) -> None:
    """A diode that nothing holds, where there is no operating point before: (5 − v)/R = i(v) + (v − v(c))/R2."""
    circuit = parse(
        "t\nV1 a 0 5\nR1 a b 1k\nD1 b 0 dd\nR2 b c 10k\nC1 c 0 1n ic=0\n.model dd D(is=1e-14)\n.tran 0.1u 2u uic\n"
    )
    found = transients_of_dies([circuit] * dies, signals=["v(b)", "v(c)"])
    v, c = found["v(b)"], found["v(c)"]
    thermal = 1.380649e-23 * 300.15 / 1.602176634e-19
    diode = 1e-14 * (np.exp(v / thermal) - 1.0) + 1e-12 * v
    np.testing.assert_allclose(diode + (v - c) / 1e4, (5.0 - v) / 1e3, rtol=1e-4)
